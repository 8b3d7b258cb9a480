# hint: is a function that makes managers
async def with_retry(open_resource, work, attempts=3):
    for attempt in range(1, attempts + 1):
        try:
            async with open_resource as resource:
                return await work(resource)
        except ConnectionError:
            if attempt == attempts:
                raise
