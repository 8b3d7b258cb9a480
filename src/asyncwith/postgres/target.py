"""Read the ``ASYNCWITH_…`` settings, and check a server of the reader's own.

``DATABASE_URL`` is never read: people export it for their own application,
and the book creates and drops databases. Whatever is wrong with
``ASYNCWITH_DATABASE_URL`` is found before the first change.

``ASYNCWITH_GIVEN_DATABASE`` is the address of a database that somebody has made
for this process, a grader for a submission: it is used as it is, for every
name, and nothing is created or dropped.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from asyncwith.postgres.binaries import OLDEST
from asyncwith.postgres.driver import asyncpg, connect
from asyncwith.postgres.errors import PostgresUnavailable, SettingsError

__all__ = ["IMAGE", "Settings", "Url", "read_settings", "validate"]

IMAGE = "postgres:18"
EXAMPLE = "postgresql://user:password@localhost:5432/postgres"
KINDS = ("container", "embedded")
CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Url:
    """A well-formed ``ASYNCWITH_DATABASE_URL``."""

    dsn: str
    """Complete: with port and database."""
    shown: str
    """Without the password, for messages."""
    user: str


@dataclass(frozen=True)
class Settings:
    """What the environment asks for."""

    url: Url | None = None
    forced: str | None = None
    """``container`` or ``embedded``, None to choose what works."""
    image: str = IMAGE
    given: str | None = None
    """A database's address, from whoever made it for this process alone."""


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; look at nothing but the text.

    Raises
    ------
    SettingsError
        For one that is malformed, unknown, or contradicts another.

    Examples
    --------
    >>> read_settings({"DATABASE_URL": "postgresql://shop@prod/shop"})
    Settings(url=None, forced=None, image='postgres:18', given=None)
    >>> read_settings({"ASYNCWITH_POSTGRES": "embeded"}).forced
    Traceback (most recent call last):
    ...
    asyncwith.postgres.errors.SettingsError: ASYNCWITH_POSTGRES=embeded should be \
container or embedded (or not set). Did you mean embedded?
    """
    forced = environ.get("ASYNCWITH_POSTGRES", "").strip() or None
    if forced is not None and forced not in KINDS:
        near = difflib.get_close_matches(forced, KINDS, 1)
        raise SettingsError(
            f"ASYNCWITH_POSTGRES={forced} should be container or embedded "
            "(or not set)." + (f" Did you mean {near[0]}?" if near else "")
        )
    text = environ.get("ASYNCWITH_DATABASE_URL", "").strip()
    if text and forced:
        raise SettingsError(
            f"ASYNCWITH_DATABASE_URL and ASYNCWITH_POSTGRES={forced} are both set: "
            "unset the one that you do not mean."
        )
    remote = environ.get("ASYNCWITH_ALLOW_REMOTE", "").strip() == "1"
    image = environ.get("ASYNCWITH_POSTGRES_IMAGE", "").strip() or IMAGE
    given = environ.get("ASYNCWITH_GIVEN_DATABASE", "").strip() or None
    return Settings(_parse(text, remote=remote) if text else None, forced, image, given)


def _parse(text: str, *, remote: bool) -> Url:
    def refuse(what: str) -> SettingsError:
        return SettingsError(
            f"ASYNCWITH_DATABASE_URL should look like {EXAMPLE}: {what}."
        )

    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise refuse(str(error)[:1].lower() + str(error)[1:]) from None
    if parts.scheme not in ("postgresql", "postgres"):
        hint = ", without the driver" if parts.scheme.startswith("postgres") else ""
        raise refuse(f"its scheme is {parts.scheme!r}{hint}")
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[-1]
    if not host or "," in parts.netloc or "," in host:
        raise refuse("it should name one host" if host else "it names no host")
    if not parts.username:
        raise refuse("it names no user")
    if not (remote or _is_local(host)):
        raise SettingsError(
            f"ASYNCWITH_DATABASE_URL is on the host {host}, and the book creates and "
            "drops databases: it does so only on this machine (localhost, "
            "127.0.0.1, ::1) unless you set ASYNCWITH_ALLOW_REMOTE=1."
        )
    database = parts.path.strip("/") or "postgres"
    credentials, _, address = parts.netloc.rpartition("@")
    if port is None and parts.hostname and "port" not in query:
        address = f"{address.rstrip(':')}:5432"  # else PGPORT would decide
    complete = parts._replace(netloc=f"{credentials}@{address}", path=f"/{database}")
    user = unquote(parts.username)
    place = host if host.startswith("/") else address
    return Url(complete.geturl(), f"postgresql://{user}@{place}/{database}", user)


def _is_local(host: str) -> bool:
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def validate(url: Url) -> str:
    """Return the server's version if the book may use it; change nothing.

    Raises
    ------
    SettingsError
        When it cannot be reached, is too old, read-only, or the role may not
        create databases.
    """
    errors = asyncpg()
    try:
        async with connect(url.dsn, seconds=CONNECT_SECONDS) as connection:
            row = await connection.fetchrow(FACTS)
    except PostgresUnavailable:
        raise
    except errors.InvalidAuthorizationSpecificationError as error:
        raise _refusal(url, f"it refuses the user: {error}") from None
    except errors.InvalidCatalogNameError as error:
        raise _refusal(url, f"{error}") from None
    except errors.PostgresError as error:
        raise _refusal(url, f"{type(error).__name__}: {error}") from None
    except (TimeoutError, OSError) as error:
        reason = f"no answer within {CONNECT_SECONDS:.0f} s"
        if not isinstance(error, TimeoutError):
            reason = str(error) or type(error).__name__
        raise _refusal(url, f"it cannot be reached: {reason}") from None
    except (ValueError, errors.InterfaceError) as error:
        raise _refusal(url, f"{error}") from None
    return _judge(url, dict(row))


FACTS = """
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int AS number,
       rolcreatedb OR rolsuper AS may_create,
       pg_is_in_recovery() AS read_only
FROM pg_roles WHERE rolname = current_user
"""


def _judge(url: Url, facts: dict[str, Any]) -> str:
    version = str(facts["version"]).split(" ")[0]
    if facts["number"] < OLDEST * 10_000:
        raise _refusal(
            url, f"it is PostgreSQL {version}, and {OLDEST} or later is needed"
        )
    if facts["read_only"]:
        raise _refusal(url, "it is a read-only replica")
    if not facts["may_create"]:
        raise _refusal(
            url,
            f"the role {url.user} may not create databases; as a superuser, "
            f'run ALTER ROLE "{url.user}" CREATEDB',
        )
    return version


def _refusal(url: Url, reason: str) -> SettingsError:
    return SettingsError(
        f"ASYNCWITH_DATABASE_URL ({url.shown}) cannot be used: {reason}."
    )
