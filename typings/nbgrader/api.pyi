from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

class Student:
    id: str

class Grade:
    name: str
    auto_score: float | None
    manual_score: float | None
    extra_credit: float | None
    needs_manual_grade: bool
    score: float
    max_score: float

class Comment:
    name: str
    auto_comment: str | None
    manual_comment: str | None

class SubmittedNotebook:
    id: str
    name: str
    score: float
    max_score: float
    late_submission_penalty: float | None
    grades: Sequence[Grade]
    comments: Sequence[Comment]

class SubmittedAssignment:
    id: str
    name: str
    student: Student
    timestamp: datetime | None
    score: float
    max_score: float
    notebooks: Sequence[SubmittedNotebook]

class Gradebook:
    db: Session
    assignments: Sequence[object]
    students: Sequence[Student]
    def __init__(self, db_url: str, course_id: str = ...) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def close(self) -> None: ...
    def update_or_create_student(self, name: str, **kwargs: object) -> Student: ...
    def update_or_create_submission(
        self, assignment: str, student: str, **kwargs: object
    ) -> SubmittedAssignment: ...
    def find_submission(self, assignment: str, student: str) -> SubmittedAssignment: ...
    def assignment_submissions(
        self, assignment: str
    ) -> Sequence[SubmittedAssignment]: ...
    def find_submission_notebook(
        self, notebook: str, assignment: str, student: str
    ) -> SubmittedNotebook: ...
    def find_grade(
        self, grade_cell: str, notebook: str, assignment: str, student: str
    ) -> Grade: ...
    def find_comment(
        self, solution_cell: str, notebook: str, assignment: str, student: str
    ) -> Comment: ...
