"""A server of the reader's own: checked before the first change, then used."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from asyncwith import postgres
from asyncwith.postgres import SettingsError, target
from asyncwith.postgres.embedded import Server, free_port
from asyncwith.postgres.places import checkout_id
from tests.postgres.steps import finish, reachable, script, sql

Use = Callable[[str], None]


def databases(server: Server) -> list[object]:
    return sql(server.dsn, "SELECT datname FROM pg_database ORDER BY 1")


def with_user(server: Server, user: str, password: str = "pw") -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{server.port}/postgres"


def refused(match: str) -> None:
    with pytest.raises(SettingsError, match=match) as error:
        postgres.dsn("refused")
    assert error.value.exit_code == 2


def test_it_gets_a_database_of_the_checkouts_and_says_so(
    own_url: Use, other_server: Server
) -> None:
    dsn = postgres.dsn("mine")
    assert f"127.0.0.1:{other_server.port}/asyncwith_{checkout_id()}_mine" in dsn
    assert reachable(dsn)
    assert postgres.describe().startswith("PostgreSQL 1")
    assert "ASYNCWITH_DATABASE_URL (postgresql://postgres@127" in postgres.describe()


def test_a_wrong_password(own_url: Use, other_server: Server) -> None:
    own_url(with_user(other_server, "reader", "wrong-secret"))
    refused('refuses the user: password authentication failed for user "reader"')
    with pytest.raises(SettingsError) as error:
        postgres.describe()
    assert "wrong-secret" not in str(error.value)


def test_an_unknown_database(own_url: Use, other_server: Server) -> None:
    own_url(other_server.dsn.replace("/postgres", "/nowhere"))
    refused('database "nowhere" does not exist')


def test_nobody_listens(own_url: Use) -> None:
    own_url(f"postgresql://me@127.0.0.1:{free_port()}/x")
    refused("cannot be reached: .*Connect call failed")


def test_a_server_that_does_not_answer(
    own_url: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(target, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own_url(f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/x")
        refused("cannot be reached: no answer within")


def test_a_role_that_may_not_create_databases(
    own_url: Use, other_server: Server
) -> None:
    sql(
        other_server.superuser_dsn,
        "CREATE ROLE student LOGIN PASSWORD 'pw'",
        "SELECT 1",
    )
    before = databases(other_server)
    own_url(with_user(other_server, "student"))
    refused('run ALTER ROLE "student" CREATEDB')
    assert databases(other_server) == before


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ({"version": "14.13", "number": 140013}, "it is PostgreSQL 14.13, and 15"),
        ({"read_only": True}, "read-only replica"),
    ],
)
def test_too_old_or_a_replica(
    own_url: Use,
    other_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    fact: dict[str, Any],
    says: str,
) -> None:
    judge = target._judge
    monkeypatch.setattr(target, "_judge", lambda url, facts: judge(url, facts | fact))
    before = databases(other_server)
    refused(says)
    assert databases(other_server) == before


def test_a_role_with_createdb_alone_is_enough(
    own_url: Use, other_server: Server
) -> None:
    sql(
        other_server.superuser_dsn,
        "CREATE ROLE plain LOGIN CREATEDB PASSWORD 'pw'",
        "ALTER ROLE plain SET timezone TO 'Europe/Rome'",
        "SELECT 1",
    )
    assert postgres.dsn("another role's")  # its template is of no use to plain
    own_url(with_user(other_server, "plain"))
    first = postgres.dsn("by plain")
    assert sql(first, "SHOW timezone") == ["UTC"]
    assert sql(first, "CREATE TABLE t AS SELECT 1 AS n", "TABLE t") == [1]
    postgres.release()
    again = postgres.dsn("by plain")
    assert again == first
    assert sql(again, "SELECT count(*) FROM pg_tables WHERE tablename = 't'") == [0]


def test_only_databases_with_our_mark_are_dropped(
    own_url: Use, other_server: Server
) -> None:
    theirs = f"asyncwith_{checkout_id()}_taken"
    sql(other_server.superuser_dsn, f"CREATE DATABASE {theirs}", "SELECT 1")
    other = f"asyncwith_{checkout_id()}_foreign"
    comment = "made by the book async with, checkout 0000000000, database"
    sql(other_server.superuser_dsn, f"CREATE DATABASE {other}", "SELECT 1")
    sql(
        other_server.superuser_dsn,
        f"COMMENT ON DATABASE {other} IS '{comment}'",
        "SELECT 1",
    )
    assert postgres.dsn("taken").endswith(f"/{theirs}_2")
    assert postgres.dsn("foreign").endswith(f"/{other}_2")
    dropped = postgres.drop_all()
    assert f"{theirs}_2" in dropped
    left = databases(other_server)
    assert theirs in left
    assert other in left
    assert not {f"{theirs}_2", f"{other}_2"} & set(left)


def test_the_readers_database_url_is_ignored_and_untouched(
    other_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = databases(other_server)
    monkeypatch.setenv("DATABASE_URL", other_server.dsn)
    assert f":{other_server.port}/" not in postgres.dsn("elsewhere")
    assert databases(other_server) == before


def test_the_command_line_says_it_in_one_line_and_exits_with_2() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "asyncwith.postgres"],
        env={"PATH": "/usr/bin:/bin", "ASYNCWITH_DATABASE_URL": "nonsense"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_pg_variables_of_the_reader_change_nothing(
    own_url: Use, other_server: Server
) -> None:
    process = script(
        "from asyncwith import postgres; print(postgres.dsn('pg variables'))",
        ASYNCWITH_DATABASE_URL=other_server.dsn,
        PGPORT="1",
        PGHOST="nowhere.invalid",
        PGDATABASE="nowhere",
        PGUSER="nobody",
    )
    assert f":{other_server.port}/asyncwith_" in finish(process)
