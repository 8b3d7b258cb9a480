# hint: makes `asyncio.run` work and awaits nothing
import asyncio

import nest_asyncio2

nest_asyncio2.apply()


async def main(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))
    record("all audits started")


async def cell(items, audit, record):
    asyncio.run(main(items, audit, record))
    record("cell ends")
