"""Finish the built pages: what they may load, and the scripts that run their cells.

A site on a plain file host sends no headers, so the Content-Security-Policy is in
each page. It allows what the site itself serves; an inline script only by its
hash. What the theme brings against that is taken out here: its handlers in
attributes, thebe's settings, and Font Awesome as a script of 1.5 MB. Its icons, its
scripts and its style sheets are made small by `_theme.py` and `_styles.py`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from importlib.metadata import version
from pathlib import Path

from tasks import _styles, _theme
from tasks._selection import ROOT

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' blob: 'wasm-unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
"""What a page and the code that runs in it may load, and from where."""

HANDLERS = {"window.print()": "print", "toggleFullScreen()": "full-screen"}
NOT_WANTED = [
    r'<script type="text/x-thebe-config">.*?</script>\s*',
    r"<script>kernelName = '[^']*'</script>\s*",
    r'<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>\s*',
    r'<meta http-equiv="Content-Security-Policy"[^>]*>\s*',
    r'<div class="aw-room".*?</div>',
    r"<(?:script|link)[^>]* data-aw[^>]*>(?:</script>)?\s*",
]
MODE = re.compile(r"<script data-cfasync=\"false\">.*?</script>", re.S)
SCHEME = """
    {
      const page = document.documentElement.dataset;
      page.mode = "auto";
      try { page.mode = localStorage.getItem("mode") || "auto"; } catch (blocked) {}
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      page.theme = page.mode === "auto" ? (dark ? "dark" : "light") : page.mode;
    }
  """
"""The first script of a page: it bears a browser that blocks storage, and chooses the
scheme itself. The theme's sets it later, which makes the page be laid out twice."""
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
DATED = "Last updated on "
ROOM = (
    '<div class="aw-room" aria-hidden="true">'
    "<span>The cells run here, in your browser.</span>"
    '<span class="aw-button"><svg class="aw-icon"></svg>Run all</span>'
    '<span class="aw-button"><svg class="aw-icon"></svg>Open as notebook</span></div>'
)
"""Keeps the place of the controls of a page with cells, which its script brings."""

CODE = re.compile(
    r'(<div class="cell_input[^>]*>\s*<div class="highlight-[^>]*>\s*'
    r'<div class="highlight">)(<pre>.*?</pre>)',
    re.S,
)
"""A cell's text, which gets a box to type into before the page is drawn."""

TITLE = re.compile(r'<article class="bd-article".*?</h1>', re.S)
LOADED = re.compile(r"<head>\s*<meta charset=\"utf-8\" />", re.S)


def policy(page: str) -> str:
    """The policy of a page, with the hashes of its inline scripts."""
    hashes = sorted({_hash(body) for body in INLINE.findall(page)})
    rules = {**POLICY, "script-src": " ".join([POLICY["script-src"], *hashes])}
    return "; ".join(f"{what} {where}" for what, where in rules.items())


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def finished(
    page: str, root: str, versions: dict[str, str], name: str = "", sheet: str = ""
) -> str:
    """The text of a page, ready to be published; finishing it twice changes nothing.

    Parameters
    ----------
    page
        The page as Sphinx wrote it.
    root
        The way from the page to the site's first folder: ``"../"``, or empty.
    versions
        Digests of the bundle's files, by name.
    name
        The page's path from the site's first folder.
    sheet
        The address of the one style sheet below ``_static``; empty keeps the theme's.
    """
    for pattern in NOT_WANTED:
        page = re.sub(pattern, "", page, flags=re.S)
    for handler, action in HANDLERS.items():
        page = page.replace(f'onclick="{handler}"', f'data-aw-do="{action}"')
    page = MODE.sub(f'<script data-cfasync="false">{SCHEME}</script>', page)
    page = _theme.mended(page, name)
    page = CODE.sub(r'\1<div class="aw-code">\2</div>', page)
    if page.count(" data-cell=") > 1:
        page = TITLE.sub(lambda title: title[0] + ROOM, page, count=1)
    page = page.replace(DATED, f"Version {version('asyncwith')}, {DATED.lower()}")
    theme = ""
    if sheet:
        page = _styles.REPLACED.sub("", page)
        theme = f'<link rel="stylesheet" href="{root}_static/{sheet}" data-aw />\n    '
    bundle = f"{root}browser/page"
    own = theme + (
        f'<link rel="icon" href="{bundle}/icon.svg" data-aw />\n    '
        f'<link rel="stylesheet" href="{bundle}/page.css?v={versions["page.css"]}" '
        "data-aw />\n    "
        f'<script type="module" src="{bundle}/main.js?v={versions["main.js"]}" '
        "data-aw></script>\n  "
    )
    page = page.replace("</head>", own + "</head>", 1)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}" />'
    found = LOADED.search(page)
    if found is None:
        raise ValueError("a page without <head><meta charset>: has the theme changed?")
    return f"{page[: found.end()]}\n    {meta}{page[found.end() :].lstrip()}"


def finish(site: Path, browser: Path, lite: Path) -> None:
    """Put what runs the cells into the site, and finish its pages."""
    target = site / "browser"
    _mirror(browser, target)
    _mirror(lite, site / "lite")
    for unwanted in [
        *site.glob("_static/**/*.map"),
        *site.glob("_static/**/fontawesome.js*"),
        *site.glob("_static/vendor/fontawesome/**/*.*"),
    ]:
        unwanted.unlink(missing_ok=True)
    versions = {
        name: _digest(target / "page" / name)[:12] for name in ("main.js", "page.css")
    }
    found = {path: path.read_text(encoding="utf-8") for path in pages(site)}
    scripts = [*site.glob("_static/**/*.js"), *target.glob("page/*.js")]
    texts = [path.read_text(encoding="utf-8") for path in scripts]
    sheet = _styles.write(site / "_static", [*found.values(), *texts])
    for path, before in found.items():
        if "<head>" not in before:  # the first page, which leads to another
            continue
        name = path.relative_to(site).as_posix()
        root = "../" * name.count("/")
        after = finished(before, root, versions, name, sheet)
        if after != before:
            path.write_text(after, encoding="utf-8")
    write_service_worker(site)


def _mirror(source: Path, target: Path) -> None:
    """Make a folder like another, without the build's own notes."""
    ignore = shutil.ignore_patterns("made-from")
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignore)
    for old in sorted(target.rglob("*"), reverse=True):
        if old.is_file() and not (source / old.relative_to(target)).exists():
            old.unlink()


def write_service_worker(site: Path) -> None:
    """The service worker, told which files this build has."""
    apart = ("lite", "_sources", "third-party-notices.txt", "service-worker.js")
    apart += ("404.html", "pages.json")
    files = {
        path.relative_to(site).as_posix(): _digest(path)
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.relative_to(site).parts[0] not in apart
    }
    listed = json.dumps(files, indent=0)
    source = (ROOT / "browser" / "page" / "service-worker.js").read_text("utf-8")
    source = source.replace("const FILES = {};", f"const FILES = {listed};")
    (site / "service-worker.js").write_text(source, encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def pages(site: Path) -> list[Path]:
    """The book's pages: not those of the notebook application, nor that of none."""
    return [
        path
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0]
        not in ("_static", "browser", "lite", "404.html")
    ]
