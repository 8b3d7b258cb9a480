from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("current_id", default="-")


def current_id():
    return _current.get()


@contextmanager
def request(request_id):
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
