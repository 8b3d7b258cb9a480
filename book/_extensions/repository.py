"""Lead from each page to its source, and from each section to a report of an error.

The repository's address stands nowhere in the project: where the environment's
``ASYNCWITH_REPOSITORY`` names it, as the publishing workflow does, a page's end has
links to edit it and, for a notebook, to open it in Binder, and each heading has one
that opens a new issue with the section's anchor filled in.
"""

from __future__ import annotations

import os
import re
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlencode, urlparse

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

REPOSITORY = "ASYNCWITH_REPOSITORY"
BINDER = "https://mybinder.org/v2/gh"  # it knows the repositories of one host by name
BINDERS_HOST = "github.com"
HEADING = re.compile(
    r'<h\d>(?P<title>(?:(?!</h\d>).)*?)<a class="headerlink" href="#(?P<anchor>[^"]+)"'
    r"[^>]*>[^<]*</a>",
    re.S,
)


def checked(address: str) -> str:
    """The repository's address without a slash at its end.

    Raises
    ------
    ConfigError
        Where it is not the address of a repository.
    """
    parts = urlparse(address)
    steps = parts.path.strip("/").split("/")
    if parts.scheme != "https" or not parts.netloc or len(steps) < 2 or parts.query:
        raise ConfigError(
            f"{REPOSITORY}={address}: expected a repository's address, such as "
            "https://code.example.org/somebody/async-with"
        )
    return address.rstrip("/")


def source(page: str) -> str:
    """The file to change: of exercises the folder that their notebook is made from.

    Examples
    --------
    >>> source("notebooks/exercises/07_cancellation")
    'exercises/cancellation'
    >>> source("notebooks/07_cancellation"), source("book/glossary")
    ('notebooks/07_cancellation.ipynb', 'book/glossary.md')
    """
    if page.startswith("notebooks/exercises/"):
        return f"exercises/{page.partition('_')[2]}"
    return page + (".ipynb" if page.startswith("notebooks/") else ".md")


def report(repository: str, page: str, title: str, anchor: str) -> str:
    """The address of a new issue about a section."""
    body = f"Where: {page}.html#{anchor}\n\nWhat it says:\n\nWhat is true:\n"
    return f"{repository}/issues/new?" + urlencode(
        {"title": f"{title}: ", "body": body}, quote_via=quote
    )


def links(repository: str, page: str) -> list[tuple[str, str]]:
    """Words and address of each link at a page's end."""
    path = source(page)
    folder = path.startswith("exercises/")
    found = [
        ("Show the source of this page", f"{repository}/tree/HEAD/{path}")
        if folder
        else ("Edit this page", f"{repository}/edit/main/{path}")
    ]
    host, _, name = repository.removeprefix("https://").partition("/")
    if page.startswith("notebooks/") and host == BINDERS_HOST:
        lab = quote(f"lab/tree/{page}.ipynb", safe="")
        found.append(("Open in Binder", f"{BINDER}/{name}/HEAD?urlpath={lab}"))
    return found


def lead(
    app: Sphinx,
    page: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    repository = os.environ.get(REPOSITORY)
    if not repository or doctree is None:
        return
    repository = checked(repository)

    def add(heading: re.Match[str]) -> str:
        title = unescape(re.sub(r"<[^>]*>", "", heading["title"])).strip()
        address = report(repository, page, title, heading["anchor"])
        return (
            f'{heading[0]}<a class="headerlink aw-report" href="{escape(address)}" '
            f'title="Report an error in this section">!</a>'
        )

    context["body"] = HEADING.sub(add, context["body"])
    listed = " · ".join(
        f'<a href="{escape(address)}">{words}</a>'
        for words, address in links(repository, page)
    )
    context["theme_extra_footer"] = f'<p class="aw-source">{listed}</p>'


def check(app: Sphinx, config: Config) -> None:
    if address := os.environ.get(REPOSITORY):
        checked(address)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", check)
    app.connect("html-page-context", lead)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
