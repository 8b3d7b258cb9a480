"""The teaching guide's commands beside the course: each does what the guide says."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from classroom import bundle
from tasks import classroom
from tasks._selection import ROOT

PAGE = (ROOT / "book" / "teaching.md").read_text("utf-8")


def command(name: str) -> list[str]:
    """The only command of that name in the guide, as its words."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    (found,) = [line for line in lines if f" classroom {name} " in line]
    return shlex.split(found)


def obey(words: list[str], home: Path) -> Path:
    """Run one of the guide's commands in another home; what it has written."""
    start, arguments = words[:3], words[3:]
    assert start == ["python3", "run.py", "classroom"]
    target = home / arguments[1].removeprefix("~/")
    assert classroom.main([arguments[0], str(target), *arguments[2:]]) == 0
    return target


def test_the_slides(tmp_path: Path) -> None:
    folder = obey(command("slides"), tmp_path)
    assert [path.name for path in sorted(folder.iterdir())] == [
        f"part-{number}.html" for number in (1, 2, 3, 4)
    ]


def test_the_key(tmp_path: Path) -> None:
    page = obey(command("key"), tmp_path).read_text("utf-8")
    assert re.findall(r'<section id="(.*?)">', page) == [
        "promise-timer",
        "nesting-open_all",
    ]


def test_the_starter_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "asyncwith-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"test_bundle.py builds it")
    monkeypatch.setattr(bundle, "build_wheel", lambda to: Path(shutil.copy(wheel, to)))
    folder = obey(command("bundle"), tmp_path)
    starters = {path.relative_to(folder) for path in folder.glob("*/*.py")}
    starters -= {path.relative_to(folder) for path in folder.glob("tests/*")}
    assert Path("nesting/open_all.py") in starters
    assert len(starters) == 1 + len(list(ROOT.glob("exercises/promise/*/check.py")))
    assert (folder / ".github" / "workflows" / "classroom.yml").is_file()
    assert "permissions:\n  contents: read\n" in (
        folder / ".github" / "workflows" / "classroom.yml"
    ).read_text("utf-8")
