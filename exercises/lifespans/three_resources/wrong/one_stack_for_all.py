# hint: Who owns the stack
from contextlib import AsyncExitStack


class Life:
    def __init__(self, openers):
        self.openers = openers

    async def __aenter__(self):
        async with AsyncExitStack() as stack:
            state = {
                n: await stack.enter_async_context(o()) for n, o in self.openers.items()
            }
            self.stack = stack.pop_all()
        return state

    async def __aexit__(self, *error):
        return await self.stack.__aexit__(*error)


def lifespan_of(**openers):
    life = Life(openers)
    return lambda app: life
