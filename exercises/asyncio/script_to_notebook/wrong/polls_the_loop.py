# hint: the cell goes on waiting
import asyncio


async def cell(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))
    record("all audits started")
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(1)
    record("cell ends")
