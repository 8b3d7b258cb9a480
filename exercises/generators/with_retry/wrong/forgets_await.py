# hint: What does calling an `async def` give you
async def with_retry(open_resource, work, attempts=3):
    for attempt in range(1, attempts + 1):
        try:
            async with open_resource() as resource:
                return work(resource)
        except ConnectionError:
            if attempt == attempts:
                raise
