# hint: One release failed. The others are still owed
class Handles:
    def __init__(self, shelf):
        self.shelf, self.handles = shelf, []

    async def __aenter__(self):
        return self.handles

    async def __aexit__(self, exc_type=None, exc=None, traceback=None):
        for handle in reversed(self.handles):
            await self.shelf.release(handle)


async def open_all(shelf, names):
    owner = Handles(shelf)
    try:
        for name in names:
            owner.handles.append(await shelf.acquire(name))
    except BaseException:
        await owner.__aexit__()
        raise
    return owner
