# hint: What does the chapter write instead
import asyncio


async def main(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    for task in audits:
        await task


async def cell(items, audit, record):
    asyncio.run(main(items, audit, record))
    record("cell ends")
