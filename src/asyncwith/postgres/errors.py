"""What the PostgreSQL part raises when there is no server to use.

Both mean that the reader has something to set, install or free: a command
line prints the message alone and exits with ``exit_code``.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["PostgresUnavailable", "SettingsError"]


class PostgresUnavailable(RuntimeError):
    """No usable PostgreSQL: the message says what was tried and what to do.

    Examples
    --------
    >>> PostgresUnavailable.exit_code
    2
    """

    exit_code: ClassVar[int] = 2


class SettingsError(PostgresUnavailable, ValueError):
    """An ``ASYNCWITH_…`` setting cannot be used; nothing has been changed.

    Examples
    --------
    >>> issubclass(SettingsError, PostgresUnavailable)
    True
    """
