# hint: It should return the first n lines
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    async with aclosing(stream):
        async for line in stream:
            lines.append(line)
            if len(lines) >= n:
                break
    return lines
