"""Where things lie: the checkout, its id, and its folder in the user's cache.

Nothing is ever written in the checkout itself, which may be read-only. The id
keeps two checkouts apart, also on a server that they share: it is derived
from the checkout's path and from a random token of this user's cache.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from asyncwith.postgres.errors import PostgresUnavailable

__all__ = ["cache_folder", "checkout_folder", "checkout_id", "state_folder"]

NEEDED_MB = 150
"""What a new server takes: 40 MB for itself, the rest for databases."""


def checkout_folder() -> Path:
    """Return the checkout that this package runs from, else its environment.

    Examples
    --------
    >>> checkout_folder().is_dir()
    True
    """
    source = Path(__file__).resolve().parents[2]
    if source.name == "src" and (source.parent / "pyproject.toml").is_file():
        return source.parent
    return Path(sys.prefix).resolve()


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for all checkouts of this user, without making it.

    ``ASYNCWITH_CACHE`` names it; else it is the platform's cache folder.

    Examples
    --------
    >>> cache_folder({"ASYNCWITH_CACHE": "/scratch/pg"}).as_posix()
    '/scratch/pg'
    """
    if chosen := environ.get("ASYNCWITH_CACHE", "").strip():
        return Path(chosen).expanduser().absolute()
    xdg = environ.get("XDG_CACHE_HOME", "")
    if xdg and Path(xdg).is_absolute():
        return Path(xdg) / "asyncwith"
    try:
        home = Path.home()
    except RuntimeError:
        raise PostgresUnavailable(
            "There is no home folder to keep the server's data in. "
            "Set ASYNCWITH_CACHE to a folder that you can write to."
        ) from None
    caches = home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return caches / "asyncwith"


def checkout_id() -> str:
    """Return the ten characters that tell this checkout from any other.

    Raises
    ------
    PostgresUnavailable
        When the cache folder cannot be written.
    """
    # A Mac's name changes with its network; elsewhere homes may be shared.
    node = "" if sys.platform == "darwin" else platform.node()
    seed = "\0".join((str(checkout_folder()), _token(), node))
    return hashlib.sha256(seed.encode()).hexdigest()[:10]


def state_folder(*parts: str) -> Path:
    """Return the checkout's own folder in the cache, or one inside it; make it.

    Raises
    ------
    PostgresUnavailable
        When it cannot be made or written.
    """
    folder = cache_folder().joinpath(checkout_id(), *parts)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"writable")
    except OSError as error:
        raise unusable_cache(error) from None
    return folder


def require_space() -> None:
    """Raise `PostgresUnavailable` if the cache has no room for a new server."""
    free = shutil.disk_usage(cache_folder()).free // 1_000_000
    if free < NEEDED_MB:
        raise PostgresUnavailable(
            f"The cache folder {cache_folder()} has {free} MB free; a server "
            f"needs {NEEDED_MB} MB. Make room, or set ASYNCWITH_CACHE to a "
            "folder that has it."
        )


def unusable_cache(error: OSError) -> PostgresUnavailable:
    """Return the error for a cache folder that cannot be written."""
    reason = error.strerror or str(error)
    return PostgresUnavailable(
        f"The cache folder {cache_folder()} cannot be written: {reason}. "
        "Make it writable, or set ASYNCWITH_CACHE to a folder that is."
    )


def _token() -> str:
    folder = cache_folder()
    token = folder / "token"
    try:
        return token.read_text()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unusable_cache(error) from None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix="token.")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(8))
        try:
            os.link(draft, token)  # the first of concurrent starters wins
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
        return token.read_text()
    except OSError as error:
        raise unusable_cache(error) from None
