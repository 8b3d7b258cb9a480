# hint: An exception of the coroutine came out
from asyncio import CancelledError

from asyncwith import Shelf


def swept(use):
    shelf = Shelf()
    coroutine = use(shelf)
    coroutine.send(None)
    try:
        coroutine.throw(CancelledError())
    except CancelledError:
        return ["leaks" if shelf.held else "clean"]
