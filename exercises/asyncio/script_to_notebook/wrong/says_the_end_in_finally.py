# hint: says that all went well
import asyncio


async def cell(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    if audits:
        await asyncio.wait(audits)
    try:
        for task in audits:
            task.result()
    finally:
        record("cell ends")
