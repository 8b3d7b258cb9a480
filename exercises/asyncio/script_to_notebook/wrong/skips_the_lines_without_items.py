# hint: with items and without
import asyncio


async def cell(items, audit, record):
    if not items:
        return
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    await asyncio.wait(audits)
    for task in audits:
        task.result()
    record("cell ends")
