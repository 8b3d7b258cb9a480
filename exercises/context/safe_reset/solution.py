from contextlib import contextmanager
from contextvars import ContextVar

label = ContextVar("label", default="reader")


@contextmanager
def labelled(name):
    token = label.set(name)
    try:
        yield
    finally:
        label.reset(token)


async def tagged(name, source):
    try:
        while True:
            with labelled(name):
                try:
                    item = await anext(source)
                except StopAsyncIteration:
                    return
            yield item
    finally:
        with labelled(name):
            await source.aclose()
