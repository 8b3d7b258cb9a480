# hint: How many of your variables are there?
from contextlib import contextmanager

_current = "-"


def current_id():
    return _current


@contextmanager
def request(request_id):
    global _current
    before = _current
    _current = request_id
    try:
        yield
    finally:
        _current = before
