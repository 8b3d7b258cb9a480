from contextlib import suppress


async def with_retry(open_resource, work, attempts=3):
    for _ in range(attempts - 1):
        with suppress(ConnectionError):
            async with open_resource() as resource:
                return await work(resource)
    async with open_resource() as resource:
        return await work(resource)
