# hint: It releases when the block ends well. How else can a block end?

from asyncwith import Shelf


async def examine(lent):
    shelf = Shelf()
    async with lent(shelf, "a") as bound:
        assert shelf.held == ["a"]
        assert bound == "a"
    assert not shelf.held
