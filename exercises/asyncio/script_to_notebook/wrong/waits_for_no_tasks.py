# hint: A list without items is no error
import asyncio


async def cell(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    await asyncio.wait(audits)
    for task in audits:
        task.result()
    record("cell ends")
