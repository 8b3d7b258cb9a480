# hint: What ended in the thread?
import asyncio
import queue
import threading
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    loop = asyncio.get_running_loop()
    calls = queue.SimpleQueue()
    ready = loop.create_future()
    closed = loop.create_future()

    def answer(future, error, result):
        if not future.done():
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def work():
        try:
            connection = connect()
        except Exception as error:
            loop.call_soon_threadsafe(answer, ready, error, None)
            loop.call_soon_threadsafe(answer, closed, None, None)
            return
        loop.call_soon_threadsafe(answer, ready, None, None)
        while (item := calls.get()) is not None:
            future, function, args = item
            try:
                result, error = function(connection, *args), None
            except Exception as e:
                result, error = None, e
            loop.call_soon_threadsafe(answer, future, error, result)
        connection.close()
        loop.call_soon_threadsafe(answer, closed, None, None)

    async def run(function, *args):
        future = loop.create_future()
        calls.put((future, function, args))
        return await future

    threading.Thread(target=work, daemon=True).start()
    try:
        await ready
        yield run
    finally:
        calls.put(None)
        await asyncio.shield(closed)
