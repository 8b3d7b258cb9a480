# hint: Which line waits for the thread without `await`?
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        with ThreadPoolExecutor() as pool:
            return pool.submit(copy_context().run, self.manager.__enter__).result()

    async def __aexit__(self, *details):
        with ThreadPoolExecutor() as pool:
            return pool.submit(self.manager.__exit__, *details).result()
