"""What tests do with a page, in a reader's words."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect


def cell(page: Page, identity: str) -> Locator:
    return page.locator(f'[data-cell="{identity}"]')


def press(found: Locator, name: str) -> None:
    """Press one of the buttons of a cell, by its name or the name's beginning.

    They show when the cell is pointed at.
    """
    begin = f"{name} cell" if name in ("Run", "Draw", "Stop", "Reset") else name
    found.hover()
    found.get_by_role("button", name=re.compile(f"^{begin}")).click()


def code(found: Locator) -> Locator:
    """A cell's code, be it plain text or in the editor."""
    return found.locator(".cell_input").get_by_role("textbox")


def write(found: Locator, source: str) -> None:
    """Replace a cell's code by typing; the text is pasted, so that it stays as is."""
    code(found).click()
    content = found.locator(".cm-content")
    expect(content).to_be_focused()
    content.press("ControlOrMeta+a")
    if source:
        found.page.keyboard.insert_text(source)
    else:
        content.press("Delete")


def told(*actions: list[object]) -> str:
    """The source of a cell that has the fake worker do this."""
    return "\n".join(f"#! {json.dumps(action)}" for action in actions)


def state(found: Locator, wanted: str, timeout: float = 20_000) -> None:
    """Wait until a cell is in a state."""
    expect(found).to_have_attribute("data-state", wanted, timeout=timeout)


def output(found: Locator) -> str:
    """The text of a cell's outputs, character by character."""
    return "".join(found.locator(".cell_output pre").all_text_contents())


def notice(found: Locator) -> Locator:
    return found.locator(".aw-notice")
