"""axe finds nothing on any page: WCAG 2.2 A and AA, both schemes, two widths."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser, Page

from tasks import _selection as selection
from tasks.book import pages
from tasks.browser import MODULES

AXE = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (375, 1280)  # CSS pixels
COLOURS = ["color-contrast", "link-in-text-block"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([tags, colours, without]) => {
    const found = await axe.run(without ? { exclude: [without] } : document, {
        runOnly: colours ?? tags,
        rules: colours ? {} : { "label-content-name-mismatch": { enabled: true } },
        resultTypes: ["violations"],
    });
    return found.violations.flatMap((each) => each.nodes.map((node) =>
        [each.id, node.target.join(" "), node.failureSummary]));
}"""
CHOSEN = [name.removesuffix(".ipynb") for name in selection.third()]
NAMES = [
    name
    for name in [*pages(), "search", "genindex"]
    if os.environ.get("ASYNCWITH_FULL")
    or name in CHOSEN
    or not name.startswith("notebooks/")
]
"""Every page when all is asked for; else a third of the notebooks, which rotates."""


def settle(page: Page, scheme: str) -> None:
    """Wait until the page has this scheme, and its colours have stopped changing."""
    page.wait_for_function(
        "(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme
    )
    page.evaluate(
        "() => Promise.allSettled(document.getAnimations().map((one) => one.finished))"
    )


def violations(page: Page, colours: bool, without: str) -> list[list[str]]:
    """What axe finds: of colours alone, or of everything."""
    return page.evaluate(RUN, [TAGS, COLOURS if colours else None, without])


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(site: str, chromium: Browser, name: str) -> None:
    said: dict[str, list[list[str]]] = {}
    for scheme in ("light", "dark"):
        page = chromium.new_page(
            bypass_csp=True, reduced_motion="reduce", color_scheme=scheme
        )
        # The reader's choice, which the page has before its first line is drawn.
        page.add_init_script(
            f"localStorage.setItem('mode', '{scheme}');"
            f"localStorage.setItem('theme', '{scheme}')"
        )
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{site}/{name}.html")
            settle(page, scheme)
            page.evaluate(AXE)
            # A width changes no colour of code, and a scheme nothing but colours.
            without = ".highlight span" if width == 375 else ""
            said[f"{width} {scheme}"] = violations(page, scheme == "dark", without)
        page.close()
    assert {state: found for state, found in said.items() if found} == {}
