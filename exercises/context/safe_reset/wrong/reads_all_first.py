# hint: All items, in their order
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    token = label.set(name)
    try:
        items = [item async for item in source]
    finally:
        label.reset(token)
    for item in reversed(items):
        yield item
