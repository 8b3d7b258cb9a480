"""The gates can close: a failed stage, a spent budget, a cell that breaks the style."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tasks import bench, refresh, style, test


def stage(verdict: str, seconds: float) -> test.Stage:
    return test.Stage(lambda options: True, 10, seconds, verdict)


@pytest.mark.parametrize(
    "stages, green",
    [
        ([stage("passed", 5), stage("not run: no Python 3.12", 0)], True),
        ([stage("passed", 5), stage("FAILED", 5)], False),
        ([stage("passed", test.LIMIT), stage("passed", 1)], False),
    ],
)
def test_the_run_is_red_for_a_failure_and_above_its_limit(
    stages: list[test.Stage], green: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {str(number): each for number, each in enumerate(stages)}
    monkeypatch.setattr(test, "STAGES", named)
    assert test.report(list(named)) is green


def said_of(cell: object, tmp_path: Path) -> list[str]:
    """What the style guide's check says of a notebook with this one cell."""
    notebook = new_notebook(cells=[cell])
    path = tmp_path / "sample.ipynb"
    path.write_text(refresh.canonical(notebook), encoding="utf-8")
    return style.problems(path, notebook)


@pytest.mark.parametrize(
    "source, more, wanted",
    [
        ("x = 1", {}, None),
        ("\n".join("abc" * 9), {}, "lines, at most 25"),
        ("# " + "x" * 80, {}, "columns, at most 79"),
        ("x = 1", {"execution_count": None}, "never executed"),
        ("# NBVAL_SKIP", {}, "exempted from comparison"),
        ("x = 1", {"metadata": {"tags": ["local-only:mood"]}}, "unknown tag"),
        ("x = 1", {"metadata": {"tags": ["local-only:signals"]}}, None),
        ("x = 1", {"metadata": {"tags": ["since:3.11.3"]}}, None),
        ("x = 1", {"metadata": {"tags": ["since:later"]}}, "unknown tag"),
    ],
)
def test_a_code_cell_keeps_the_style_guide(
    source: str, more: dict[str, object], wanted: str | None, tmp_path: Path
) -> None:
    said = said_of(new_code_cell(source, **{"execution_count": 1, **more}), tmp_path)
    assert (said == []) if wanted is None else (wanted in said[0])


@pytest.mark.parametrize(
    "text, red",
    [
        ("This is simply done.", True),
        ("Look!", True),
        ("`obviously` is code here.", False),
    ],
)
def test_text_does_not_tell_the_reader_how_to_feel(
    text: str, red: bool, tmp_path: Path
) -> None:
    assert bool(said_of(new_markdown_cell(text), tmp_path)) is red


def test_a_notebook_in_another_form_than_the_canonical_is_refused(
    tmp_path: Path,
) -> None:
    notebook = new_notebook(cells=[new_code_cell("x = 1", execution_count=1)])
    path = tmp_path / "sample.ipynb"
    path.write_text(refresh.canonical(notebook) + "\n", encoding="utf-8")
    assert "canonical form" in style.problems(path, notebook)[0]


@pytest.mark.parametrize(
    ("ratios", "code", "rounds"),
    [
        ([1.1, 1.1], 0, 2),
        ([1.3, 1.1, 1.3, 1.2], 0, 4),
        ([1.3, 1.3, 1.1, 1.3, 1.3], 1, 5),
        ([1.3, 1.3, 1.3, 1.3, 1.1], 1, 5),
    ],
)
def test_the_speed_is_red_where_four_rounds_of_five_are_too_slow(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ratios: list[float],
    code: int,
    rounds: int,
) -> None:
    left = {"--nbval": list(ratios), "--nbmake": [1.0] * 5}

    def seconds(command: list[str]) -> float:
        return next(left[each].pop(0) for each in left if each in command)

    monkeypatch.setattr(bench, "seconds", seconds)
    monkeypatch.setattr(bench.postgres, "describe", lambda: "no PostgreSQL")
    assert bench.main(["--gate", "one.ipynb"]) == code
    assert capsys.readouterr().out.count("round ") == rounds
