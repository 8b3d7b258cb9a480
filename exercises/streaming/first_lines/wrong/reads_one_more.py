# hint: When do you know that you have enough?
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    async with aclosing(stream):
        async for line in stream:
            if len(lines) == n:
                break
            lines.append(line)
    return lines
