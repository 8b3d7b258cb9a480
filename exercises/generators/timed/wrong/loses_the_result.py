# hint: returns what it returned before
import asyncio


class timed:
    def __init__(self, durations):
        self.durations = durations

    def __call__(self, function):
        async def wrapper(*arguments, **options):
            async with timed(self.durations):
                await function(*arguments, **options)

        return wrapper

    async def __aenter__(self):
        self.start = asyncio.get_running_loop().time()

    async def __aexit__(self, kind, error, traceback):
        self.durations.append(asyncio.get_running_loop().time() - self.start)
