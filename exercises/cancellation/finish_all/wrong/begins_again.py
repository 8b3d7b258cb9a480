# hint: begun twice
import asyncio


async def finish_all(*steps):
    cancellation = None
    while True:
        try:
            failures = await asyncio.shield(run_all(steps))
            break
        except asyncio.CancelledError as error:
            cancellation = error
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
