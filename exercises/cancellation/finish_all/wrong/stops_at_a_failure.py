# hint: Steps were left out
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
    for step in steps:
        try:
            await step()
        except Exception as error:
            return ExceptionGroup("steps failed", [error])
    return None
