# hint: killed by the second SIGTERM
SCRIPT = """
import asyncio
import signal
import sys


async def write(lines):
    while line := await lines.get():
        await asyncio.sleep(0.1)  # a slow disk
        print("written:", line)


async def work(lines):
    lines.put_nowait("order 1")
    print("working")
    if "fail" in sys.argv:
        raise ValueError("order 2 is illegible")
    if "done" in sys.argv:
        return
    try:
        await asyncio.sleep(60)
    finally:
        lines.put_nowait("order 2 given back")


async def main():
    lines = asyncio.Queue()
    writer = asyncio.create_task(write(lines))
    try:
        await work(lines)
    finally:
        print("closing")
        lines.put_nowait("")
        await writer


async def stoppable():
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop():
        loop.remove_signal_handler(signal.SIGTERM)
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    await main()


try:
    asyncio.run(stoppable())
except asyncio.CancelledError:
    pass
"""
