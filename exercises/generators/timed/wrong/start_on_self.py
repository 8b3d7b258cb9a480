# hint: one wrote over what the other needs
import asyncio
from contextlib import AsyncContextDecorator


class timed(AsyncContextDecorator):
    def __init__(self, durations):
        self.durations = durations

    async def __aenter__(self):
        self.start = asyncio.get_running_loop().time()

    async def __aexit__(self, kind, error, traceback):
        self.durations.append(asyncio.get_running_loop().time() - self.start)
