# hint: Who should learn that
import asyncio
from contextlib import aclosing


async def keep_alive(events, every):
    async with aclosing(events):
        upcoming = asyncio.ensure_future(anext(events))
        try:
            while True:
                await asyncio.wait([upcoming], timeout=every)
                if not upcoming.done():
                    yield ":\n\n"
                    continue
                try:
                    event = upcoming.result()
                except Exception:
                    return
                yield event
                upcoming = asyncio.ensure_future(anext(events))
        finally:
            upcoming.cancel()
            await asyncio.wait([upcoming])
