from contextlib import contextmanager

_current = "-"


def current_id():
    return _current


@contextmanager
def request(request_id):
    global _current
    _current = request_id
    yield
    _current = "-"
