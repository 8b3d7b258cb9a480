# hint: What must `cell` be
import asyncio


def cell(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))  # noqa: RUF006
    record("all audits started")
    record("cell ends")
