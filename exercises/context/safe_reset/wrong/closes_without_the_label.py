# hint: A cleanup is a step of it, too
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
        await source.aclose()
