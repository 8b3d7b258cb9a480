"""A database for each run: named, cloned, uniform, and dropped when it is due."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from asyncwith import postgres
from asyncwith.postgres import databases, session
from asyncwith.postgres.driver import asyncpg
from asyncwith.postgres.embedded import Server
from asyncwith.postgres.places import checkout_id, state_folder
from tests.postgres.steps import client, finish, reachable, script, sql


@pytest.mark.parametrize(
    "name", ["01_promise", "Crème brûlée", "a b", "a_b", "", "x" * 200, "_", "DROP;--"]
)
def test_any_name_becomes_a_plain_identifier(name: str) -> None:
    for copy in (1, 99):
        made = databases.database_name("0123456789", name, copy)
        assert made.isascii()
        assert made.replace("_", "").isalnum()
        assert made == made.lower()
        assert len(made) <= 63


def test_different_names_never_share_a_database() -> None:
    names = [
        "a b",
        "a_b",
        "A_b",
        "a-b",
        "x" * 60,
        "x" * 61,
        "x" * 62,
        "",
        "_",
        "template",
    ]
    made = {databases.database_name("0123456789", name) for name in names}
    assert len(made) == len(names)
    assert "asyncwith_0123456789__template_1" not in made


def test_dsn_answers_inside_a_running_loop() -> None:
    async def cell() -> str:
        return postgres.dsn("cell")

    assert asyncio.run(cell()) == postgres.dsn("cell")


def test_dsn_answers_where_nest_asyncio_has_patched_the_loop() -> None:
    output = finish(
        script(
            "import asyncio, nest_asyncio2; nest_asyncio2.apply()\n"
            "from asyncwith import postgres\n"
            "async def cell(): return postgres.dsn('nested')\n"
            "print(asyncio.run(cell()))"
        )
    )
    assert output.endswith("_nested")


def test_a_second_call_is_quick() -> None:
    postgres.dsn("quick")
    started = time.perf_counter()
    for _ in range(20):
        postgres.dsn("quick")
    assert (time.perf_counter() - started) / 20 < 0.005


def test_a_new_run_meets_an_empty_database() -> None:
    dsn = postgres.dsn("fresh")
    sql(dsn, "CREATE TABLE left_over AS SELECT 1 AS n", "SELECT 1")
    postgres.release()
    assert postgres.dsn("fresh") == dsn
    assert sql(dsn, "SELECT count(*) FROM pg_tables WHERE tablename = 'left_over'") == [
        0
    ]


def test_a_second_run_at_the_same_time_gets_its_own() -> None:
    first, dsn = client(ASYNCWITH_DATABASE="twin")
    second, other = client(ASYNCWITH_DATABASE="twin")
    assert other == f"{dsn}_2"
    assert reachable(dsn)
    finish(first)
    finish(second)


def test_the_name_comes_from_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/notebooks/04_generators.ipynb")
    assert session.default_name() == "04_generators"
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    assert session.default_name() == "04_generators_gw1"
    monkeypatch.setenv("ASYNCWITH_DATABASE", "chosen")
    assert session.default_name() == "chosen"


def test_a_finished_run_of_long_ago_is_dropped() -> None:
    old, recent = postgres.dsn("long ago"), postgres.dsn("just now")
    postgres.release()
    name = old.rpartition("/")[2]
    os.utime(state_folder("databases") / f"{name}.lock", (0, 0))
    postgres.dsn("any")
    assert not reachable(old)
    assert reachable(recent)


def test_drop_all_leaves_a_living_runs_database_alone() -> None:
    process, theirs = client(ASYNCWITH_DATABASE="living")
    mine = postgres.dsn("mine")
    dropped = postgres.drop_all()
    assert mine.rpartition("/")[2] in dropped
    assert reachable(theirs)
    finish(process)


def test_an_interrupted_clone_does_not_block_the_name() -> None:
    maintenance = databases.with_database(postgres.dsn("interrupted"), "postgres")
    name = f"asyncwith_{checkout_id()}_interrupted"
    postgres.release()
    sql(maintenance, f"COMMENT ON DATABASE {name} IS NULL", "SELECT 1")
    assert postgres.dsn("interrupted").endswith(f"{name}_2")


def test_an_interrupted_template_is_passed_over() -> None:
    maintenance = databases.with_database(postgres.dsn("template"), "postgres")
    template = f"asyncwith_{checkout_id()}__template_1"
    sql(maintenance, f"COMMENT ON DATABASE {template} IS NULL", "SELECT 1")
    assert reachable(postgres.dsn("after it"))
    sql(maintenance, f"DROP DATABASE {template}", "SELECT 1")
    postgres.drop_all()


def test_a_server_that_is_full_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    full = asyncpg().DiskFullError("no space left")

    async def clone(*arguments: object, **options: object) -> bool:
        raise full

    monkeypatch.setattr(databases, "clone", clone)
    with pytest.raises(postgres.PostgresUnavailable, match=r"embedded.*no space"):
        postgres.dsn("full")


def test_a_session_that_may_not_be_ended_is_waited_for(other_server: Server) -> None:
    """As an autovacuum worker: here a superuser, who leaves a moment later."""
    name = databases.database_name(checkout_id(), "guarded")
    as_superuser = databases.with_database(other_server.superuser_dsn, name)

    async def clone() -> bool:
        return await databases.clone(other_server.dsn, checkout_id(), name)

    async def main() -> float:
        await clone()
        guard = await asyncpg().connect(as_superuser)
        again = asyncio.create_task(clone())
        begun = time.monotonic()
        await asyncio.sleep(0.3)
        assert not again.done()
        await guard.close()
        assert await again
        return time.monotonic() - begun

    assert 0.3 < asyncio.run(main()) < databases.PATIENCE
