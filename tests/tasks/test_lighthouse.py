"""What the benchmark takes from Lighthouse's report, and when it refuses one."""

from __future__ import annotations

from typing import Any

import pytest

from tasks import lighthouse
from tasks.lighthouse import SCORES, Page

HERE = "http://127.0.0.1:8000/page.html"


def report(performance: float | None = 0.96) -> dict[str, Any]:
    requests = [
        {
            "url": HERE,
            "resourceType": "Document",
            "transferSize": 30,
            "statusCode": 200,
        },
        {"url": f"{HERE}.js", "resourceType": "Script", "transferSize": 7}
        | {"statusCode": 200},
        {"url": "https://elsewhere/x.js", "resourceType": "Script", "transferSize": 0}
        | {"statusCode": -1},
        {"url": "data:image/png,", "resourceType": "Image", "transferSize": 0}
        | {"statusCode": -1},
    ]
    audits: dict[str, Any] = {"network-requests": {"details": {"items": requests}}}
    for name, value in [
        ("largest-contentful-paint", 1900.0),
        ("total-blocking-time", 150.0),
        ("cumulative-layout-shift", 0.01),
    ]:
        audits[name] = {"numericValue": value}
    return {
        "finalDisplayedUrl": HERE,
        "categories": {each: {"score": 1} for each in SCORES}
        | {"performance": {"score": performance}},
        "audits": audits,
        "environment": {"benchmarkIndex": 2000},
    }


def test_figures_are_summed_and_unanswered_requests_counted() -> None:
    found = lighthouse.figures(report())
    assert found["performance"] == 96 and found["seo"] == 100
    assert (found["all"], found["script"], found["unanswered"]) == (37, 7, 1)
    assert (found["lcp"], found["blocked"], found["shift"]) == (1900, 150, 0.01)


def test_a_page_that_could_not_be_judged_has_no_figures() -> None:
    with pytest.raises(ValueError, match="no score"):
        lighthouse.figures(report(performance=None))


def test_a_ratio_is_the_book_s_part_of_the_other() -> None:
    ours, other = Page("ours", HERE), Page("other", HERE)
    ours.visits = [{"lcp": each, "all": 10, "script": 5} for each in (100, 900, 200)]
    other.visits = [{"lcp": 400, "all": 100, "script": 0}]
    assert lighthouse.ratios(ours, other) == "ours / other: LCP 0.50, bytes 0.10"
