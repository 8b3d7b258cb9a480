from asyncwith import Shelf


async def examine(lent):
    shelf = Shelf()
    async with lent(shelf, "a"):
        pass
    assert not shelf.held
