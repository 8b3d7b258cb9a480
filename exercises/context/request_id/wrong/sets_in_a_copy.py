# hint: Inside the block its id is current
from contextlib import contextmanager
from contextvars import ContextVar, copy_context

_id = ContextVar("id", default="-")


def current_id():
    return _id.get()


@contextmanager
def request(request_id):
    context = copy_context()
    context.run(_id.set, request_id)
    yield
