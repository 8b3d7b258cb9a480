"""The shell's command, ``asyncwith``."""

from asyncwith.cli.commands import main

__all__ = ["main"]
