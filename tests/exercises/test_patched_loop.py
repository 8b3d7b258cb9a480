"""A submission that patches asyncio instead of awaiting is told so.

It is checked in the shell's child process only: the patch cannot be taken back,
and must not reach this one.
"""

import json
import subprocess
import sys
from pathlib import Path

PATCHING = """\
import asyncio

import nest_asyncio2

nest_asyncio2.apply()


async def main(items, audit, record):
    for item in items:
        asyncio.create_task(audit(item))
    record("all audits started")


async def cell(items, audit, record):
    asyncio.run(main(items, audit, record))
    record("cell ends")
"""


def test_nest_asyncio_is_no_repair(tmp_path: Path) -> None:
    file = tmp_path / "cell.py"
    file.write_text(PATCHING)
    check = [sys.executable, "-m", "asyncwith", "check", "--json"]
    done = subprocess.run(
        [*check, "asyncio/script_to_notebook", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "awaits nothing for you" in json.loads(done.stdout)["hint"]
