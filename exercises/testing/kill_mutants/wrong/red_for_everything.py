# hint: This manager does what the text says, and your test is red.


async def examine(lent):
    raise AssertionError
