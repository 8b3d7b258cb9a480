# hint: is an item like any other
from contextvars import ContextVar

label = ContextVar("label", default="reader")


async def tagged(name, source):
    try:
        while True:
            token = label.set(name)
            try:
                item = await anext(source, None)
            finally:
                label.reset(token)
            if item is None:
                return
            yield item
    finally:
        token = label.set(name)
        try:
            await source.aclose()
        finally:
            label.reset(token)
