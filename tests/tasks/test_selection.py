"""What a stage runs when it does not run all: what changed, and a third in turn."""

import os
import subprocess
from pathlib import Path

import pytest

from tasks import _selection as selection


def commit(root: Path, name: str, at: str) -> None:
    """Commit a file of this name at this moment."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(at)
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["add", name], [*who, "commit", "-qm", name]):
        subprocess.run(
            ["git", *command], cwd=root, check=True, env={**os.environ, **dates}
        )


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four notebooks: three old ones, and one of an hour before the last commit."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for number in (1, 2, 3):
        commit(tmp_path, f"notebooks/0{number}.ipynb", "2026-01-01T08:00:00Z")
    commit(tmp_path, "notebooks/04.ipynb", "2026-01-01T14:00:00Z")
    commit(tmp_path, "README.md", "2026-01-01T15:00:00Z")
    monkeypatch.setattr(selection, "ROOT", tmp_path)
    return tmp_path


def test_recent_are_the_last_hours_and_what_is_not_committed(book: Path) -> None:
    assert selection.recent() == {"notebooks/04.ipynb", "README.md"}
    (book / "notebooks/02.ipynb").write_text("edited")
    assert "notebooks/02.ipynb" in (selection.recent() or ())


def test_three_commits_run_every_notebook(book: Path) -> None:
    seen: list[str] = []
    for hour in (16, 17, 18):
        chosen = selection.rotating()
        assert "notebooks/04.ipynb" in chosen, "what changed is always among them"
        assert len(chosen) < 4
        seen += chosen
        commit(book, "README.md", f"2026-01-01T{hour}:00:00Z")
    assert sorted(set(seen)) == selection.notebooks()


def test_without_git_all_are_run(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "git", lambda *arguments: None)
    assert selection.rotating() == selection.notebooks()
