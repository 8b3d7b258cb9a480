# hint: A manager cannot run its block again
from contextlib import asynccontextmanager


@asynccontextmanager
async def attempt(open_resource, attempts):
    for number in range(1, attempts + 1):
        try:
            async with open_resource() as resource:
                yield resource
            return
        except ConnectionError:
            if number == attempts:
                raise


async def with_retry(open_resource, work, attempts=3):
    async with attempt(open_resource, attempts) as resource:
        return await work(resource)
