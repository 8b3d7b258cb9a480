# hint: while the first was still held
async def with_retry(open_resource, work, attempts=3):
    async with open_resource() as resource:
        try:
            return await work(resource)
        except ConnectionError:
            if attempts == 1:
                raise
            return await with_retry(open_resource, work, attempts - 1)
