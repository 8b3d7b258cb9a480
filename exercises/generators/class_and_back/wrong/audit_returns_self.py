# hint: `as` receives something else
from contextlib import asynccontextmanager


@asynccontextmanager
async def lease(desk, name):
    item = await desk.lend(name)
    try:
        yield item
    except KeyError:
        pass
    finally:
        await desk.take_back(item)


class Audit:
    def __init__(self, desk, name):
        self.desk = desk
        self.name = name

    async def __aenter__(self):
        self.item = await self.desk.lend(self.name)
        return self

    async def __aexit__(self, kind, error, traceback):
        outcome = "fine"
        if isinstance(error, ValueError):
            outcome = f"refused: {error}"
        elif error is not None:
            outcome = f"failed: {kind.__name__}"
        await self.desk.take_back(self.item, outcome)
        return isinstance(error, ValueError)
