"""``asyncwith kernel``: this environment's kernels load the extension at start.

IPython reads ``etc/ipython/ipython_kernel_config.py`` below ``sys.prefix`` for
every kernel of the environment. What else is in that file stays as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["config_file", "install", "remove"]

_BEGIN, _END = "# asyncwith: begin\n", "# asyncwith: end\n"
_BLOCK = (
    _BEGIN
    + "# Draws cells that ask for it, and lets a waiting cell be interrupted.\n"
    + 'get_config().InteractiveShellApp.extensions.append("asyncwith")\n'
    + _END
)


def config_file(prefix: str | None = None) -> Path:
    """The file that this environment's kernels read at start."""
    return Path(prefix or sys.prefix, "etc", "ipython", "ipython_kernel_config.py")


def install(path: Path) -> bool:
    """Have kernels load the extension; False if they already do.

    Raises
    ------
    OSError
        The environment cannot be written to.
    """
    text = path.read_text("utf-8") if path.is_file() else ""
    if _BLOCK in text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_without(text) + _BLOCK, "utf-8")
    return True


def remove(path: Path) -> bool:
    """Undo `install`; False if there is nothing to undo."""
    text = path.read_text("utf-8") if path.is_file() else ""
    rest = _without(text)
    if rest == text:
        return False
    if rest.strip():
        path.write_text(rest, "utf-8")
    else:
        path.unlink()
    return True


def _without(text: str) -> str:
    before, begin, after = text.partition(_BEGIN)
    if not begin:
        return text
    return before + after.partition(_END)[2]
