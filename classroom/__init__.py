"""The book in a classroom: nbgrader's course folder, a sandbox, grading."""
