# hint: in each of its steps
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    token = label.set(name)
    try:
        items = aiter(source)
    finally:
        label.reset(token)
    try:
        async for item in items:
            yield item
    finally:
        await source.aclose()
