import asyncio
from contextlib import asynccontextmanager

import aiohttp


async def meets_coroutine(lend):
    raise NotImplementedError


async def mended_coroutine(lend):
    raise NotImplementedError


async def meets_yield(discounts, name):
    raise RuntimeError("generator didn't yield")


async def mended_yield(discounts, name):
    raise NotImplementedError


async def meets_group(jobs):
    raise NotImplementedError


async def mended_group(jobs):
    raise NotImplementedError


async def meets_context(variable, value, body):
    raise NotImplementedError


async def mended_context(variable, value, body):
    raise NotImplementedError


async def meets_running(stream, enough):
    raise NotImplementedError


async def mended_running(stream, enough):
    raise NotImplementedError


async def meets_closed(url):
    raise NotImplementedError


async def mended_closed(url):
    raise NotImplementedError


async def meets_unread(url):
    raise NotImplementedError


async def mended_unread(url):
    raise NotImplementedError
