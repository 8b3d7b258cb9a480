"""Values as IPython shows them: a bundle of MIME types, text always among them.

The text comes from IPython's own ``lib/pretty.py``, one module without
dependencies that the build takes from the locked wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asyncwith_browser.pretty import pretty

__all__ = ["bundle"]

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
}


def bundle(value: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data of a value by MIME type, and its metadata."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    whole = _call(value, "_repr_mimebundle_", include=None, exclude=None)
    if isinstance(whole, tuple):
        whole, metadata = whole[0], dict(whole[1])
    if isinstance(whole, Mapping):
        data.update(whole)
    for mime, method in METHODS.items():
        if mime in data:
            continue
        shown = _call(value, method)
        if isinstance(shown, tuple):
            shown, metadata[mime] = shown
        if shown is not None:
            data[mime] = _text(shown)
    if "text/plain" not in data:
        data["text/plain"] = pretty(value)
    return data, metadata


def _call(value: object, name: str, **options: object) -> Any:
    """What a display method gives; a class shows its instances, not itself."""
    if isinstance(value, type) or not callable(getattr(type(value), name, None)):
        return None
    return getattr(value, name)(**options)


def _text(shown: Any) -> Any:
    if isinstance(shown, bytes):
        import base64

        return base64.b64encode(shown).decode()
    return shown
