# hint: It releases after every `Exception`. What ends a block and is not one?

from asyncwith import Shelf


async def examine(lent):
    shelf = Shelf()
    async with lent(shelf, "b") as bound:
        assert shelf.held == ["b"]
        assert bound == "b"
    assert not shelf.held

    error, seen = KeyError(), None
    try:
        async with lent(shelf, "b"):
            raise error
    except KeyError as caught:
        seen = caught
    assert seen is error
    assert not shelf.held
