"""The same outputs on every server: own, embedded, container, 15 to 18."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncwith import postgres
from asyncwith.postgres import binaries, cluster, databases
from asyncwith.postgres.binaries import Binaries
from asyncwith.postgres.embedded import Server
from tests.postgres.steps import sql

QUESTIONS = {
    "SELECT w FROM unnest(ARRAY['b', 'A', 'a', 'é', 'B', '_']) w ORDER BY w": [
        *("A", "B", "_", "a", "b", "é")
    ],
    "SELECT '2026-03-29 12:00:00+02'::timestamptz::text": ["2026-03-29 10:00:00+00"],
    "SELECT '01/02/2026'::date::text": ["2026-01-02"],
    "SELECT '90 minutes'::interval::text": ["01:30:00"],
    "SELECT (0.1::float8 + 0.2)::text": ["0.30000000000000004"],
    "SELECT 'é'::bytea::text": ["\\xc3a9"],
    "SELECT to_char(1234.5, '9G999D9') || to_char(date '2026-01-01', 'TMDay')": [
        " 1,234.5Thursday"
    ],
    "SELECT lower('ÄB') || upper('é')": ["ÄbÉ".replace("É", "é")],
    "SHOW transaction_isolation": ["read committed"],
    "SHOW statement_timeout": ["0"],
    "SHOW server_encoding": ["UTF8"],
    "SHOW lc_messages": ["C"],
    "SELECT datcollate || datctype || datlocprovider::text FROM pg_database "
    "WHERE datname = current_database()": ["CCc"],
}


def assert_uniform(dsn: str) -> None:
    answers = {question: sql(dsn, question) for question in QUESTIONS}
    assert answers == QUESTIONS


def test_embedded() -> None:
    assert_uniform(postgres.dsn("uniform"))


def test_own_server_with_other_defaults(
    own_url: Callable[[str], None], other_server: Server
) -> None:
    assert sql(other_server.superuser_dsn, "SHOW timezone") == ["Asia/Tokyo"]
    assert_uniform(postgres.dsn("uniform"))


def test_what_the_reader_has_put_into_template1_is_not_copied(
    own_url: Callable[[str], None], other_server: Server
) -> None:
    template1 = databases.with_database(other_server.superuser_dsn, "template1")
    sql(template1, "CREATE TABLE IF NOT EXISTS theirs ()", "SELECT 1")
    postgres.drop_all()
    assert sql(postgres.dsn("clean"), "SELECT to_regclass('theirs')::text") == [None]


@pytest.mark.parametrize(
    "made_with",
    [
        ("--encoding=LATIN1", "--locale=C"),
        ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ],
    ids=["encoding", "provider"],
)
def test_own_server_that_was_made_with_another(
    made_with: tuple[str, ...], tmp_path: Path, own_url: Callable[[str], None]
) -> None:
    server = Server(tmp_path)
    if "builtin" in made_with[1] and server.cluster.binaries.major < 17:
        pytest.skip("needs PostgreSQL 17 or later")
    password = tmp_path / "superuser"
    password.write_text("pw")
    (tmp_path / "password").touch()
    account = server.cluster.account
    initdb = [*account.prefix, server.cluster.binaries["initdb"], "--no-sync"]
    initdb += [*made_with, "--username=postgres", "--auth=scram-sha-256"]
    if account.uid is not None:
        pytest.skip("the server does not run as ourselves here")
    initdb += [f"--pwfile={password}", f"--pgdata={server.data}"]
    subprocess.run(initdb, check=True, capture_output=True)
    (server.data / cluster.MARK).write_text(cluster.LAYOUT)
    server.start()
    try:
        own_url(server.superuser_dsn)
        assert_uniform(postgres.dsn("uniform"))
    finally:
        postgres.release()
        server.discard()


def test_container(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYNCWITH_POSTGRES", "container")
    monkeypatch.setenv("ASYNCWITH_POSTGRES_IMAGE", image)
    assert_uniform(postgres.dsn("uniform"))
    postgres.release()


@pytest.mark.parametrize("major", [15, 16, 17, 18])
def test_every_supported_version(
    major: int, tmp_path: Path, own_url: Callable[[str], None]
) -> None:
    server = Server(tmp_path, binaries=found(major))
    server.start()
    try:
        own_url(server.dsn)
        assert_uniform(postgres.dsn("uniform"))
        assert postgres.describe().startswith(f"PostgreSQL {major}.")
    finally:
        postgres.release()
        server.discard()


def found(major: int) -> Binaries:
    for folder, source, needs in binaries._candidates({}):
        here = binaries._inspect(folder, source, needs)
        if here is not None and here.major == major:
            return here
    pytest.skip(f"needs the binaries of PostgreSQL {major}")
