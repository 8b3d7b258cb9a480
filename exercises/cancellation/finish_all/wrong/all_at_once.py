# hint: when the one before has ended
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
    results = await asyncio.gather(*(step() for step in steps), return_exceptions=True)
    errors = [one for one in results if isinstance(one, BaseException)]
    return BaseExceptionGroup("steps failed", errors) if errors else None
