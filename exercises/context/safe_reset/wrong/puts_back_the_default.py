# hint: Which value did you put there
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    try:
        while True:
            label.set(name)
            try:
                item = await anext(source)
            except StopAsyncIteration:
                return
            finally:
                label.set("reader")
            yield item
    finally:
        label.set(name)
        try:
            await source.aclose()
        finally:
            label.set("reader")
