# hint: What is made once, and what for each
from contextlib import asynccontextmanager
from types import SimpleNamespace


def mock_session(status=200, body=None, error=None):
    requested = []

    async def json():
        return body

    @asynccontextmanager
    async def manager():
        if error:
            raise error
        yield SimpleNamespace(status=status, json=json)

    one = manager()

    def get(url):
        requested.append(url)
        return one

    return SimpleNamespace(get=get, requested=requested)
