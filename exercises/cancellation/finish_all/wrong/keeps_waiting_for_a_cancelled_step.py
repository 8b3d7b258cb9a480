# hint: What tells you that a task has ended?
import asyncio


async def finish_all(*steps):
    ended = asyncio.Event()
    failures, cancellation = [], None

    async def run_all():
        for step in steps:
            try:
                await step()
            except Exception as error:
                failures.append(error)
        ended.set()

    task = asyncio.create_task(run_all())
    while not ended.is_set():
        try:
            await ended.wait()
        except asyncio.CancelledError as error:
            cancellation = error
    await asyncio.wait([task])
    group = ExceptionGroup("steps failed", failures) if failures else None
    if cancellation:
        raise cancellation from group
    if group:
        raise group
