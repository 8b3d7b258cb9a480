"""The Python code of the page for those who come from elsewhere prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tasks._selection import ROOT

PAGE = (ROOT / "book" / "coming-from.md").read_text(encoding="utf-8")
PAIR = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.S)
PAIRS = PAIR.findall(PAGE)


def test_each_python_block_has_its_output() -> None:
    assert len(PAIRS) == PAGE.count("```python")
    for library in ("asyncio", "trio", "anyio"):
        assert any(f"{library}.run(main" in source for source, _ in PAIRS)


@pytest.mark.parametrize("source, stored", PAIRS)
def test_a_block_prints_what_stands_below_it(source: str, stored: str) -> None:
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    assert done.stdout == stored
