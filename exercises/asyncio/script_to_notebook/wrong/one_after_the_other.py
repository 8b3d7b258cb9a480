# hint: Each audit began when
async def cell(items, audit, record):
    record("all audits started")
    for item in items:
        await audit(item)
    record("cell ends")
