# hint: which of the objects is awaited
from contextlib import asynccontextmanager


class Response:
    def __init__(self, status, body):
        self.status = status
        self.body = body

    def json(self):
        return self.body


class Session:
    def __init__(self, response, error):
        self.response = response
        self.error = error
        self.requested = []

    @asynccontextmanager
    async def get(self, url):
        self.requested.append(url)
        if self.error is not None:
            raise self.error
        yield self.response


def mock_session(status=200, body=None, error=None):
    return Session(Response(status, body), error)
