"""The browser build names its version; it has no annotations here."""

__version__: str
