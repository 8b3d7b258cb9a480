# hint: a stream holds nothing before
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    if n == 0:
        return lines
    async with aclosing(stream):
        async for line in stream:
            lines.append(line)
            if len(lines) == n:
                break
    return lines
