"""What the first load of each page transfers, from a host that compresses.

Measured with an empty cache in Chromium until the page is loaded, its deferred
scripts and modules too: bytes of bodies as sent, with gzip at level 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tasks import _styles
from tasks.book import SITE, pages
from tests.browser.publishing import Published, publish

ALL = 130_000  # bytes of a page's first load; 500,000 are promised
SCRIPT = 70_000  # bytes of it that are scripts; 100,000 are promised
SHEETS = {"site.css", "page.css"}  # all that a browser waits for before it draws
OTHERS = ["search", "genindex"]


@pytest.fixture(scope="module")
def host() -> Iterator[Published]:
    with publish() as published:
        yield published


@pytest.mark.parametrize("name", [*pages(), *OTHERS])
def test_a_first_load_is_light_and_from_this_host_alone(
    chromium: Browser, host: Published, name: str
) -> None:
    host.sent.clear()
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host.page(name), wait_until="load")
    scripts = {each: size for each, size in host.sent.items() if each.endswith("js")}
    awaited = page.evaluate(
        """performance.getEntriesByType("resource")
            .filter((each) => each.renderBlockingStatus === "blocking")
            .map((each) => new URL(each.name).pathname.split("/").pop())"""
    )
    heaviest = sorted(host.sent.items(), key=lambda item: -item[1])[:5]
    context.close()
    assert [url for url in asked if not url.startswith((host.address, "data:"))] == []
    assert 20_000 < sum(host.sent.values()) < ALL, heaviest
    assert 10_000 < sum(scripts.values()) < SCRIPT, scripts
    assert set(awaited) == SHEETS
    assert not [each for each in host.sent if each.endswith(("woff2", "ttf"))]
    assert not [each for each in host.sent if "mathjax" in each or "thebe" in each]


@pytest.mark.parametrize("name", [*pages(), *OTHERS])
def test_a_page_has_its_icons_and_its_style_sheet_in_one_piece(name: str) -> None:
    text = (SITE / f"{name}.html").read_text(encoding="utf-8")
    assert text.count('rel="stylesheet"') == 2  # the site's, and that of the cells
    assert f"_static/{_styles.NAME}?v=" in text
    assert 'class="fa' not in text and text.count('class="aw-icon') > 5


def test_each_class_that_pages_use_keeps_its_rules() -> None:
    words = frozenset({"kept", "also"})
    css = '@media print{.kept .gone{a:b}.kept:not(.gone),.gone{content:"}"}}.also{c:d}'
    assert _styles.pruned(css, words) == (
        '@media print{.kept:not(.gone){content:"}"}}.also{c:d}'
    )


def test_a_selector_that_asks_what_comes_later_gets_a_cheaper_form() -> None:
    dear = "div.cell:has(> *:nth-child(2)) details:first-child{a:b}summary ~ *,p{c:d}"
    assert _styles.pruned(dear, frozenset({"cell"})) == (
        "div.cell details:first-child:not(:last-child){a:b}p{c:d}"
    )


def test_no_rule_looks_at_all_that_follows_a_change() -> None:
    sheet = (SITE / "_static" / _styles.NAME).read_text(encoding="utf-8")
    assert re.search(r"\.admonition-title ?~ ?\*", sheet)  # of one class: it is cheap
    assert re.findall(r"(?<![\w.#\]-])[a-z]+ ?[~+] ?\*", sheet) == []
    assert ":has(button" not in sheet and ":has(>" not in sheet


@pytest.mark.parametrize("name", pages())
def test_no_element_only_holds_a_word_of_code(name: str) -> None:
    text = (SITE / f"{name}.html").read_text(encoding="utf-8")
    assert re.findall(r'<span class="(?:pre|n|p|w)">[^<]*</span>', text) == []
    assert "<code" in text or "notebooks/" not in name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_such_words_look_as_the_code_around_them(scheme: str) -> None:
    sheet = (SITE / "_static" / "pygments.css").read_text(encoding="utf-8")
    rule = rf'^html\[data-theme="{scheme}"\] \.highlight( \.[npw])? \{{([^}}]*)\}}'
    looks = dict(re.findall(rule, sheet, re.M))
    around = re.search(r"(?<!-)color: #\w+", looks[""])
    assert around is not None
    assert {looks[f" .{kind}"].strip() for kind in "npw"} == {around[0]}


MOVES = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) sum += each.value;
    }).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => done(sum), 300));
})"""


@pytest.mark.parametrize(
    "name", ["notebooks/01_promise", "notebooks/17_patterns", "notebooks/museum"]
)
def test_nothing_moves_when_the_controls_come(
    chromium: Browser, host: Published, name: str
) -> None:
    phone = chromium.new_context(
        viewport={"width": 412, "height": 823}, is_mobile=True, has_touch=True
    )
    page = phone.new_page()
    page.goto(host.page(name))
    expect(page.get_by_role("button", name="Run all cells")).to_be_visible()
    assert page.evaluate(MOVES) < 0.01
    assert page.locator(".aw-room").count() == 0
    phone.close()


def test_a_page_is_drawn_in_one_scheme_from_the_start(
    chromium: Browser, host: Published
) -> None:
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.add_init_script(
        """self.schemes = [];
        new MutationObserver(() => {
            const { body, documentElement } = document;
            if (body) self.schemes.push(documentElement.dataset.theme);
        }).observe(document, { subtree: true, childList: true, attributes: true });"""
    )
    page.goto(host.page("notebooks/01_promise"))
    expect(page.get_by_role("button", name="Run all cells")).to_be_visible()
    assert set(page.evaluate("self.schemes")) == {"dark"}
    context.close()


def test_the_code_of_a_cell_is_not_moved_when_its_controls_come(
    chromium: Browser, host: Published
) -> None:
    page = chromium.new_page()
    page.add_init_script(
        """self.moved = [];
        new MutationObserver((changes) => {
            for (const { removedNodes } of changes)
                for (const each of removedNodes)
                    if (each.nodeName === "PRE") self.moved.push(each.id);
        }).observe(document, { subtree: true, childList: true });"""
    )
    page.goto(host.page("notebooks/01_promise"))
    expect(page.get_by_role("button", name="Run all cells")).to_be_visible()
    assert page.get_by_role("textbox").count() > 10
    assert page.evaluate("self.moved") == []
    page.close()
