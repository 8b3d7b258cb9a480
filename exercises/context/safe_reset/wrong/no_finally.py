# hint: The reader's label is not its own
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
            label.reset(token)
            yield item
    finally:
        token = label.set(name)
        await source.aclose()
        label.reset(token)
