import asyncio


async def finish_all(*steps):
    for step in steps:
        await asyncio.shield(step())
