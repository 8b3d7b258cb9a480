# hint: sees only what its own lifespan yielded
from contextlib import asynccontextmanager


def mount(parent, path, child):
    outer = parent.router.lifespan_context
    added = {}

    async def with_state(scope, receive, send):
        scope["state"].update(added)
        await child({**scope}, receive, send)

    @asynccontextmanager
    async def both(app):
        async with outer(app) as state:
            async with child.router.lifespan_context(child) as more:
                added.clear()
                added.update(more or {})
                yield {**(state or {}), **added}

    parent.mount(path, with_state)
    parent.router.lifespan_context = both
