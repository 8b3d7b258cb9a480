# hint: when the one before has ended
import asyncio


async def finish_all(*steps):
    errors, cancellation = [], None
    for step in steps:
        try:
            await asyncio.shield(step())
        except asyncio.CancelledError as error:
            cancellation = error
        except Exception as error:
            errors.append(error)
    failures = ExceptionGroup("steps failed", errors) if errors else None
    if cancellation:
        raise cancellation from failures
    if failures:
        raise failures
