"""The machine's Chromium, which prints, draws and tests the book."""

from __future__ import annotations

import shutil

__all__ = ["FLAGS", "program"]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program() -> str | None:
    """Where Chromium is on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
