# hint: A second loop cannot run
import asyncio


async def main(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    for task in audits:
        await task


async def cell(items, audit, record):
    loop = asyncio.new_event_loop()
    coroutine = main(items, audit, record)
    try:
        loop.run_until_complete(coroutine)
    finally:
        coroutine.close()
        loop.close()
    record("cell ends")
