# hint: The resource that failed was used again
async def with_retry(open_resource, work, attempts=3):
    async with open_resource() as resource:
        for attempt in range(1, attempts + 1):
            try:
                return await work(resource)
            except ConnectionError:
                if attempt == attempts:
                    raise
