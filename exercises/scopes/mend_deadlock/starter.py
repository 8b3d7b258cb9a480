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
        async with self.locks[source], self.locks[target]:
            left = await self.balance(source) - amount
            if left < 0:
                raise ValueError(f"{source} holds too little")
            sum_there = await self.balance(target) + amount
            await self.store.write(source, left)
            await self.store.write(target, sum_there)
