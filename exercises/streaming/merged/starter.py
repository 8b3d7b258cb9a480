import asyncio


async def merged(*streams):
    queue = asyncio.Queue()

    async def pump(stream):
        async for item in stream:
            await queue.put(item)

    async with asyncio.TaskGroup() as group:
        for stream in streams:
            group.create_task(pump(stream))
        while True:
            yield await queue.get()
