"""The settings that could change an output, the same on every server.

A clone does not inherit them from its template, so they are set on each
database; a server of our own gets them as its defaults too.
"""

from __future__ import annotations

__all__ = ["UNIFORM", "as_options", "as_statements"]

UNIFORM = {
    "timezone": "UTC",
    "lc_messages": "C",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "client_min_messages": "notice",
    "search_path": '"$user", public',
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}

PRIVILEGED = frozenset({"lc_messages"})
"""Only a superuser may set these on a database."""


def as_options(settings: dict[str, str]) -> list[str]:
    """Return the settings as arguments of ``postgres``.

    Examples
    --------
    >>> as_options({"timezone": "UTC"})
    ['-c', 'timezone=UTC']
    """
    return [
        part for key, value in settings.items() for part in ("-c", f"{key}={value}")
    ]


def as_statements(target: str, *, superuser: bool) -> list[str]:
    """Return one ``ALTER … SET`` a setting.

    Parameters
    ----------
    target
        For example ``DATABASE "book"``, quoted as SQL wants it.
    superuser
        Whether to include those that only a superuser may set.

    Examples
    --------
    >>> as_statements('DATABASE "book"', superuser=True)[0]
    'ALTER DATABASE "book" SET timezone TO \\'UTC\\''
    """
    lists = {"search_path", "datestyle"}  # quoting would make one name of them
    return [
        f"ALTER {target} SET {key} TO " + (value if key in lists else f"'{value}'")
        for key, value in UNIFORM.items()
        if superuser or key not in PRIVILEGED
    ]
