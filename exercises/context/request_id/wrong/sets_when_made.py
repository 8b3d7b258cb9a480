# hint: has not been entered
from contextvars import ContextVar

_id = ContextVar("id", default="-")


def current_id():
    return _id.get()


class request:
    def __init__(self, request_id):
        self.token = _id.set(request_id)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        _id.reset(self.token)
