# hint: Who cancels a second time?
import asyncio

END = object()


class merged:
    def __init__(self, *streams):
        self.streams = streams
        self.queue = asyncio.Queue(maxsize=1)

    async def __aenter__(self):
        self.task = asyncio.create_task(self.run())
        self.iterator = self.items()
        return self.iterator

    async def run(self):
        pumps = [asyncio.create_task(self.pump(s)) for s in self.streams]
        try:
            await asyncio.gather(*pumps)
        except BaseException:
            for p in pumps:
                p.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            raise

    async def pump(self, stream):
        async for item in stream:
            await self.queue.put(item)

    async def items(self):
        while True:
            getting = asyncio.create_task(self.queue.get())
            try:
                await asyncio.wait(
                    {getting, self.task}, return_when=asyncio.FIRST_COMPLETED
                )
                if getting.done():
                    yield getting.result()
                    continue
            finally:
                getting.cancel()
            while not self.queue.empty():
                yield self.queue.get_nowait()
            self.task.result()
            return

    async def __aexit__(self, kind, error, traceback):
        await self.iterator.aclose()
        failure = None
        if self.task.done() and not self.task.cancelled():
            failure = self.task.exception()
        self.task.cancel()
        await asyncio.wait({self.task})
        for stream in self.streams:
            await stream.aclose()
        if failure is not None and error is None:
            raise failure
        return False
