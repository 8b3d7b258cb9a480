# hint: one that an audit raised
import asyncio


async def cell(items, audit, record):
    audits = [asyncio.create_task(audit(item)) for item in items]
    record("all audits started")
    if audits:
        await asyncio.wait(audits)
    if any(task.exception() for task in audits):
        raise RuntimeError("audits failed")
    record("cell ends")
