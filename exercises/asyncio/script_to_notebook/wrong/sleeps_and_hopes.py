# hint: not for the clock
import asyncio


async def cell(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))  # noqa: RUF006
    record("all audits started")
    await asyncio.sleep(0.25)
    await asyncio.sleep(0)
    record("cell ends")
