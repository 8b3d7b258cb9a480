# hint: a collection of tasks cannot
import asyncio


async def cell(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    await audits
    record("cell ends")
