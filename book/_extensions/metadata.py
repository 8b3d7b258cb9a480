"""What a page tells those that do not read it: searchers, previews of links.

Each page gets a description, its first paragraph (of exercises their titles), and
Open Graph's words for a preview. The site's address stands nowhere in the project:
where the environment's ``ASYNCWITH_SITE`` names it, each page also names its one
address, and ``sitemap.xml`` lists them all.
"""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlparse

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

LONGEST = 160  # characters; searches show no more
SITE = "ASYNCWITH_SITE"
NOT_LISTED = {"genindex", "search", "404"}


def description(page: str, doctree: nodes.document) -> str:
    """The page's first paragraph, or the titles of its exercises, cut at a word."""
    if page.startswith("notebooks/exercises/"):
        heading, *titles = [title.astext() for title in doctree.findall(nodes.title)]
        text = f"{heading}: {', '.join(each.split(' · ')[-1] for each in titles)}."
    else:
        first = next(iter(doctree.findall(nodes.paragraph)), None)
        text = first.astext() if first is not None else ""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rpartition(" ")[0].rstrip(",;:") + " …"


def tags(values: dict[str, str]) -> str:
    """The head's elements; Open Graph's are properties."""
    return "".join(
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
        f'content="{escape(value)}" />\n'
        for name, value in values.items()
        if value
    )


def describe(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree is None:
        return
    said = description(page, doctree)
    found = next(iter(doctree.findall(nodes.title)), None)
    values = {
        "description": said,
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": found.astext() if found is not None else app.config.html_title,
        "og:description": said,
        "og:url": context.get("pageurl") or "",
        "twitter:card": "summary",
    }
    context["metatags"] = context.get("metatags", "") + tags(values)


def sitemap(address: str, pages: list[str]) -> str:
    """The list of a site's pages for searchers."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += ['<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for page in sorted(set(pages) - NOT_LISTED):
        lines.append(f"<url><loc>{escape(address + quote(page))}.html</loc></url>")
    return "\n".join([*lines, "</urlset>", ""])


def read_address(app: Sphinx, config: Config) -> None:
    address = os.environ.get(SITE, "")
    if not address:
        return
    parts = urlparse(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        raise ConfigError(
            f"{SITE}={address}: expected the site's address, such as "
            "https://books.example.org/async-with/"
        )
    config["html_baseurl"] = address.rstrip("/") + "/"


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    target = Path(app.outdir, "sitemap.xml")
    if error is None and app.config.html_baseurl:
        pages = list(app.env.found_docs)
        target.write_text(sitemap(app.config.html_baseurl, pages), encoding="utf-8")
    else:
        target.unlink(missing_ok=True)  # of an earlier build with an address


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", read_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
