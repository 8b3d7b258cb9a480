# hint: still set while you are suspended
import contextlib
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    token = label.set(name)
    try:
        async for item in source:
            yield item
    finally:
        with contextlib.suppress(ValueError):
            label.reset(token)
