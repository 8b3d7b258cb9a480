import asyncio


async def once(close):  # cancelled once
    try:
        await asyncio.sleep(60)
    finally:
        await close()


async def twice(close):  # cancelled twice
    try:
        await asyncio.sleep(60)
    finally:
        await close()


async def shielded(close):  # cancelled twice
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.shield(close())


async def shielded_in_main(close):  # cancelled twice; the loop ends with it
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.shield(close())


async def waits_again(close):  # cancelled three times
    try:
        await asyncio.sleep(60)
    finally:
        closing = asyncio.create_task(close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise


async def bounded(close):  # cancelled once
    try:
        await asyncio.sleep(60)
    finally:
        async with asyncio.timeout(1.5):
            await close()


async def too_late(close):  # not cancelled by anybody but the timeout
    async with asyncio.timeout(1):
        try:
            await asyncio.sleep(60)
        finally:
            await close()


async def unstarted(close):  # cancelled once, before its first turn
    try:
        await asyncio.sleep(60)
    finally:
        await close()


ANSWERS = {
    "once": "?",
    "twice": "?",
    "shielded": "?",
    "shielded_in_main": "?",
    "waits_again": "?",
    "bounded": "?",
    "too_late": "?",
    "unstarted": "?",
}
