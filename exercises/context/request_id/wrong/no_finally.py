# hint: The block raised, and its id is still current
from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("current_id", default="-")


def current_id():
    return _current.get()


@contextmanager
def request(request_id):
    token = _current.set(request_id)
    yield
    _current.reset(token)
