"""Every pytest run of the project compares notebooks strictly."""

pytest_plugins = ["tests.notebooks.strict"]
