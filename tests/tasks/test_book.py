"""The book's task finds its pages, and says when it cannot serve them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tasks import book


def test_the_contents_name_each_page_in_reading_order(tmp_path: Path) -> None:
    toc = tmp_path / "_toc.yml"
    toc.write_text(
        "root: book/index\nparts:\n"
        "- chapters:\n"
        "  - file: notebooks/01_a\n    sections: [{file: notebooks/exercises/01_a}]\n"
        "  - file: notebooks/02_b\n"
    )
    assert book.pages(toc) == [
        "book/index",
        "notebooks/01_a",
        "notebooks/exercises/01_a",
        "notebooks/02_b",
    ]


def test_a_port_in_use_is_told_with_the_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert book.serve(port, browser=False) == 2
    said = capsys.readouterr().err
    assert f"Port {port} cannot be used" in said
    assert "--port 0" in said
