"""What a reader gets at an address without a page: other pages, or the moved one.

A plain file host answers such an address with `404.html`, at any depth and below
any path. So that page needs nothing beside itself: its script looks for the list
of pages, `pages.json`, in one folder above another, and names those that the
address resembles. A short address is a small page that leads to a long one.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

SHORT = {
    "cheatsheet": "notebooks/cheatsheet.html",
    "museum": "notebooks/museum.html",
    "glossary": "book/glossary.html",
}
"""Addresses that are said aloud, and those of moved pages: where each leads."""

TITLE = re.compile(r"<h1>(.*?)</h1>", re.S)
CHAPTER = re.compile(r"notebooks/(\d\d)_")

PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="{policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>There is no such page: async with</title>
    <style>
      :root {{ color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif; }}
      body {{ margin: 12vh auto 2rem; max-width: 36rem; padding: 0 1rem; }}
      h1 {{ font-size: 1.7rem; font-weight: 500; line-height: 1.3; }}
      code {{ overflow-wrap: anywhere; }}
      a {{ color: LinkText; }}
      li {{ margin: 0.4rem 0; }}
    </style>
  </head>
  <body>
    <main>
      <h1>There is no such page</h1>
      <p>The book <em>async with</em> has nothing at <code id="asked">this
      address</code>.</p>
      <div id="near" hidden><p>Perhaps you mean:</p><ul></ul></div>
      <p><a id="home" href="/">To the book's front page</a></p>
      <noscript><p>With JavaScript, this page names pages whose address is like the
      one you asked for.</p></noscript>
    </main>
    <script type="module">{script}</script>
  </body>
</html>
"""

SCRIPT = """
const pairs = (text) => {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  return new Set([...plain.slice(1)].map((letter, at) => plain[at] + letter));
};
const likeness = (one, other) => {
  const [a, b] = [pairs(one), pairs(other)];
  const shared = [...a].filter((pair) => b.has(pair)).length;
  return a.size + b.size ? (2 * shared) / (a.size + b.size) : 0;
};
const last = (path) => {
  const name = path.replace(/\\/+$/, "").split("/").pop();
  return name.replace(/\\.(html|ipynb|md)$/, "");
};
const find = async () => {
  const folders = location.pathname.split("/").slice(0, -1);
  for (; folders.length; folders.pop()) {
    const root = folders.join("/") + "/";
    const answer = await fetch(root + "pages.json").catch(() => null);
    if (answer?.ok) return { root, pages: await answer.json() };
  }
  return null;
};
document.getElementById("asked").textContent = location.pathname;
const found = await find();
if (found) {
  const home = document.getElementById("home");
  home.href = found.root;
  const asked = last(decodeURI(location.pathname));
  const rated = found.pages.map(([path, title]) => ({
    path,
    title,
    rate: Math.max(likeness(asked, last(path)), likeness(asked, title)),
  }));
  const near = rated.filter((page) => page.rate > 0.3);
  near.sort((one, other) => other.rate - one.rate);
  for (const page of near.slice(0, 5)) {
    const link = document.createElement("a");
    link.href = found.root + page.path;
    link.textContent = page.title;
    const item = document.createElement("li");
    item.append(link);
    document.querySelector("#near ul").append(item);
  }
  document.getElementById("near").hidden = near.length === 0;
}
"""

MOVED = """<!DOCTYPE html>
<html lang="en">
  <meta charset="utf-8" />
  <meta http-equiv="Refresh" content="0; url={to}" />
  <link rel="canonical" href="{to}" />
  <title>{title}</title>
  <p>This page is <a href="{to}">{title}</a>.</p>
</html>
"""


def title(page: str) -> str:
    """The title of a built page, in plain text, with the chapter's number."""
    found = TITLE.search(page)
    if found is None:
        raise ValueError("a page without <h1>: has the theme changed?")
    text = re.sub(r'<a class="headerlink".*?</a>', "", found[1], flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


def write(site: Path, names: list[str], policy: Callable[[str], str]) -> None:
    """Write the page for missing ones, the list that it reads, and short addresses.

    Parameters
    ----------
    site
        The built site.
    names
        The pages' paths, without ``.html``.
    policy
        Gives the Content-Security-Policy of a page's text.
    """
    listed: list[tuple[str, str]] = []
    for name in names:
        text = title((site / f"{name}.html").read_text("utf-8"))
        number = CHAPTER.match(name)
        numbered = f"{int(number[1])}. {text}" if number else text
        listed.append((f"{name}.html", numbered))
    (site / "pages.json").write_text(json.dumps(listed, indent=0), "utf-8")
    page = PAGE.format(script=SCRIPT, policy="")
    page = page.replace('content=""', f'content="{policy(page)}"', 1)
    (site / "404.html").write_text(page, "utf-8")
    titles = dict(listed)
    for short, to in SHORT.items():
        text = MOVED.format(to=to, title=html.escape(titles[to]))
        (site / f"{short}.html").write_text(text, "utf-8")
