import asyncio

PRICES = {"bolt": 4}


async def nothing():
    return None


async def give_way():
    await asyncio.sleep(0)


async def give_way_twice():
    await give_way()
    await give_way()


class Door:
    async def __aenter__(self):
        await give_way()
        return self

    async def __aexit__(self, *error):
        await give_way()


async def three_awaits():
    await nothing()
    await give_way()
    await nothing()


async def through_a_helper():
    await give_way_twice()
    await give_way()


async def in_a_loop():
    for _ in range(4):
        await nothing()
        await give_way()


async def in_a_block():
    async with Door():
        await give_way()


async def from_a_cache():
    if "bolt" in PRICES:
        return PRICES["bolt"]
    await give_way()
    return await give_way_twice()


async def with_an_error():
    try:
        await nothing()
        raise ValueError("no such item")
    finally:
        await give_way()


SUSPENSIONS = {
    "three_awaits": ...,
    "through_a_helper": ...,
    "in_a_loop": ...,
    "in_a_block": ...,
    "from_a_cache": ...,
    "with_an_error": ...,
}
