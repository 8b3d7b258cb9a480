#!/usr/bin/env python3
"""python3 run.py TASK [OPTIONS]: set everything up, then run one of the tasks.

It needs Python 3.11 or later with pip, and nothing else. The first run makes
.venv from requirements.txt, where every package is pinned and hashed; later
runs start at once. The tasks are the modules of tasks/.
"""
# Kept to what Python 3.6 can parse, so that an old one can say that it is old.

import ast
import contextlib
import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.txt")


class Problem(Exception):
    """Something that the person at the keyboard can mend; ends with code 2."""


def tasks():
    """The tasks by name, each with the first line of its module's docstring."""
    found = {}
    folder = os.path.join(ROOT, "tasks")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".py") or name.startswith("_"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = ast.get_docstring(ast.parse(file.read())) or ""
        found[name[:-3]] = text.split("\n")[0]
    return found


def usage():
    lines = ["usage: python3 run.py TASK [OPTIONS]", ""]
    for name, line in tasks().items():
        lines.append(f"  {name:<10} {line}")
    lines += ["", "python3 run.py TASK --help tells what a task can do."]
    return "\n".join(lines)


def check_python():
    if os.name == "nt":
        raise Problem(
            "The book runs on Linux and macOS. On Windows, use it inside WSL\n"
            "(wsl --install, then this command in the Linux shell), or read the\n"
            "online edition, where every cell runs in the browser."
        )
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs it may have an older
        raise Problem(
            "This needs Python 3.11 or later, and this is Python "
            f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable}).\n"
            "Run it with a newer one, for example: python3.13 run.py book"
        )


@contextlib.contextmanager
def one_at_a_time():
    """Hold a lock on this checkout while its environment is being made."""
    import fcntl

    path = os.path.join(ROOT, ".venv.lock")
    try:
        file = open(path, "w")  # noqa: SIM115 - held by the block below
    except OSError as error:
        raise Problem(
            f"This checkout cannot be written to ({error.strerror}), and the\n"
            "environment is made inside it. Copy the folder to a place of your own\n"
            f"and run the command there: cp -r '{ROOT}' ~/async-with"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run.py that is setting up ...", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_quietly(command, what):
    """Run a set-up command; on failure tell its last words and what to do."""
    env = dict(os.environ, UV_NO_PROGRESS="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    env.pop("VIRTUAL_ENV", None)
    if env.get("PIP_INDEX_URL"):  # a local package index serves uv as well
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode == 0:
        return
    said = done.stdout.strip()
    advice = "The lines above say why."
    if re.search(r"No module named pip\b", said):
        advice = (
            "This Python has no pip. Install it (Debian, Ubuntu: apt install\n"
            "python3-pip; elsewhere: python3 -m ensurepip) and run this again."
        )
    elif re.search(r"No space left", said):
        advice = "The disk is full: about 1.5 GB are needed."
    elif re.search(
        r"dns|resolve|connect|network|timed out|unreachable|No matching distribution",
        said,
        re.I,
    ):
        advice = (
            "The package index cannot be reached, and the packages are not all\n"
            "in this machine's cache. The first run needs a network; once it has\n"
            "succeeded, the book works without one."
        )
    raise Problem(f"{said[-2000:]}\n\n{what} failed. {advice}")


def locked(package):
    """The lines of requirements.txt that pin PACKAGE, hashes included."""
    with open(LOCK, encoding="utf-8") as file:
        found = re.search(
            rf"^{re.escape(package)}==.*(?:\n    --hash.*)+", file.read(), re.M
        )
    if found is None:
        raise Problem(f"requirements.txt does not pin {package}: restore it.")
    return found.group(0)


def uv():
    """The installer, itself installed by pip from its pinned lines."""
    lines = locked("uv")
    home = os.path.join(ROOT, ".uv")
    stamp = os.path.join(home, "installed-from")
    program = os.path.join(home, "bin", "uv")
    if read(stamp) == lines and os.path.exists(program):
        return program
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        pins = os.path.join(folder, "uv.txt")
        with open(pins, "w", encoding="utf-8") as file:
            file.write(lines + "\n")
        # --target works where Debian's venv lacks ensurepip and is not
        # refused by externally managed environments (PEP 668).
        run_quietly(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--target",
                home,
                "-r",
                pins,
            ],
            "Installing the installer (uv)",
        )
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(lines)
    return program


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def set_up(venv: str = VENV, python: str = "") -> str:
    """Make or renew an environment with all pinned packages and the project.

    Nothing happens when it was made from the same pins by the same Python.
    Returns the path of its interpreter.
    """
    # Not sys.executable: run by the environment's own Python, it must not
    # make the environment from itself.
    base = getattr(sys, "_base_executable", None) or sys.executable
    python = os.path.realpath(python or base)
    pins = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            pins.update(file.read())
    made_from = f"{python}\n{pins.hexdigest()}\n"
    stamp = os.path.join(venv, "made-from")
    interpreter = os.path.join(venv, "bin", "python")
    if read(stamp) == made_from and os.path.exists(interpreter):
        return interpreter
    with one_at_a_time():
        before = read(stamp) or ""
        if before == made_from and os.path.exists(interpreter):
            return interpreter
        name = os.path.relpath(venv, ROOT)
        print(f"setting up {name} (about a minute the first time) ...", flush=True)
        install = uv()
        if not before.startswith(python + "\n") or not os.path.exists(interpreter):
            run_quietly(
                [install, "venv", "--quiet", "--clear", "--python", python, venv],
                "Making " + name,
            )
        pip = [install, "pip"]
        into = ["--quiet", "--python", venv]
        run_quietly(
            [*pip, "sync", *into, "--require-hashes", LOCK],
            "Installing the packages of requirements.txt",
        )
        # A hashed install cannot hold the checkout itself: it comes second.
        run_quietly(
            [*pip, "install", *into, "--no-deps", "--no-build-isolation", "-e", ROOT],
            "Installing the project",
        )
        run_quietly(
            [interpreter, "-m", "asyncwith", "kernel"],
            "Switching on drawing in the kernels of " + name,
        )
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(made_from)
    return interpreter


def main(arguments):
    check_python()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    name, known = arguments[0], tasks()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = " Did you mean {}?".format(" or ".join(near)) if near else ""
        raise Problem(f"There is no task {name!r}.{hint}\n\n{usage()}")
    interpreter = set_up()
    if sys.version_info < (3, 11, 3):  # as Debian 12 has
        print(
            "note: before Python 3.11.3 asyncio.timeout fails during a cleanup\n"
            "(gh-102780). Everything works, but the cells tagged since:3.11.3, about\n"
            "timeouts, print something else than the book: use a later Python to see\n"
            "them as they stand."
        )
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(interpreter, [interpreter, "-m", "tasks." + name, *arguments[1:]])
    return None


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
