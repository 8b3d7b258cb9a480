from contextlib import asynccontextmanager


class Session:
    def __init__(self, url):
        self.url = url

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        await self.close()

    async def close(self):
        self.url = ""


class Retried:
    async def __aenter__(self):
        return None

    async def __aexit__(self, exc_type, exc, traceback):
        return isinstance(exc, ConnectionError)


@asynccontextmanager
async def session(url):
    async with Session(url) as opened:
        yield opened


def session_for(customer):
    return session(f"https://shop.example/{customer}")
