# hint: Who closes the stream
import asyncio


async def first_lines(stream, n):
    lines = []
    try:
        while len(lines) < n:
            try:
                lines.append(await anext(stream))
            except StopAsyncIteration:
                break
    finally:
        asyncio.create_task(stream.aclose())
    return lines
