# hint: How many of your variables are there?
import threading
from contextlib import contextmanager

_local = threading.local()


def current_id():
    return getattr(_local, "current", "-")


@contextmanager
def request(request_id):
    before = current_id()
    _local.current = request_id
    try:
        yield
    finally:
        _local.current = before
