# hint: The child was never started
def mount(parent, path, child):
    child.router.lifespan_context = parent.router.lifespan_context
    parent.mount(path, child)
