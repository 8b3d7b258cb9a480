# hint: What must `cell` be
import asyncio


def cell(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))
    record("all audits started")
    record("cell ends")
