# hint: It should return the first n lines
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    async with aclosing(stream):
        while len(lines) < n and (line := await anext(stream, None)):
            lines.append(line)
    return lines
