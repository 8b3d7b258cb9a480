# hint: Whose token is it
from contextvars import ContextVar

_id = ContextVar("id", default="-")


def current_id():
    return _id.get()


class request:
    token = None

    def __init__(self, request_id):
        self.request_id = request_id

    def __enter__(self):
        request.token = _id.set(self.request_id)

    def __exit__(self, *exc_info):
        _id.reset(request.token)
