from contextlib import asynccontextmanager

import aiohttp


class Journal:
    def __init__(self, shelf, write):
        self.shelf = shelf
        self.write = write

    async def __aenter__(self):
        await self.shelf.acquire("journal")
        await self.write("begin")
        return self

    async def __aexit__(self, *details):
        await self.write("end")
        await self.shelf.release("journal")
        return True


async def prices(urls, patience):
    found = []
    for url in urls:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            found.append(await response.json())
    return found


@asynccontextmanager
async def scratch_file(folder):
    path = folder / "scratch.tmp"
    yield path
    path.unlink()


async def copied(source, target):
    reader = await source.__aenter__()
    writer = await target.__aenter__()
    await writer.write(await reader.read())
    await target.__aexit__(None, None, None)
    await source.__aexit__(None, None, None)


async def first_match(open_lines, wanted):
    async for line in open_lines():
        if wanted in line:
            return line
