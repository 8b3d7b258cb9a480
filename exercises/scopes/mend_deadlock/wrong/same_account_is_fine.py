# hint: is a mistake of the caller's
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
            return
        first, second = sorted((source, target))
        async with self.locks[first], self.locks[second]:
            left = await self.store.read(source) - amount
            if left < 0:
                raise ValueError(f"{source} holds too little")
            sum_there = await self.store.read(target) + amount
            await self.store.write(source, left)
            await self.store.write(target, sum_there)
