"""The picture of a timeline: complete, deterministic, legible, self-contained."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest

from asyncwith.drawing.picture import WIDTH, columns, swimlanes, wrap
from asyncwith.drawing.timeline import Timeline

SVG = "{http://www.w3.org/2000/svg}"
LONG = "session.get('https://127.0.0.1:8080/items', params={'limit': 10})"


def one_event() -> Timeline:
    timeline = Timeline("one event")
    timeline.add("main", "enter", "open(path)")
    return timeline


def failing() -> Timeline:
    timeline = Timeline("every kind of end")
    add = timeline.add
    for label in "left", "failed", "cancelled", "swallowed", "held":
        add("main", "enter", label)
        add("main", "wait", "sleep")
        add("main", "cancel" if label == "cancelled" else "resume", "sleep")
    add("main", "suppressed", "swallowed ! KeyError suppressed")
    add("main", "error", "cancelled ! CancelledError")
    add("main", "error", "failed ! ValueError")
    add("main", "exit", "left")
    return timeline


def crowded() -> Timeline:
    timeline = Timeline("twelve lanes, 120 events, labels longer than the picture")
    lanes = [f"worker number {n}" for n in range(12)]
    kinds = ["begin", "enter", "wait", "resume", "enter", "wait", "cancel", "error"]
    for step in range(120):
        kind = [*kinds, "error", "end"][step // 12]
        label = LONG if kind in ("enter", "wait", "resume", "cancel") else "worker"
        label = f"{LONG} ! ValueError" if kind == "error" else label
        timeline.add(lanes[step % 12], kind, label)
    return timeline


def elsewhere() -> Timeline:
    timeline = Timeline("closed in another lane")
    step = timeline.add("main", "enter", "connection()")
    timeline.add("日本語のタスク", "begin", "片付け")
    timeline.add("日本語のタスク", "error", "connection() ! GeneratorExit", of=step)
    return timeline


TIMELINES = [one_event, failing, crowded, elsewhere, lambda: Timeline("<empty> & more")]


@pytest.fixture(params=TIMELINES, ids=["one", "ends", "crowded", "elsewhere", "empty"])
def timeline(request: pytest.FixtureRequest) -> Timeline:
    return request.param()


def parse(timeline: Timeline) -> ElementTree.Element:
    return ElementTree.fromstring(swimlanes(timeline))


def texts(root: ElementTree.Element) -> list[tuple[float, float, float, str]]:
    """Return left, right and baseline of each horizontal text, and the text."""
    found = []

    def walk(node: ElementTree.Element, size: float, spacing: bool) -> None:
        size = float(node.get("font-size", size))
        if node.tag == f"{SVG}text" and "rotate" not in node.get("transform", ""):
            x, y = float(node.get("x", 0)), float(node.get("y", 0))
            if move := re.match(r"translate\((\S+) (\S+)\)", node.get("transform", "")):
                x, y = float(move[1]), float(move[2])
            text = node.text or ""
            width = columns(text) * 0.602 * size
            if node.get("text-anchor") == "middle":
                x -= width / 2
            found.append((x, x + width, y, text))
        for child in node:
            walk(child, size, spacing)

    walk(root, 16, False)
    return found


def test_it_is_the_same_each_time(timeline: Timeline) -> None:
    assert swimlanes(timeline) == swimlanes(timeline)


def test_it_needs_nothing_and_brings_nothing(timeline: Timeline) -> None:
    picture = swimlanes(timeline)
    assert not re.search(r"<script|<style|\sstyle=|\sid=|href|url\(|on\w+=", picture)


def test_it_has_a_title_and_a_text_alternative(timeline: Timeline) -> None:
    root = parse(timeline)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == timeline.title
    description = root.findtext(f"{SVG}desc")
    for lane, _, label in timeline.rows():
        assert f"{lane} " in description
        assert label.split(" ! ")[0] in description


def test_every_line_of_the_ledger_is_a_step(timeline: Timeline) -> None:
    steps = parse(timeline).findall(f"{SVG}g[@data-step]")
    assert [int(step.get("data-step")) for step in steps] == list(
        range(len(timeline.rows()))
    )
    bottoms = [float(step.get("data-bottom")) for step in steps]
    assert bottoms == sorted(bottoms)


def test_no_text_is_cut_or_runs_over_another(timeline: Timeline) -> None:
    root = parse(timeline)
    width, height = float(root.get("width")), float(root.get("height"))
    found = texts(root)
    for left, right, y, text in found:
        assert left >= 0 and right <= width and 10 <= y <= height - 3, text
    for one, other in itertools.combinations(found, 2):
        apart = one[1] <= other[0] or other[1] <= one[0] or abs(one[2] - other[2]) >= 13
        assert apart, (one, other)


def test_no_text_is_lost(timeline: Timeline) -> None:
    root = parse(timeline)
    shown = "".join("".join(root.itertext()).split())
    for lane, kind, label in timeline.rows():
        for part in lane, kind, label:
            assert "".join(part.split()) in shown


def test_it_is_legible_in_a_phones_column(timeline: Timeline) -> None:
    assert float(parse(timeline).get("width")) == WIDTH
    assert 12.5 * 343 / WIDTH > 9.5


def test_ends_differ_without_colour() -> None:
    root = parse(failing())
    blocks = root.findall(f"{SVG}g[@data-from]")
    looks = {}
    for block in blocks:
        outline = block.find(f"{SVG}path")
        looks[block.get("class")] = (
            outline.get("stroke-dasharray"),
            outline.get("stroke-width"),
            outline.get("d").endswith("Z"),
        )
    # Swallowing is shown by its mark, not by its box.
    assert set(looks) == {
        f"aw-block aw-{k}" for k in ("ok", "failed", "cancelled", "open")
    }
    assert len(set(looks.values())) == 4
    marks = {
        step.get("data-kind"): (step.find(f".//{SVG}path").get("d"), len(step[0]))
        for step in root.findall(f"{SVG}g[@data-step]")
        if step.get("data-kind") in ("exit", "error", "suppressed", "cancel")
    }
    assert len(set(marks.values())) == 4


def test_a_block_that_is_never_left_runs_off_the_lower_edge() -> None:
    root = parse(one_event())
    path = root.find(f"{SVG}g[@data-from]/{SVG}path").get("d")
    assert path.endswith(f"V{root.get('height')}")


def test_wrapping_loses_nothing_and_fits() -> None:
    for width in range(4, 60):
        lines = wrap(LONG + " ! ValueError", width)
        assert max(map(len, lines)) <= width
        assert "".join(lines).replace(" ", "") == f"{LONG}!ValueError".replace(" ", "")
