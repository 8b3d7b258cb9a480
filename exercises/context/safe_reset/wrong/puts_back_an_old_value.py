# hint: than the reader set it to
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    before = label.get()
    try:
        while True:
            label.set(name)
            try:
                item = await anext(source)
            except StopAsyncIteration:
                return
            finally:
                label.set(before)
            yield item
    finally:
        label.set(name)
        await source.aclose()
        label.set(before)
