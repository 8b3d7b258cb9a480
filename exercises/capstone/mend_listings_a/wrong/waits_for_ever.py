# hint: Who told aiohttp how long
import os
import tempfile
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import aiohttp


class Journal:
    def __init__(self, shelf, write):
        self.shelf = shelf
        self.write = write

    async def __aenter__(self):
        await self.shelf.acquire("journal")
        try:
            await self.write("begin")
        except BaseException:
            await self.shelf.release("journal")
            raise
        return self

    async def __aexit__(self, *details):
        try:
            await self.write("end")
        finally:
            await self.shelf.release("journal")


async def prices(urls, patience):
    found = []
    limit = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession() as session:
        for url in urls:
            async with session.get(url) as response:
                response.raise_for_status()
                found.append(await response.json())
    return found


@asynccontextmanager
async def scratch_file(folder):
    handle, name = tempfile.mkstemp(dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            os.remove(path)


async def copied(source, target):
    async with source as reader, target as writer:
        await writer.write(await reader.read())


async def first_match(open_lines, wanted):
    async with aclosing(open_lines()) as lines:
        async for line in lines:
            if wanted in line:
                return line
    return None
