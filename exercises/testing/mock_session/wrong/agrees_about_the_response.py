# hint: What has only the attributes
from contextlib import asynccontextmanager
from unittest.mock import AsyncMock, MagicMock


class Session:
    def __init__(self, response, error):
        self.response, self.error = response, error
        self.requested = []

    @asynccontextmanager
    async def get(self, url):
        self.requested.append(url)
        if self.error:
            raise self.error
        yield self.response


def mock_session(status=200, body=None, error=None):
    response = MagicMock(status=status, json=AsyncMock(return_value=body))
    return Session(response, error)
