# hint: who waits then?
import asyncio


async def finish_all(*steps):
    failures = await run_all(steps)
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
