# hint: the caller was told nothing
async def with_retry(open_resource, work, attempts=3):
    for _ in range(attempts):
        try:
            async with open_resource() as resource:
                return await work(resource)
        except ConnectionError:
            continue
