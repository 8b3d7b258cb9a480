# hint: Which of the tasks did you keep
import asyncio


async def cell(items, audit, record):
    for item in items:
        task = asyncio.create_task(audit(item))
    record("all audits started")
    await task
    record("cell ends")
