# hint: One word for each suspension point
from asyncio import CancelledError

from asyncwith import Shelf


def swept(use):
    said = []
    while True:
        shelf = Shelf()
        coroutine = use(shelf)
        try:
            for _ in range(len(said) + 2):
                coroutine.send(None)
        except StopIteration:
            return said
        said.append(cancelled(coroutine, shelf))


def cancelled(coroutine, shelf):
    try:
        coroutine.throw(CancelledError())
        for _ in range(100):
            coroutine.send(None)
    except CancelledError:
        return "leaks" if shelf.held else "clean"
    except BaseException:
        return "swallows"
    coroutine.close()
    return "swallows"
