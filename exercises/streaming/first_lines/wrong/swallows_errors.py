# hint: takes what it got for everything
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    async with aclosing(stream):
        while len(lines) < n:
            try:
                lines.append(await anext(stream))
            except Exception:
                break
    return lines
