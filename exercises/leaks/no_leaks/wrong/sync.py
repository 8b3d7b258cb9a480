# hint: should be an async context manager
import asyncio
from contextlib import contextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@contextmanager
def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    more = lent(pool) - connections
    assert not left and more <= 0, f"{left}, {more}"
