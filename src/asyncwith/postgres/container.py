"""A PostgreSQL container (placeholder)."""


def engine_problem(image: str) -> str | None:
    return "not yet"
