"""The sandbox by itself: what a command sees, and what happens without it."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncwith.postgres.driver import asyncpg
from classroom import databases, sandbox
from classroom.sandbox import Confined, Limits, SandboxUnavailable
from tasks._selection import ROOT
from tests.classroom.conftest import moved, nbgrader

QUICK = Limits(cpu=5, wall=20, memory=300_000_000, disk=5_000_000)


def said(source: str, limits: Limits = QUICK) -> tuple[str, str | None]:
    """What a program prints in a sandbox, and the limit that it reached."""
    with Confined(limits) as confined:
        command = confined.command([sys.executable, "-c", source])
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr, confined.stopped


def test_its_programs_have_no_rights_and_a_user_of_their_own() -> None:
    text, _ = said("print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == 0
    assert int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    if os.geteuid() == 0:
        assert int(fields["Uid"].split()[0]) >= 1_900_000_000


def test_the_graders_environment_stays_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    text, _ = said("import os; print(dict(os.environ))")
    assert "hunter2" not in text
    assert "'HOME': '/tmp'" in text


@pytest.mark.parametrize("folder", ["/", "/etc", "/dev", "/usr", "/proc/sys/kernel"])
def test_nothing_but_its_own_folders_can_be_written(folder: str) -> None:
    text, _ = said(f"open('{folder}/x', 'w')")
    assert "Error" in text


def test_the_exercises_are_there_without_their_solutions() -> None:
    text, _ = said(
        "from asyncwith.catalogue import exercises\n"
        "found = [path.name for e in exercises() for path in e.folder.rglob('*')]\n"
        "print(len(exercises()), sorted(set(found)))"
    )
    number, names = text.split(" ", 1)
    assert int(number) > 20
    assert names.strip() == "['check.py', 'hints.md', 'starter.py', 'text.md']"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "more than 5 s of CPU"),
        ("import time; time.sleep(60)", "more than 2 s"),
        ("x = b'x' * 500_000_000; import time; time.sleep(60)", "more than 300 MB"),
    ],
    ids=["cpu", "wall", "memory"],
)
def test_a_limit_ends_it_and_is_named(source: str, reason: str) -> None:
    wall = 2 if reason == "more than 2 s" else 20
    limits = Limits(cpu=5, wall=wall, memory=300_000_000)
    assert reason in (said(source, limits)[1] or "")


def test_many_processes_share_one_limit_of_cpu() -> None:
    source = "import os\nfor _ in range(3): os.fork()\nwhile True: pass"
    assert said(source, Limits(cpu=3, wall=30))[1] == "more than 3 s of CPU"


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    sandbox.require.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    yield tmp_path
    sandbox.require.cache_clear()


def test_without_bubblewrap_it_is_refused(no_bubblewrap: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        said("print('ran')")


def test_a_bubblewrap_that_does_not_work_is_refused(no_bubblewrap: Path) -> None:
    program = no_bubblewrap / "bwrap"
    program.write_text(
        "#!/bin/sh\necho 'No permissions to create namespace' >&2\nexit 1"
    )
    program.chmod(0o755)
    with pytest.raises(SandboxUnavailable, match="No permissions to create"):
        said("print('ran')")


def test_nbgrader_runs_nothing_without_it(
    released: Path, no_bubblewrap: Path, tmp_path: Path
) -> None:
    course = moved(released, tmp_path / "course")
    (course / "submitted").mkdir()
    (course / "submitted" / "ada").symlink_to(course / "release")
    text = nbgrader(course, "autograde", "promise-timer", code=1)
    assert "apt install bubblewrap" in text
    assert not list((course / "autograded").rglob("*.ipynb"))


@pytest.fixture(scope="module")
def server() -> Iterator[databases.Server]:
    found = databases.Server()
    yield found
    found.close()


def address(server: databases.Server, variables: dict[str, str]) -> str:
    """The given address, from outside of the sandbox."""
    given = variables["ASYNCWITH_GIVEN_DATABASE"]
    return given.replace(sandbox.SOCKETS, str(server.sockets))


def test_a_role_enters_its_own_database_only(server: databases.Server) -> None:
    async def enter(dsn: str, **where: str) -> str:
        connection = await asyncpg().connect(dsn, **where)
        try:
            return str(await connection.fetchval("select current_database()"))
        finally:
            await connection.close()

    with server.database() as one, server.database() as two:
        mine, other = address(server, dict(one)), address(server, dict(two))
        name = other.split("@/")[1].split("?")[0]
        assert asyncio.run(enter(other)) == name
        for database in ("postgres", "template1", name):
            with pytest.raises(asyncpg().InsufficientPrivilegeError):
                asyncio.run(enter(mine, database=database))
    with pytest.raises(asyncpg().PostgresError):  # its role has gone
        asyncio.run(enter(mine))


def test_a_database_that_grows_too_large_is_closed(
    server: databases.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "LARGEST", 12_000_000)

    async def fill(dsn: str) -> None:
        connection = await asyncpg().connect(dsn)
        await connection.execute("create table held (text text)")
        while True:
            await connection.execute(
                "insert into held select repeat(md5(random()::text), 100) "
                "from generate_series(1, 1000)"
            )

    with server.database() as variables:
        with pytest.raises((asyncpg().PostgresError, OSError)):
            asyncio.run(asyncio.wait_for(fill(address(server, dict(variables))), 60))
        with pytest.raises(asyncpg().InvalidAuthorizationSpecificationError):
            asyncio.run(fill(address(server, dict(variables))))


def test_no_folder_is_left_by_a_fork() -> None:
    before = set(Path(tempfile.gettempdir()).glob("aw-see-*"))
    forked = "from multiprocessing import get_context\n"
    forked += "from classroom import sandbox\n"
    forked += "child = get_context('fork').Process(target=sandbox._book)\n"
    forked += "child.start()\nchild.join()\nsandbox._book()\n"
    subprocess.run([sys.executable, "-c", forked], check=True, cwd=ROOT)
    assert set(Path(tempfile.gettempdir()).glob("aw-see-*")) <= before
