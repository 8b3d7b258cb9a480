# hint: What does a new task take over from its creator?
import asyncio
from contextlib import contextmanager

_ids = {}


def current_id():
    return _ids.get(asyncio.current_task(), "-")


@contextmanager
def request(request_id):
    task, before = asyncio.current_task(), current_id()
    _ids[task] = request_id
    try:
        yield
    finally:
        _ids[task] = before
