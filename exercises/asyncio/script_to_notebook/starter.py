import asyncio


async def main(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))  # noqa: RUF006
    record("all audits started")


def cell(items, audit, record):
    asyncio.run(main(items, audit, record))
    record("cell ends")
