# hint: the cell goes on waiting
import asyncio


async def cell(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))  # noqa: RUF006
    record("all audits started")
    while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110
        await asyncio.sleep(1)
    record("cell ends")
