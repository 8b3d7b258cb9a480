"""What all courses share; a course's own nbgrader_config.py loads this file."""

from typing import TYPE_CHECKING

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from classroom.execution import ExecuteConfined
from classroom.review import PlainOutputs, patterns_of_pages, templates_on_path
from classroom.shards import programs_on_path
from classroom.starters import PlaceStarters

programs_on_path()
templates_on_path()

if TYPE_CHECKING:
    from traitlets.config import Config

    def get_config() -> Config: ...  # nbgrader defines it for this file


c = get_config()

# nbgrader's own order, with each exercise's starter instead of one stub for all,
# and without what the exercises do not use (headers, hidden tests, marking schemes).
c.GenerateAssignment.preprocessors = [
    LockCells,
    PlaceStarters,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ComputeChecksums,
    CheckCellMetadata,
]

# The kernel and the checks in a sandbox; outputs without HTML, before anybody
# looks at them. A check's cell that was deleted is put back, and judged.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True
c.Autograde.autograde_preprocessors = [
    ExecuteConfined,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    PlainOutputs,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.ExecuteConfined.timeout = 20  # seconds a cell

# Files that a browser would run, if the teacher opened them beside a submission.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    *patterns_of_pages(),
]
