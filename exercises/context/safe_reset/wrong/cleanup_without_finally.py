# hint: or after an exception?
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    try:
        while True:
            token = label.set(name)
            try:
                item = await anext(source)
            except StopAsyncIteration:
                return
            finally:
                label.reset(token)
            yield item
    finally:
        token = label.set(name)
        await source.aclose()
        label.reset(token)
