# hint: still set while you are suspended
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    token = label.set(name)
    try:
        async for item in source:
            yield item
    finally:
        label.reset(token)
