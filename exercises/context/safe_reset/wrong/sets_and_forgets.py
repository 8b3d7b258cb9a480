# hint: still set while you are suspended
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    label.set(name)
    async for item in source:
        yield item
