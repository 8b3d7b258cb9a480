# hint: Who closes it?
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    while True:
        token = label.set(name)
        try:
            item = await anext(source)
        except StopAsyncIteration:
            return
        finally:
            label.reset(token)
        yield item
