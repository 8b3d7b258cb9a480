import asyncio


async def finish_all(*steps):
    task = asyncio.create_task(run_all(steps))
    cancellation = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    failures = task.result()
    if cancellation:
        raise cancellation from failures
    if failures:
        raise failures


async def run_all(steps):
    errors = []
    for step in steps:
        try:
            await step()
        except Exception as error:
            errors.append(error)
    return ExceptionGroup("steps failed", errors) if errors else None
