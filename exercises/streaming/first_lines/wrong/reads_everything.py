# hint: When do you know that you have enough?
from contextlib import aclosing


async def first_lines(stream, n):
    async with aclosing(stream):
        return [line async for line in stream][:n]
