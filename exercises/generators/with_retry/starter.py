async def with_retry(open_resource, work, attempts=3):
    manager = open_resource()
    for _ in range(attempts):
        try:
            async with manager as resource:
                return await work(resource)
        except ConnectionError:
            continue
