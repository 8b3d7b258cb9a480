import asyncio


async def each_within(stream, seconds):
    async for item in stream:
        async with asyncio.timeout(seconds):
            yield item
