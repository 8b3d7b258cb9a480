"""Draws a timeline as swim lanes, in SVG.

Time runs down, one event a row, as in the ledger: each row's words stand beside
its mark, so that a picture of 120 events is as legible as one of five, on a phone
as on a desk, and no text overlaps or is cut. A lane is a task. A box is a block,
boxes inside boxes are blocks inside blocks; a ladder is a wait. A box that has no
lower edge was never left.

The picture needs nothing from outside: presentation attributes only (no style
sheet, script or id; a page's content policy has nothing to object to), and any
rule of a page overrides them. Classes to use: ``aw-timeline`` (the root: set
``color`` here), ``aw-paper`` (the background: set ``fill``), ``aw-cut`` (signs cut
out of marks in the background's colour: set ``stroke``), ``aw-ok``,
``aw-failed``, ``aw-cancelled``, ``aw-open``. Every event is a ``g.aw-step`` with
``data-step``, ``data-lane``, ``data-kind`` and ``data-bottom``, where its row ends:
a page that steps through the picture clips it there.
"""

from __future__ import annotations

import unicodedata
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncwith.drawing.timeline import Timeline

__all__ = ["swimlanes"]

WIDTH = 440.0
"""Units across; at 343 px, a phone's column, the 12.5 unit text is 9.7 px high."""

_MARGIN, _ROW, _LINE, _CHAR = 12.0, 21.0, 15.0, 7.53
_MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_COLOURS = {"ok": "#2f7de1", "failed": "#dd3b41", "cancelled": "#b7791f"}
_VERBS = {
    "begin": "begins",
    "end": "ends",
    "enter": "enters",
    "exit": "leaves",
    "error": "leaves",
    "wait": "waits for",
    "resume": "goes on after",
    "cancel": "is cancelled at",
    "held": "never leaves",
}


def swimlanes(timeline: Timeline) -> str:
    """Return the picture of a timeline as the text of an SVG.

    Example
    -------
    >>> from asyncwith import Timeline
    >>> timeline = Timeline("one block")
    >>> _ = timeline.add("main", "enter", "open(path)")
    >>> 'data-step="0"' in swimlanes(timeline)
    True
    """
    return _Picture(timeline).svg()


def columns(text: str) -> int:
    """Return how many columns of a monospaced font a text takes.

    Example
    -------
    >>> columns("ab"), columns("日本")
    (2, 4)
    """
    wide = (unicodedata.east_asian_width(character) in "WF" for character in text)
    return sum(2 if each else 1 for each in wide)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most that many columns, losing none of it.

    It breaks before the ``!`` of an error, or else after a space, a comma, a
    bracket or a dot where there is one in the line's second half.

    Example
    -------
    >>> wrap("pool.acquire(timeout=10)", 14)
    ['pool.acquire(', 'timeout=10)']
    """
    lines: list[str] = []
    what, error, how = text.rpartition(" ! ")
    if error and columns(text) > width:
        return [*wrap(what, width), *wrap(f"! {how}", width)]
    while columns(text) > width:
        end = len(text)
        while columns(text[:end]) > width:
            end -= 1
        end = max(end, 1)
        for mark in " ", ",", "([{", ".":
            at = max(text.rfind(each, 0, end) for each in mark) + 1
            if at > width // 2:
                end = at
                break
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]


def _ink(kind: str, label: str) -> str:
    """Return the class of a mark or a box: how that event went."""
    if kind == "cancel" or label.endswith("! CancelledError"):
        return "cancelled"
    failed = kind == "error" or (kind == "end" and " ! " in label)
    return "failed" if failed else "ok"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


class _Picture:
    """Lays a timeline out: lanes to the left, words to the right, rows down."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.rows = timeline.rows()
        self.lanes = timeline.lanes()
        self.slots = self._slots()
        self._place_lanes()
        self._place_rows()

    # -- layout ----------------------------------------------------------

    def _slots(self) -> dict[int, int]:
        """Return for each block's first step how deep it lies in its lane."""
        slots: dict[int, int] = {}
        for step, event in enumerate(self.timeline):
            if event.kind == "enter":
                taken = {
                    slots[other]
                    for other, entered in enumerate(self.timeline.events[:step])
                    if entered.kind == "enter"
                    and entered.lane == event.lane
                    and (entered.closed is None or entered.closed > step)
                }
                slots[step] = next(n for n in range(step + 1) if n not in taken)
        return slots

    def _place_lanes(self) -> None:
        depth = dict.fromkeys(self.lanes, 1)
        for step, slot in self.slots.items():
            lane = self.timeline.events[step].lane
            depth[lane] = max(depth[lane], slot + 1)
        total = 0.0
        for self.inset, gap, core in (4, 12, 13), (3, 8, 13), (2, 4, 12), (1.2, 2, 11):
            total = sum(core + 2 * self.inset * depth[lane] + gap for lane in depth)
            if total <= 0.42 * WIDTH:
                break
        self.core = core
        self.depth, self.centre, x = depth, dict[str, float](), _MARGIN
        for lane in self.lanes:
            width = core + 2 * self.inset * depth[lane]
            self.centre[lane] = x + width / 2
            x += width + gap
        self.words = x + 6 - gap / 2
        self.width = max(WIDTH, self.words + 200)

    def _place_rows(self) -> None:
        room = int((self.width - _MARGIN - self.words) / _CHAR)
        lane = max([columns(row[0]) for row in self.rows], default=4)
        self.stacked = room - lane - 8 < 22
        indent = 2 if self.stacked else lane + 8
        self.lane_columns = lane
        self.indent = indent
        self.title = wrap(self.timeline.title, int((self.width - 24) / 7.6))
        y = self._place_names(14.0 + 18 * len(self.title) + 6)
        self.lines: list[list[str]] = []
        self.tops: list[float] = []
        for _, _, label in self.rows:
            lines = wrap(label, room - indent)
            self.lines.append(lines)
            self.tops.append(y)
            y += _ROW + _LINE * (len(lines) - 1 + self.stacked)
        self.end = y if self.rows else y + 16
        self.height = self.end + 12 + (18 if self.timeline.dropped else 0)

    def _place_names(self, y: float) -> float:
        """Place the lanes' names over them, upright if they must; return the end."""
        widths = {lane: columns(lane) * 7.3 for lane in self.lanes}
        ends = [
            (self.centre[lane] - width / 2, self.centre[lane] + width / 2)
            for lane, width in widths.items()
        ]
        self.upright = any(left < 4 for left, _ in ends) or any(
            before[1] + 5 > after[0] for before, after in pairwise(ends)
        )
        longest = max(widths.values(), default=0.0)
        if not self.rows or len(self.lanes) == 1 or longest > 120:
            self.names = 0.0
            return y
        self.names = y + (longest + 2 if self.upright else 14)
        return self.names + 6

    def y(self, step: int) -> float:
        return self.tops[step] + _ROW / 2

    # -- drawing ---------------------------------------------------------

    def svg(self) -> str:
        title = escape(self.timeline.title)
        width, height = _n(self.width), _n(self.height)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="aw-timeline" role="img"'
            f' width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' color="#1f2328" fill="none" stroke-linecap="round">',
            f"<title>{title}</title><desc>{escape(self.description())}</desc>",
            f'<rect class="aw-paper" width="{width}" height="{height}" fill="#fff"/>',
        ]
        for number, line in enumerate(self.title):
            parts.append(
                f'<text class="aw-title" x="{_n(_MARGIN)}" y="{25 + 18 * number}"'
                f' font-family="{_SANS}" font-size="14.5" font-weight="600"'
                f' fill="currentColor">{escape(line)}</text>'
            )
        if not self.rows:
            parts.append(self._note("no block, wait or task was seen", self.end - 2))
        if self.names:
            parts += [self._heading(lane) for lane in self.lanes]
        parts += [self._guides(), self._lifelines(), self._waits()]
        parts += [self._box(step) for step in sorted(self.slots)]
        parts += [self._step(step) for step in range(len(self.rows))]
        if self.timeline.dropped:
            note = f"… and {self.timeline.dropped} more events"
            parts.append(self._note(note, self.end + 14))
        return "\n".join([part for part in parts if part]) + "\n</svg>\n"

    def description(self) -> str:
        """Return the ledger in words, for those who do not see the picture."""
        words: list[str] = []
        for lane, kind, label in self.rows:
            what, _, how = label.partition(" ! ")
            how = f", {how}" if how else ""
            words.append(f"{lane} {_VERBS[kind]} {what}{how}.")
        return " ".join(words) or "Nothing was recorded."

    def _note(self, text: str, y: float) -> str:
        return (
            f'<text x="{_n(_MARGIN)}" y="{_n(y)}" font-family="{_SANS}"'
            f' font-size="12.5" fill="currentColor">{escape(text)}</text>'
        )

    def _heading(self, lane: str) -> str:
        turn, anchor, x = "", "middle", self.centre[lane]
        if self.upright:
            turn, anchor, x = " rotate(-90)", "start", x + 4
        return (
            f'<text transform="translate({_n(x)} {_n(self.names)}){turn}"'
            f' text-anchor="{anchor}" font-family="{_MONO}" font-size="12"'
            f' font-weight="700" fill="currentColor">{escape(lane)}</text>'
        )

    def _guides(self) -> str:
        """Draw a faint line from each mark to its words."""
        path = ""
        for step, (lane, _, _) in enumerate(self.rows):
            start, end = self.centre[lane] + 9, self.words - 4
            if end - start > 4:
                path += f"M{_n(start)} {_n(self.y(step))}H{_n(end)}"
        return (
            f'<path d="{path}" stroke="currentColor" stroke-opacity=".3"'
            f' stroke-dasharray=".1 3.4"/>'
        )

    def _lifelines(self) -> str:
        path = ""
        for lane in self.lanes:
            steps = [n for n, event in enumerate(self.timeline) if event.lane == lane]
            last = self.timeline.events[steps[-1]]
            begun = any(e.kind == "begin" and e.lane == lane for e in self.timeline)
            runs_on = last.kind != "end" and (begun or last.kind == "wait")
            end = self.end if runs_on else self.y(steps[-1])
            if end > self.y(steps[0]):
                x = _n(self.centre[lane])
                path += f"M{x} {_n(self.y(steps[0]))}V{_n(end)}"
        return f'<path d="{path}" stroke="currentColor" stroke-opacity=".45"/>'

    def _waits(self) -> str:
        """Draw each wait as a ladder from its row to the lane's next."""
        path = ""
        for step, event in enumerate(self.timeline):
            if event.kind == "wait":
                later = enumerate(self.timeline.events[step + 1 :], step + 1)
                end = next((n for n, other in later if other.lane == event.lane), None)
                bottom = self.end if end is None else self.y(end) - 7
                x, top = _n(self.centre[event.lane]), self.y(step) + 8
                if bottom - top > 1:
                    path += f"M{x} {_n(top)}V{_n(bottom)}"
        return (
            f'<path class="aw-wait" d="{path}" stroke="currentColor" stroke-width="6"'
            f' stroke-opacity=".6" stroke-dasharray="1.3 2.7" stroke-linecap="butt"/>'
        )

    def _box(self, step: int) -> str:
        event = self.timeline.events[step]
        half = self.core / 2 + self.inset * (self.depth[event.lane] - self.slots[step])
        x, top = self.centre[event.lane] - half, self.y(step) - 9
        closing = None if event.closed is None else self.timeline.events[event.closed]
        if closing is None or event.closed is None:
            ink, bottom = "open", self.height
        else:
            ink = _ink(closing.kind, closing.label)
            bottom = self.y(event.closed) + 9
        colour = _COLOURS.get(ink, _COLOURS["failed"])
        dash = ' stroke-dasharray="3 3"' if ink == "cancelled" else ""
        weight = 2.2 if ink in ("failed", "open") else 1.5
        to = "" if event.closed is None else event.closed
        parts = [
            f'<g class="aw-block aw-{ink}" data-from="{step}" data-to="{to}"'
            f' fill="{colour}" stroke="{colour}">'
            f'<path d="{_outline(x, top, 2 * half, bottom, closing is not None)}"'
            f' fill="none" stroke-width="{weight}"{dash}/>'
        ]
        if event.held is not None:  # filled from where the body began
            begin = top if event.held == step else self.y(event.held) + 9
            parts.append(
                f'<path d="{_outline(x, begin, 2 * half, bottom, closing is not None)}"'
                f' fill-opacity=".15" stroke="none"/>'
            )
        if closing is not None and closing.lane != event.lane:
            start, end = sorted([self.centre[closing.lane], self.centre[event.lane]])
            parts.append(
                f'<path d="M{_n(start)} {_n(bottom - 9)}H{_n(end)}"'
                f' stroke-width="1.5" stroke-dasharray="1 3"/>'
            )
        return "".join(parts) + "</g>"

    def _step(self, step: int) -> str:
        lane, kind, label = self.rows[step]
        y = self.y(step) + 4.3
        shown = self.timeline.events[step].kind if step < len(self.timeline) else kind
        ink = _ink(kind, label)
        loud = ink != "ok" or kind == "held"
        weight = 'font-weight="700"' if loud else 'fill-opacity=".72"'
        first = self.words + (self.lane_columns + 1) * _CHAR
        if self.stacked:
            first = self.words + (columns(lane) + 1) * _CHAR
        text = [
            f'<text x="{_n(self.words)}" y="{_n(y)}">{escape(lane)}</text>'
            f'<text x="{_n(first)}" y="{_n(y)}" {weight}>{kind}</text>'
        ]
        for number, line in enumerate(self.lines[step]):
            x = self.words + self.indent * _CHAR
            down = y + _LINE * (number + self.stacked)
            text.append(f'<text x="{_n(x)}" y="{_n(down)}">{escape(line)}</text>')
        below = self.tops[step + 1] if step + 1 < len(self.tops) else self.end
        mark = "" if kind == "held" else self._mark(step, lane, shown, ink)
        return (
            f'<g class="aw-step" data-step="{step}" data-lane="{escape(lane)}"'
            f' data-kind="{shown}" data-bottom="{_n(below)}">{mark}'
            f'<g font-family="{_MONO}" font-size="12.5" fill="currentColor"'
            f' xml:space="preserve">{"".join(text)}</g></g>'
        )

    def _mark(self, step: int, lane: str, kind: str, ink: str) -> str:
        """Draw a disc on the lane; its sign says what happened, without colour."""
        at = f'transform="translate({_n(self.centre[lane])} {_n(self.y(step))})"'
        plain = kind in ("begin", "end", "wait", "resume") and ink == "ok"
        colour = "currentColor" if plain else _COLOURS[ink]
        sign = _SIGNS["error" if kind == "end" and ink == "failed" else kind]
        if ink == "cancelled":
            sign = _SIGNS["cancel"]
        if kind == "begin":
            return (
                f'<circle {at} class="aw-paper" r="4.2" fill="#fff" stroke-width="1.6"'
                f' stroke="currentColor"/>'
            )
        ring = ""
        if kind == "suppressed":
            ring = f'<circle r="7.2" stroke="{_COLOURS["failed"]}" stroke-width="1.4"/>'
        return (
            f'<g {at}><circle class="aw-{ink}" r="5.5" fill="{colour}"/>{ring}'
            f'<path class="aw-cut" d="{sign}" stroke="#fff" stroke-width="1.5"/></g>'
        )


def _outline(x: float, top: float, width: float, bottom: float, closed: bool) -> str:
    """Return the path of a box, with or without its lower edge."""
    r = min(4.0, (bottom - top) / 2)
    left, right, r_ = _n(x), _n(width - 2 * r), _n(r)
    end = _n(bottom - r) if closed else _n(bottom)
    path = (
        f"M{left} {end}V{_n(top + r)}q0 -{r_} {r_} -{r_}h{right}q{r_} 0 {r_} {r_}V{end}"
    )
    if closed:
        path += f"q0 {r_} -{r_} {r_}h-{right}q-{r_} 0 -{r_} -{r_}Z"
    return path


_SIGNS = {
    "begin": "",
    "end": "M-2.2 -2.2H2.2V2.2H-2.2Z",
    "enter": "M-2.5 -1L0 1.8L2.5 -1",
    "exit": "M-2.6 .2L-.8 2L2.6 -1.8",
    "suppressed": "M-2.6 .2L-.8 2L2.6 -1.8",
    "error": "M-2.2 -2.2L2.2 2.2M2.2 -2.2L-2.2 2.2",
    "wait": "M-1.5 -2.2V2.2M1.5 -2.2V2.2",
    "resume": "M-1.3 -2.4L2.2 0L-1.3 2.4Z",
    "cancel": "M-3.4 3.4L3.4 -3.4",
}
