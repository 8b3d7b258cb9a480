# hint: or all that there are
from contextlib import aclosing


async def first_lines(stream, n):
    async with aclosing(stream):
        return [await anext(stream) for _ in range(n)]
