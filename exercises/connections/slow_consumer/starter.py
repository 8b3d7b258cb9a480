import asyncio
from contextlib import asynccontextmanager


class TooSlow(Exception):
    """More was published than a subscriber has read."""


class Channel:
    def __init__(self, limit):
        self.inboxes = []

    @property
    def subscribers(self):
        return len(self.inboxes)

    async def publish(self, item):
        for inbox in self.inboxes:
            await inbox.put(item)

    @asynccontextmanager
    async def subscribe(self):
        inbox = asyncio.Queue()
        self.inboxes.append(inbox)
        yield inbox
        self.inboxes.remove(inbox)
