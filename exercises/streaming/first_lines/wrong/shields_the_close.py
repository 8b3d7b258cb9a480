# hint: which task or timeout did you add?
import asyncio


async def first_lines(stream, n):
    lines = []
    try:
        if n:
            async for line in stream:
                lines.append(line)
                if len(lines) == n:
                    break
        return lines
    finally:
        await asyncio.shield(stream.aclose())
