# hint: entered that had been used before
async def with_retry(open_resource, work, attempts=3):
    manager = open_resource()
    for attempt in range(1, attempts + 1):
        try:
            async with manager as resource:
                return await work(resource)
        except ConnectionError:
            if attempt == attempts:
                raise
