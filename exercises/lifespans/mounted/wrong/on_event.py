# hint: The child was never started
def mount(parent, path, child):
    parent.mount(path, child)
    manager = child.router.lifespan_context(child)
    parent.router.on_startup = [manager.__aenter__]
    parent.router.on_shutdown = [lambda: manager.__aexit__(None, None, None)]
