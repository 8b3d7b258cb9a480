def mount(parent, path, child):
    parent.mount(path, child)
