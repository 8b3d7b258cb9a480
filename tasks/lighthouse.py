"""Score pages by Lighthouse, as on a phone, beside the default theme's.

python3 run.py lighthouse             four pages of the book, two of the default theme
python3 run.py lighthouse --peers     and a page of each of two books from Debian
python3 run.py lighthouse --rounds 5  medians of five rounds (three)

The built site is served compressed on loopback, and so is Jupyter Book's default,
built from the same notebooks with no setting but that they are not run. A round visits
each page once with an empty cache, under Lighthouse's settings for phones: a slow
network and a processor four times slower are simulated from what was seen. Red when a
median of the book's pages is below 95. Requests to other hosts, which the default
makes, may stay without an answer here: then they add no bytes, and are counted in the
last column.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from tasks import browser as tier
from tasks._chromium import FLAGS, program
from tasks._selection import ROOT
from tasks.book import SITE
from tests.browser.publishing import Published, publish

PROMISE = 95  # of each score, out of 100
PACKAGE = ROOT / "benchmarks" / "lighthouse"
PATIENCE = 300.0  # seconds for one visit
PLAIN, HEAVY = "notebooks/01_promise", "notebooks/17_patterns"
OURS = {
    "front page": "book/index",
    "plain chapter": PLAIN,
    "heavy chapter": HEAVY,
    "error museum": "notebooks/museum",
}
PEERS = {
    "The Rust Programming Language": "rust-doc/html/book/ch20-02-multithreaded",
    "Debian Handbook": "debian-handbook/html/en-US/sect.apt-get",
}
PACKAGES = [
    *("rust-doc", "debian-handbook"),
    *("libjs-highlight.js", "fonts-open-sans", "fonts-font-awesome"),
]
"""Debian's packages of the peers, built from their sources, and what they link to."""

SCORES = ["performance", "accessibility", "best-practices", "seo"]
FIGURES = ["lcp", "blocked", "shift", "all", "script", "unanswered"]
HEAD = (
    "page                             perf acc  bp seo  LCP s  TBT ms    CLS     kB "
    "script kB  no answer"
)


@dataclass
class Page:
    """A page that is measured, and what each visit found."""

    label: str
    address: str
    ours: bool = False
    visits: list[dict[str, float]] = field(default_factory=list)

    def median(self, what: str) -> float:
        return statistics.median(visit[what] for visit in self.visits)

    @property
    def row(self) -> str:
        """The medians as a line of the table."""
        scores = "".join(f"{self.median(each):4.0f}" for each in SCORES)
        lcp, blocked, shift, everything, script, none = map(self.median, FIGURES)
        return (
            f"{self.label:<32}{scores}  {lcp / 1000:5.1f}  {blocked:6.0f}  {shift:5.3f}"
            f"  {everything / 1000:5.0f}  {script / 1000:8.0f}  {none:9.0f}"
        )


def figures(report: dict[str, Any]) -> dict[str, float]:
    """The scores, 0 to 100, and the figures of a report.

    Parameters
    ----------
    report
        Lighthouse's result as JSON.

    Returns
    -------
    dict
        Scores by category; ``lcp`` and ``blocked`` in milliseconds, ``shift`` without
        unit, ``all`` and ``script`` in bytes as sent, headers too; ``unanswered``, the
        number of requests; ``machine``, Lighthouse's index of the processor's speed.

    Raises
    ------
    ValueError
        If Lighthouse could not judge the page.
    """
    scores = {each: report["categories"][each]["score"] for each in SCORES}
    if None in scores.values():
        raise ValueError(f"no score: {report.get('runtimeError')}")
    audits = report["audits"]
    requests: list[dict[str, Any]] = audits["network-requests"]["details"]["items"]
    sizes = [(each.get("resourceType"), each["transferSize"]) for each in requests]
    here = urlparse(str(report["finalDisplayedUrl"])).netloc
    elsewhere = [
        each
        for each in requests
        if urlparse(str(each["url"])).netloc not in ("", here)
        and each["statusCode"] < 200
    ]
    return {
        **{name: 100 * score for name, score in scores.items()},
        "lcp": audits["largest-contentful-paint"]["numericValue"],
        "blocked": audits["total-blocking-time"]["numericValue"],
        "shift": audits["cumulative-layout-shift"]["numericValue"],
        "all": sum(size for _, size in sizes),
        "script": sum(size for kind, size in sizes if kind == "Script"),
        "unanswered": len(elsewhere),
        "machine": report["environment"]["benchmarkIndex"],
    }


def visit(address: str, chromium: str, folder: Path) -> dict[str, float]:
    """Let Lighthouse visit a page once, with a profile of its own."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [str(tier.node() / "bin" / "node")]
    command += [str(PACKAGE / "node_modules" / "lighthouse" / "cli" / "index.js")]
    command += [address, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(SCORES)}"]
    command += [f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}"]
    with subprocess.Popen(
        command,
        env={**os.environ, "CHROME_PATH": chromium, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as lighthouse:
        try:
            said, _ = lighthouse.communicate(timeout=PATIENCE)
        except BaseException:
            lighthouse.send_signal(signal.SIGINT)  # it ends its browser, too
            raise
    if lighthouse.returncode or not report.is_file():
        sys.exit(f"{said[-3000:]}\nLighthouse failed at {address}.")
    return figures(json.loads(report.read_text(encoding="utf-8")))


def default_theme(folder: Path) -> Path:
    """Build the two chapters with Jupyter Book's default theme; the site's folder."""
    for name in (PLAIN, HEAVY):
        shutil.copy(ROOT / f"{name}.ipynb", folder)
    plain, heavy = (Path(name).name for name in (PLAIN, HEAVY))
    toc = f"format: jb-book\nroot: {plain}\nchapters:\n  - file: {heavy}\n"
    (folder / "_toc.yml").write_text(toc)
    config = 'title: Default\nexecute:\n  execute_notebooks: "off"\n'
    (folder / "_config.yml").write_text(config)
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "."]
    tier.quietly(command, "Building the default theme's pages", folder)
    return folder / "_build" / "html"


def debian_books(folder: Path) -> Path:
    """Unpack the peers' packages, without installing them; their folder."""
    tier.quietly(["apt-get", "download", *PACKAGES], "apt-get download", folder)
    for package in sorted(folder.glob("*.deb")):
        tier.quietly(["dpkg-deb", "-x", str(package), "."], "dpkg-deb -x", folder)
    return folder / "usr" / "share" / "doc"


def measured(pages: list[Page], chromium: str, rounds: int) -> None:
    """Visit each page in turn, as many times as there are rounds."""
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(1, rounds + 1):
            for page in pages:
                page.visits.append(visit(page.address, chromium, Path(folder)))
                score = page.visits[-1]["performance"]
                print(
                    f"round {turn}: {page.label}: performance {score:.0f}", flush=True
                )


def ratios(ours: Page, other: Page) -> str:
    """How much of the other page's time and bytes the book's page takes."""
    said = [
        f"{name} {ours.median(what) / other.median(what):.2f}"
        for name, what in (("LCP", "lcp"), ("bytes", "all"), ("script", "script"))
        if other.median(what)
    ]
    return f"{ours.label} / {other.label}: {', '.join(said)}"


def report(pages: list[Page], rounds: int) -> None:
    """Print the medians: the book's four pages, the default's two, the peers'."""
    ours, defaults, peers = pages[:4], pages[4:6], pages[6:]
    print(f"\nmedians of {rounds}\n{HEAD}")
    print("\n".join(page.row for page in pages))
    for page, default in zip(ours[1:3], defaults, strict=True):
        print(ratios(page, default))
    for peer in peers:
        print(ratios(ours[2], peer))
    machine = statistics.median(page.median("machine") for page in pages)
    print(
        f"the processor's index {machine:.0f}, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py lighthouse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="needs Debian's apt-get")
    options = parser.parse_args(argv)
    chromium = program()
    if chromium is None or not (SITE / "index.html").is_file() or options.rounds < 1:
        print("It needs Chromium, the built site (run.py book --no-serve) and a round.")
        return 2
    lock = PACKAGE / "package-lock.json"
    tier.step(
        "installing Lighthouse",
        PACKAGE / "node_modules" / ".made-from",
        tier.digest([lock]),
        lambda: tier.npm("ci", "--ignore-scripts", folder=PACKAGE),
    )
    with ExitStack() as stack:

        def served(site: Path) -> Published:
            return stack.enter_context(publish(site))

        def scratch() -> Path:
            return Path(stack.enter_context(tempfile.TemporaryDirectory()))

        book, theme = served(SITE), served(default_theme(scratch()))
        ours = [Page(label, book.page(name), True) for label, name in OURS.items()]
        defaults = [
            Page(f"default theme, {label}", theme.page(Path(OURS[label]).name))
            for label in ("plain chapter", "heavy chapter")
        ]
        pages = [*ours, *defaults]
        if options.peers:
            debian = served(debian_books(scratch()))
            pages += [Page(label, debian.page(name)) for label, name in PEERS.items()]
        measured(pages, chromium, options.rounds)
        # Before the folders are removed, which takes a busy machine a while.
        report(pages, options.rounds)
    low = [
        f"{page.label}: {each} {page.median(each):.0f}"
        for page in ours
        for each in SCORES
        if page.median(each) < PROMISE
    ]
    for each in low:
        print(f"Red: {each}, promised {PROMISE}.")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
