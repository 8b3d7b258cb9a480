"""The controls of a page, with a worker that does as it is told."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.publishing import ISOLATION, Published
from tests.browser.steps import cell, code, notice, output, press, state, told, write

CHAPTER = "notebooks/03_protocol"
EXERCISES = "notebooks/exercises/01_promise"


@pytest.fixture
def page(fake: Published, open_page: OpenPage) -> Page:
    return open_page(fake.page(CHAPTER))


def test_nothing_of_python_or_the_editor_is_loaded_before_it_is_used(
    fake: Published, page: Page
) -> None:
    expect(page.get_by_role("button", name="Run cell 1", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    late = [name for name in fake.asked if re.search("runtime|pyodide|editor", name)]
    assert late == []


def test_controls_are_quiet_until_a_cell_is_pointed_at_or_focused(page: Page) -> None:
    found = cell(page, "pain")
    draw = found.get_by_role("button", name="Draw")
    expect(draw).to_have_css("opacity", "0")
    found.hover()
    expect(draw).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(draw).to_have_css("opacity", "0")
    draw.focus()
    expect(draw).to_have_css("opacity", "1")


def test_progress_is_seen_within_200_ms_of_the_first_run(page: Page) -> None:
    found = cell(page, "imports")
    milliseconds = found.evaluate(
        """(cell) => new Promise((resolve) => {
            const begun = performance.now();
            window.seen = [];
            new MutationObserver(() => {
                const notice = cell.querySelector(".aw-notice");
                if (!notice?.querySelector("progress")) return;
                window.seen.push(notice.textContent);
                requestAnimationFrame(() => resolve(performance.now() - begun));
            }).observe(cell, { childList: true, subtree: true, characterData: true });
            cell.querySelector(".aw-run").click();
        })"""
    )
    assert milliseconds < 200
    state(found, "ok")
    expect(notice(found)).to_be_hidden()
    seen = page.evaluate("window.seen")
    assert any("Loading Python: 1.0 of 3.0 MB" in text for text in seen), seen


def test_outputs_appear_in_their_order_and_with_their_colours(page: Page) -> None:
    found = cell(page, "imports")
    svg = '<svg class="own" viewBox="0 0 1 1"><title>a picture</title></svg>'
    write(
        found,
        told(
            ["stdout", "one\n"],
            ["stderr", "two\n"],
            ["display", {"image/svg+xml": svg, "text/plain": "picture"}],
            ["stdout", "three\n"],
            ["result", {"text/plain": "four"}],
            ["error", "ValueError", "five"],
        ),
    )
    press(found, "Run")
    state(found, "error")
    expect(found.locator(".output svg.own")).to_have_count(1)
    kinds = found.locator(".cell_output > .output").evaluate_all(
        "(all) => all.map((each) => each.textContent.trim() || each.className)"
    )
    assert kinds == [
        "imports\none",
        "two",
        "a picture",
        "three",
        "four",
        "ValueError: five",
    ]
    expect(found.locator(".aw-ansi-1")).to_have_text("ValueError")
    expect(page.get_by_role("status")).to_contain_text("raised an error")


def test_an_edit_is_run_marked_kept_and_taken_back(
    fake: Published, page: Page, open_page: OpenPage
) -> None:
    found = cell(page, "pain")
    before = code(found).inner_text()
    write(found, told(["stdout", "mine\n"]))
    expect(found.locator(".aw-stale")).to_have_text(
        "The code was edited after this output."
    )
    press(found, "Run")
    state(found, "ok")
    assert output(found) == "pain\nmine\n"
    expect(found.locator(".aw-stale")).to_have_count(0)
    page.reload()
    expect(code(found)).to_contain_text('"mine')
    expect(found.locator(".aw-status")).to_have_text("edited")
    press(found, "Reset")
    assert code(found).inner_text() == before
    expect(found.locator(".cell_output")).to_contain_text("connection open: True")
    press(found, "Undo")
    expect(code(found)).to_contain_text('"mine')
    press(found, "Reset")
    page.reload()
    assert code(found).inner_text() == before


def test_an_edit_of_an_older_cell_is_told(fake: Published, open_page: OpenPage) -> None:
    edit = json.dumps({"source": "mine", "of": "what the book had last year"})
    page = open_page(
        fake.page(CHAPTER),
        script=f"localStorage['async-with:edit:03_protocol:pain'] = {edit!r}",
    )
    found = cell(page, "pain")
    expect(notice(found)).to_contain_text("The book's cell has changed")
    press(found, "Take the book's")
    expect(code(found)).to_contain_text("card declined")


def test_what_copy_copies_is_what_the_cell_holds(page: Page) -> None:
    found = cell(page, "pain")
    write(found, "mine = 1")
    copied = found.locator(".cell_input pre").evaluate("(pre) => pre.textContent")
    assert copied == "mine = 1"


def test_a_cell_that_needs_earlier_ones_offers_to_run_them(page: Page) -> None:
    found = cell(page, "pain")
    press(found, "Run")
    expect(notice(found)).to_contain_text("names from 2 earlier cells")
    expect(found.get_by_role("button", name="Run them first")).to_be_focused()
    page.keyboard.press("Enter")
    state(found, "ok")
    for earlier in ("imports", "pain-class"):
        state(cell(page, earlier), "ok")
    press(found, "Run")  # they have been run: nothing is asked
    state(found, "ok")
    expect(notice(found)).to_be_hidden()


def test_what_an_edited_cell_needs_is_looked_up_anew(page: Page) -> None:
    found = cell(page, "pain")
    write(found, "print(sweep)")
    press(found, "Run")
    expect(notice(found)).to_contain_text("names from an earlier cell")


def test_or_it_is_run_alone(page: Page) -> None:
    found = cell(page, "pain")
    press(found, "Run")
    press(found, "Run only this")
    state(found, "ok")
    assert cell(page, "imports").get_attribute("data-state") is None


def test_a_missing_name_leads_to_the_cells_above(page: Page) -> None:
    found = cell(page, "as-binds")  # of its own it needs none
    write(found, told(["error", "NameError", "name 'unknown' is not defined"]))
    press(found, "Run")
    state(found, "error")
    expect(notice(found)).to_contain_text("cells above have not been run")


def test_an_error_ends_a_series_and_is_told_where_the_reader_waits(page: Page) -> None:
    write(cell(page, "pain-class"), told(["error", "ValueError", "no"]))
    found = cell(page, "pain")
    press(found, "Run all above")
    state(cell(page, "pain-class"), "error")
    expect(notice(found)).to_contain_text("Not run: cell 2 above did not end well.")
    assert found.get_attribute("data-state") == ""


def test_a_changed_cell_makes_the_outputs_of_later_ones_old(page: Page) -> None:
    press(cell(page, "imports"), "Run")
    state(cell(page, "imports"), "ok")
    changed = cell(page, "pain-class")
    write(changed, "class Connection: ...")
    press(changed, "Run")
    state(changed, "ok")
    expect(cell(page, "pain").locator(".aw-stale")).to_have_text(
        "A cell above was changed and run after this output."
    )
    expect(cell(page, "as-binds").locator(".aw-stale")).to_have_count(0)


def test_a_local_only_cell_says_why_and_is_left_out(page: Page) -> None:
    found = page.locator("[data-local-only]").first
    expect(found).to_contain_text("Runs on your machine only: it needs several")
    assert found.get_by_role("button", name="Run").count() == 0
    page.get_by_role("button", name="Run all cells").click()
    state(page.locator("[data-cell]:not([data-local-only])").last, "ok")
    assert found.get_attribute("data-state") is None
    ran = page.locator('[data-cell][data-state="ok"]').count()
    local = page.locator("[data-local-only]").count()
    assert ran + local == page.locator("[data-cell]").count()


def test_a_waiting_cell_is_stopped_and_the_next_one_runs(page: Page) -> None:
    found = cell(page, "imports")
    write(found, told(["wait"]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    state(found, "stopped")
    expect(notice(found)).to_be_hidden()
    write(found, "")
    press(found, "Run")
    state(found, "ok")


def test_a_stopped_cell_has_time_to_clean_up(page: Page) -> None:
    found = cell(page, "imports")
    write(found, told(["cleanup", 2500]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    state(found, "stopped")
    assert output(found) == "imports\ncleaned up\n"


def test_who_presses_stop_twice_does_not_wait_for_it(page: Page) -> None:
    found = cell(page, "imports")
    write(found, told(["cleanup", 60_000]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    press(found, "Stop")
    state(found, "stopped", timeout=1000)
    expect(notice(found)).to_contain_text("its variables are gone")


def test_a_busy_cell_is_ended_with_its_worker_and_the_reader_is_told(
    page: Page,
) -> None:
    other, found = cell(page, "imports"), cell(page, "as-binds")
    press(other, "Run")
    state(other, "ok")
    write(found, told(["busy"]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    expect(found.locator(".aw-status")).to_have_text("stopping …")
    state(found, "stopped")
    expect(notice(found)).to_contain_text("its variables are gone, your edits are not")
    expect(other.locator(".aw-stale")).to_have_text(
        "From before Python was started anew."
    )
    press(other, "Run")
    state(other, "ok")


@pytest.fixture
def isolated(fake: Published, open_page: OpenPage) -> Page:
    fake.headers.update(ISOLATION)
    return open_page(fake.page(CHAPTER))


def test_where_the_page_is_isolated_a_busy_cell_is_interrupted(isolated: Page) -> None:
    found = cell(isolated, "imports")
    write(found, told(["busy"]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    state(found, "stopped", timeout=1500)
    expect(notice(found)).to_be_hidden()


def test_a_worker_that_heard_the_stop_is_not_interrupted(isolated: Page) -> None:
    found = cell(isolated, "imports")
    write(found, told(["late"]))
    press(found, "Run")
    state(found, "running")
    press(found, "Stop")
    state(found, "stopped")
    assert "left alone" in output(found)


def test_reset_page_takes_all_back_and_can_be_undone(page: Page) -> None:
    found = cell(page, "imports")
    write(found, told(["stdout", "mine\n"]))
    press(found, "Run")
    state(found, "ok")
    page.get_by_role("button", name="Reset page").click()
    expect(code(found)).to_contain_text("import asyncio")
    assert found.locator(".cell_output").count() == 0
    page.get_by_role("button", name="Undo the reset").click()
    expect(code(found)).to_contain_text('"mine')


def test_the_slider_steps_through_a_timeline(page: Page) -> None:
    figure = page.locator("figure.aw-timeline-figure").first
    slider = page.get_by_role("slider").first
    steps = figure.locator("g.aw-step").count()
    expect(slider).to_have_attribute("max", str(steps - 1))
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^1 of {steps}: "))
    clip = figure.locator("svg").evaluate("(svg) => svg.style.clipPath")
    assert re.fullmatch(r"inset\(0px 0px \d+\.\d+%\)", clip)
    page.get_by_role("button", name="Next event").first.click()
    expect(slider).to_have_value("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    slider.press("End")
    expect(slider).to_have_value(str(steps - 1))
    assert figure.locator("svg").evaluate("(svg) => svg.style.clipPath") == ""


def test_draw_asks_for_a_timeline_and_gives_it_a_slider(page: Page) -> None:
    found, drawn = cell(page, "imports"), cell(page, "waits-drawn")
    svg = drawn.locator("svg.aw-timeline").evaluate("(svg) => svg.outerHTML")
    write(found, told(["display", {"image/svg+xml": svg, "text/plain": "a ledger"}]))
    press(found, "Draw")
    state(found, "ok")
    expect(found.locator(".cell_output")).to_contain_text("imports drawn")
    expect(found.locator("figure.aw-timeline-figure + .aw-stepper")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("a ledger")


def test_displayed_html_can_do_no_harm(page: Page) -> None:
    found = cell(page, "imports")
    html = (
        '<b onclick="alert(1)">kept</b><script>document.title = "x"</script>'
        '<img src=x onerror="document.title = 1"><iframe src="/"></iframe>'
        '<meta http-equiv="refresh" content="0; url=/"><form action="/"></form>'
        '<a href="javascript:alert(1)">a</a><style>*{display:none}</style>'
    )
    write(found, told(["display", {"text/html": html}]))
    press(found, "Run")
    state(found, "ok")
    inner = found.locator(".text_html").evaluate("(box) => box.innerHTML")
    assert inner == '<b>kept</b><img src="x"><a>a</a>'


def test_an_exercise_s_check_runs_the_reader_s_part_first(
    fake: Published, open_page: OpenPage
) -> None:
    page = open_page(fake.page(EXERCISES))
    press(cell(page, "predict_ledger-check"), "Run")
    state(cell(page, "predict_ledger-check"), "ok")
    state(cell(page, "predict_ledger-starter"), "ok")
    assert cell(page, "suppress_key_error-starter").get_attribute("data-state") is None
    page.get_by_role("button", name="Run all cells").click()
    state(page.locator('[data-role="code"]').last, "ok")
    assert page.locator('[data-role="solution"][data-state]').count() == 0


def test_two_pages_have_two_pythons(fake: Published, open_page: OpenPage) -> None:
    one = open_page(fake.page(CHAPTER))
    two = open_page(fake.page(CHAPTER), context=one.context)
    write(cell(one, "imports"), told(["wait"]))
    press(cell(one, "imports"), "Run")
    state(cell(one, "imports"), "running")
    two.reload()
    write(cell(two, "imports"), "")
    press(cell(two, "imports"), "Run")
    state(cell(two, "imports"), "ok")
    state(cell(one, "imports"), "running")
