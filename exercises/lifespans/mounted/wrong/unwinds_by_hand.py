# hint: what had been started is stopped
from contextlib import asynccontextmanager


def mount(parent, path, child):
    outer = parent.router.lifespan_context
    added = {}

    async def with_state(scope, receive, send):
        state = {**scope.get("state", {}), **added}
        await child({**scope, "state": state}, receive, send)

    @asynccontextmanager
    async def both(app):
        parents = outer(app)
        state = await parents.__aenter__()
        async with child.router.lifespan_context(child) as more:
            added.update(more or {})
            yield state
        await parents.__aexit__(None, None, None)

    parent.mount(path, with_state)
    parent.router.lifespan_context = both
