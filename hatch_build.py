"""Adds the chapters' order to the wheel, and nothing to an editable install.

Hatch copies what ``force-include`` names into ``site-packages`` for an editable
install too: there it would be an ``asyncwith/`` folder beside the real one.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ChapterOrder(BuildHookInterface[Any]):
    """The only file of the wheel that its folders do not bring along."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["_toc.yml"] = "asyncwith/exercises/_toc.yml"
