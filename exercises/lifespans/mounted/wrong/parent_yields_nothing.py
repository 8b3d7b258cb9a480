# hint: A lifespan may yield nothing at all
from contextlib import asynccontextmanager


def mount(parent, path, child):
    outer = parent.router.lifespan_context
    added = {}

    async def with_state(scope, receive, send):
        state = {**scope.get("state", {}), **added}
        await child({**scope, "state": state}, receive, send)

    @asynccontextmanager
    async def both(app):
        async with outer(app) as state:
            async with child.router.lifespan_context(child) as more:
                added.clear()
                added.update(more or {})
                yield {**state}

    parent.mount(path, with_state)
    parent.router.lifespan_context = both
