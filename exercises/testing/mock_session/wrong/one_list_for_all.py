# hint: Two sessions share something
from contextlib import asynccontextmanager


class Response:
    def __init__(self, status, body):
        self.status = status
        self.body = body

    async def json(self):
        return self.body


class Session:
    requested = []

    def __init__(self, response, error):
        self.response = response
        self.error = error

    @asynccontextmanager
    async def get(self, url):
        self.requested.append(url)
        if self.error is not None:
            raise self.error
        yield self.response


def mock_session(status=200, body=None, error=None):
    return Session(Response(status, body), error)
