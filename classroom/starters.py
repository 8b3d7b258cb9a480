"""Put each exercise's starter where nbgrader would put one stub for all."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import ClearSolutions

__all__ = ["PlaceStarters"]


class PlaceStarters(ClearSolutions):
    """Replace a solution by the starter in its cell's metadata.

    A cell without a starter, one that a teacher has added, is cleared as
    nbgrader does it: its region becomes the stub.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Clear one cell; what is not a solution stays."""
        starter = cell.metadata.pop("starter", None)
        if starter is None:
            return super().preprocess_cell(cell, resources, index)
        cell.source = starter
        cell.metadata["tags"] = [
            tag for tag in cell.metadata.get("tags", []) if tag != "hide-input"
        ]
        return cell, resources
