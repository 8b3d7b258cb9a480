import asyncio


async def keep_alive(events, every):
    while True:
        try:
            yield await asyncio.wait_for(anext(events), every)
        except TimeoutError:
            yield ":\n\n"
