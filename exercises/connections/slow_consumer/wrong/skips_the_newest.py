# hint: was told nothing
import asyncio
from contextlib import asynccontextmanager

DROPPED = object()


class TooSlow(Exception):
    """More was published than a subscriber has read."""


class Channel:
    def __init__(self, limit):
        self.limit = limit
        self.inboxes = set()

    @property
    def subscribers(self):
        return len(self.inboxes)

    def publish(self, item):
        for inbox in list(self.inboxes):
            if not inbox.full():
                inbox.put_nowait(item)

    @asynccontextmanager
    async def subscribe(self):
        inbox = asyncio.Queue(self.limit)
        self.inboxes.add(inbox)
        try:
            yield self.read(inbox)
        finally:
            self.inboxes.discard(inbox)

    async def read(self, inbox):
        while (item := await inbox.get()) is not DROPPED:
            yield item
        raise TooSlow
