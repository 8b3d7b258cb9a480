# hint: The block's exception is not yours to keep
from contextvars import ContextVar

_current = ContextVar("current_id", default="-")


def current_id():
    return _current.get()


class request:
    def __init__(self, request_id):
        self.request_id = request_id

    def __enter__(self):
        self.token = _current.set(self.request_id)

    def __exit__(self, *details):
        _current.reset(self.token)
        return True
