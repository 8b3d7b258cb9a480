# hint: No asyncio loop is needed
import asyncio


def run_all(*coroutines):
    async def together():
        return await asyncio.gather(*coroutines)

    coroutine = together()
    try:
        return asyncio.run(coroutine)
    finally:
        coroutine.close()
