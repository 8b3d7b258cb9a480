# hint: When does the loop get its first turn
import asyncio


async def cell(items, audit, record):
    await asyncio.gather(*(audit(item) for item in items))
    record("all audits started")
    record("cell ends")
