# hint: Is something shared that each should have for itself?
from contextlib import contextmanager
from contextvars import ContextVar

_stack = ContextVar("stack")


def current_id():
    stack = _stack.get([])
    return stack[-1] if stack else "-"


@contextmanager
def request(request_id):
    stack = _stack.get(None)
    if not stack:
        stack = []
        _stack.set(stack)
    stack.append(request_id)
    try:
        yield
    finally:
        stack.pop()
