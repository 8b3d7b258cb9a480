# hint: needs what the parent yielded
from contextlib import asynccontextmanager


def mount(parent, path, child):
    outer = parent.router.lifespan_context
    added = {}

    async def with_state(scope, receive, send):
        state = dict(added)
        await child({**scope, "state": state}, receive, send)

    @asynccontextmanager
    async def both(app):
        inner = child.router.lifespan_context
        async with outer(app) as state, inner(child) as more:
            added.clear()
            added.update(more or {})
            yield state

    parent.mount(path, with_state)
    parent.router.lifespan_context = both
