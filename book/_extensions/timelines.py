"""Put timelines into the page instead of beside it.

Jupyter Book writes an SVG output to a file and shows it as an image. An image
knows nothing of the page's colours and cannot be read by a screen reader; the
same SVG inside the page follows light and dark and carries its description.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cells import figure
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

MARK = "aw-timeline"


class InlineTimelines(SphinxPostTransform):
    """Replace each image of a timeline by the timeline itself."""

    default_priority = 200  # before Sphinx copies images into the site
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix != ".svg" or not path.is_file():
                continue
            text = path.read_text(encoding="utf-8")
            if MARK not in text:
                continue
            svg = re.sub(r"^.*?(?=<svg)", "", text, count=1, flags=re.S)
            image.replace_self(nodes.raw("", figure(svg), format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(InlineTimelines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
