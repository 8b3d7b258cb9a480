c = get_config()  # noqa: F821 - IPython's
c.InteractiveShellApp.extensions = ["asyncwith_lite"]
