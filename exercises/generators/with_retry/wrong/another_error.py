# hint: the last attempt's own ConnectionError
async def with_retry(open_resource, work, attempts=3):
    for _ in range(attempts):
        try:
            async with open_resource() as resource:
                return await work(resource)
        except ConnectionError:
            continue
    raise ConnectionError(f"gave up after {attempts} attempts")
