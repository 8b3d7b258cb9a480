# hint: returned as if it had not been
import asyncio
from contextlib import aclosing


async def first_lines(stream, n):
    lines = []
    async with aclosing(stream):
        while len(lines) < n:
            try:
                lines.append(await anext(stream))
            except (StopAsyncIteration, asyncio.CancelledError):
                break
    return lines
