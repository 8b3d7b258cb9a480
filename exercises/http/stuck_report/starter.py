import asyncio


async def collect(session, urls):
    responses = await asyncio.gather(*(session.get(url) for url in urls))
    documents = {}
    for url, response in zip(urls, responses, strict=True):
        if response.ok:
            documents[url] = await response.json()
        else:
            documents[url] = None
        response.close()
    return documents
