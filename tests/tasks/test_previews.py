"""The pictures that previews of shared addresses show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tasks import _previews

ADDRESS = "https://books.example.org/async-with/"
PAGE = """<!DOCTYPE html>
<html><head>
<meta property="og:title" content="{title}" />
<meta property="og:description" content="A page about &lt;with&gt;." />
<meta name="twitter:card" content="summary" />
</head><body></body></html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages."""
    (tmp_path / "book").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format(title="First"))
    other = PAGE.format(title="A long title " * 6 + "&lt;b&gt;")
    (tmp_path / "book" / "other.html").write_text(other)
    return tmp_path


@pytest.mark.skipif(_previews.program() is None, reason="no Chromium on this machine")
def test_each_page_names_a_picture_of_its_own(site: Path) -> None:
    names = ["index", "book/other"]
    assert _previews.write(site, names, ADDRESS) == 2
    pictures: list[bytes] = []
    for name in names:
        page = (site / f"{name}.html").read_text("utf-8")
        (image,) = re.findall(r'<meta property="og:image" content="([^"]+)" />', page)
        path = site / image.removeprefix(ADDRESS)
        with Image.open(path) as picture:
            assert picture.size == (1200, 630)
            colours = picture.convert("RGB").getcolors(1200 * 630)
        assert colours is not None and len(colours) > 20, "there is text on it"
        assert path.stat().st_size < 100_000
        pictures.append(path.read_bytes())
        assert 'content="summary_large_image"' in page
    assert pictures[0] != pictures[1]
    before = (site / "index.html").read_text("utf-8")
    _previews.write(site, names, ADDRESS)
    assert (site / "index.html").read_text("utf-8") == before


def test_without_chromium_it_says_what_to_do(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_previews, "program", lambda: None)
    with pytest.raises(_previews.NoChromium, match="install `chromium`, or build"):
        _previews.write(site, ["index"], ADDRESS)
