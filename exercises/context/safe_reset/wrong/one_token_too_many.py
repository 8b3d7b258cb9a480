# hint: How long do you hold a token?
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    token = label.set(label.get())
    try:
        while True:
            inner = label.set(name)
            try:
                item = await anext(source)
            except StopAsyncIteration:
                return
            finally:
                label.reset(inner)
            yield item
    finally:
        inner = label.set(name)
        try:
            await source.aclose()
        finally:
            label.reset(inner)
        label.reset(token)
