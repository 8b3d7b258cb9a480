# hint: after a long wait for nothing
import asyncio
from collections import defaultdict


class Bank:
    def __init__(self, store):
        self.store = store
        self.locks = defaultdict(asyncio.Lock)

    async def balance(self, name):
        async with self.locks[name]:
            return await self.store.read(name)

    async def transfer(self, source, target, amount):
        if source == target:
            raise ValueError("source and target are the same account")
        while True:
            async with self.locks[source]:
                try:
                    await asyncio.wait_for(
                        self.locks[target].acquire(), len(source) * 7
                    )
                except TimeoutError:
                    pass
                else:
                    try:
                        return await self.move(source, target, amount)
                    finally:
                        self.locks[target].release()
            await asyncio.sleep(ord(source[0]))

    async def move(self, source, target, amount):
        left = await self.store.read(source) - amount
        if left < 0:
            raise ValueError(f"{source} holds too little")
        sum_there = await self.store.read(target) + amount
        await self.store.write(source, left)
        await self.store.write(target, sum_there)
