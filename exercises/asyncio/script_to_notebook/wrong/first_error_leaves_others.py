# hint: Wait until all have ended
import asyncio


async def cell(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    for task in audits:
        await task
    record("cell ends")
