# hint: is a result as good as any
async def with_retry(open_resource, work, attempts=3):
    for attempt in range(1, attempts + 1):
        try:
            async with open_resource() as resource:
                result = await work(resource)
        except ConnectionError:
            if attempt == attempts:
                raise
        else:
            if result is not None:
                return result
