"""A timeline keeps events in order and says them in words."""

from __future__ import annotations

import pytest

from asyncwith.drawing.timeline import Timeline


def two_tasks() -> Timeline:
    timeline = Timeline("two tasks")
    for line in [
        ("main", "enter", "group"),
        ("b", "begin", "worker"),
        ("b", "enter", "connection"),
        ("b", "wait", "sleep"),
        ("b", "cancel", "sleep"),
        ("b", "error", "connection ! CancelledError"),
        ("b", "end", "worker ! CancelledError"),
        ("main", "suppressed", "group ! KeyError suppressed"),
    ]:
        timeline.add(*line)
    return timeline


def test_the_ledger_is_one_event_a_line() -> None:
    assert repr(two_tasks()).splitlines() == [
        "main enter  group",
        "b    begin  worker",
        "b    enter  connection",
        "b    wait   sleep",
        "b    cancel sleep",
        "b    error  connection ! CancelledError",
        "b    end    worker ! CancelledError",
        "main exit   group ! KeyError suppressed",
    ]


def test_an_event_closes_the_one_of_its_lane_and_label() -> None:
    timeline = Timeline("locks")
    for label in "a", "b":
        timeline.add("main", "enter", label)
    timeline.add("other", "enter", "a")
    timeline.add("main", "exit", "a")
    timeline.add("main", "error", "b ! ValueError")
    assert [event.closed for event in timeline] == [3, 4, None, None, None]
    assert [event.of for event in timeline] == [None, None, None, 0, 1]


def test_an_event_may_close_one_of_another_lane() -> None:
    timeline = Timeline("a generator")
    step = timeline.add("main", "enter", "connection")
    timeline.add("aclose", "error", "connection ! GeneratorExit", of=step)
    assert timeline.events[0].closed == 1
    assert timeline.never_left() == []


def test_what_was_never_left_ends_the_ledger() -> None:
    timeline = Timeline("a leak")
    timeline.add("main", "enter", "a")
    timeline.add("main", "cancel", "waiting for b")
    assert repr(timeline).splitlines()[-1] == "main held   a"


def test_what_was_never_entered_is_not_held() -> None:
    timeline = Timeline("an entry that waits")
    timeline.entering(timeline.add("main", "enter", "a"))
    assert repr(timeline) == "main enter  a"
    timeline.entered(0)
    assert repr(timeline).splitlines()[-1] == "main held   a"


def test_an_empty_timeline_says_so() -> None:
    assert repr(Timeline("t")) == "t: no block, wait or task was seen"


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown kind of event 'start'.*begin"):
        Timeline("t").add("main", "start", "x")


def test_the_bundle_has_a_picture_and_a_text_for_when_it_is_dropped() -> None:
    bundle = two_tasks()._repr_mimebundle_()
    assert list(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["text/plain"] == repr(two_tasks())
