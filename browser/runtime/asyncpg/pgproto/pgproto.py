"""``UUID``, which asyncpg decodes faster than the standard library's."""

from __future__ import annotations

import uuid

__all__ = ["UUID"]


class UUID(uuid.UUID):
    """A UUID as asyncpg gives it: equal to, and an instance of, ``uuid.UUID``."""

    __slots__ = ()
