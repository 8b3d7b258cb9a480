# hint: `Audit` is to be a class
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


@asynccontextmanager
async def Audit(desk, name):
    item = await desk.lend(name)
    outcome = "fine"
    try:
        yield f"{item}, audited"
    except ValueError as error:
        outcome = f"refused: {error}"
    except BaseException as error:
        outcome = f"failed: {type(error).__name__}"
        raise
    finally:
        await desk.take_back(item, outcome)
