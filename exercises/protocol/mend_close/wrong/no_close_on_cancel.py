# hint: A cancelled block is a block that is left
class Connection:
    def __init__(self, deliver):
        self.deliver = deliver
        self.waiting = []
        self.is_open = False

    def send(self, message):
        self.waiting.append(message)

    async def close(self):
        # Delivers what waits; returns the number of messages.
        messages, self.waiting = self.waiting, []
        for message in messages:
            await self.deliver(message)
        self.is_open = False
        return len(messages)

    async def __aenter__(self):
        self.is_open = True
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        if exc is None or isinstance(exc, Exception):
            await self.close()
