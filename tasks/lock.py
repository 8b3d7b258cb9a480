"""Resolve pyproject.toml into requirements.txt: pinned, hashed, no addresses.

python3 run.py lock                    keep what is pinned, add what is new
python3 run.py lock --upgrade          newest versions of everything
python3 run.py lock --upgrade aiohttp  newest version of one
python3 run.py lock --check            red if pyproject.toml asks for more
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tasks._selection import ROOT

LOCK = ROOT / "requirements.txt"


def resolve(upgrade: list[str] | None, output: Path) -> int:
    """Write the resolution for Python 3.11 and later, on Linux and macOS."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
    command += ["--all-extras", "--group", "book", "--group", "dev"]
    command += ["--python-version", "3.11", "--generate-hashes"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url"]
    command += ["--output-file", str(output)]
    if upgrade is not None:
        command += [f"--upgrade-package={name}" for name in upgrade] or ["--upgrade"]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py lock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--upgrade", nargs="*", metavar="PACKAGE")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "requirements.txt")
        shutil.copyfile(LOCK, fresh)
        if code := resolve(options.upgrade, fresh):
            return code
        text = fresh.read_text(encoding="utf-8")
        if found := re.search(r"https?://\S+", text):
            print(f"The lock would hold an address: {found.group(0)}")
            return 1
        if options.check:
            same = text == LOCK.read_text(encoding="utf-8")
            if not same:
                print("requirements.txt is not what pyproject.toml resolves to.")
            return 0 if same else 1
        LOCK.write_text(text, encoding="utf-8")
    pins = len(re.findall(r"^\S+==", text, re.M))
    print(f"{pins} packages pinned in {LOCK.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
