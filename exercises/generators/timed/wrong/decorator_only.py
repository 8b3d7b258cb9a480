# hint: is a decorator and no context manager
import asyncio
from functools import wraps


def timed(durations):
    def decorate(function):
        @wraps(function)
        async def wrapper(*arguments, **options):
            loop = asyncio.get_running_loop()
            start = loop.time()
            try:
                return await function(*arguments, **options)
            finally:
                durations.append(loop.time() - start)

        return wrapper

    return decorate
