import asyncio

log = []


async def first():
    async def worker(name):
        log.append(f"{name} begins")
        await asyncio.sleep(0)
        log.append(f"{name} ends")

    a = asyncio.create_task(worker("a"))
    b = asyncio.create_task(worker("b"))
    log.append("main waits")
    await a
    log.append("main has a")
    await b
    log.append("main has b")


async def second():
    async def from_cache():
        return "bolts"

    async def reader():
        log.append("reader asks")
        await from_cache()
        log.append("reader has it")

    async def writer():
        log.append("writer asks")
        await asyncio.sleep(0)
        log.append("writer has it")

    reading = asyncio.create_task(reader())
    writing = asyncio.create_task(writer())
    await writing
    await reading
    log.append("main ends")


async def third():
    async def holder(name):
        log.append(f"{name} acquires")
        try:
            await asyncio.sleep(3600)
            log.append(f"{name} is done")
        finally:
            log.append(f"{name} releases")

    old = asyncio.create_task(holder("old"))
    await asyncio.sleep(0)
    new = asyncio.create_task(holder("new"))
    old.cancel()
    new.cancel()
    log.append("main cancelled both")
    await asyncio.wait([old, new])
    log.append("main ends")


FIRST = []
SECOND = []
THIRD = []
