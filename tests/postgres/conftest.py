"""What the tests of the PostgreSQL part share.

They use a cache of their own, so that a server of the checkout's that is
running meanwhile is neither used nor disturbed; at the end nothing that they
have started may be left.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asyncwith import postgres
from asyncwith.postgres import container
from asyncwith.postgres.embedded import Server
from tests.postgres.steps import running, wait_until

IMAGES = ("postgres:18", "asyncwith-postgres-standin:18")
HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache for this run, in a path with spaces; embedded unless a test says."""
    folder = tmp_path_factory.mktemp("a cache")
    with pytest.MonkeyPatch.context() as patch:
        for name in [key for key in os.environ if key.startswith("ASYNCWITH_")]:
            if name not in ("ASYNCWITH_POSTGRES_IMAGE", "ASYNCWITH_REQUIRE_CONTAINER"):
                patch.delenv(name)
        patch.setenv("ASYNCWITH_CACHE", str(folder))
        patch.setenv("ASYNCWITH_POSTGRES", "embedded")
        yield folder
        postgres.release()
        wait_until(lambda: not running(str(folder)), "all processes have ended")


@pytest.fixture
def new_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that no server has used yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("ASYNCWITH_CACHE", str(folder))
    postgres.release()
    yield folder
    postgres.release()
    wait_until(lambda: not running(str(folder)), "all processes have ended")


@pytest.fixture(scope="session")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the reader's own, whose defaults differ from the book's."""
    server = Server(
        tmp_path_factory.mktemp("own"),
        {
            "timezone": "Asia/Tokyo",
            "datestyle": "German, DMY",
            "intervalstyle": "iso_8601",
            "default_transaction_isolation": "serializable",
            "bytea_output": "escape",
            "extra_float_digits": "-3",
            "statement_timeout": "7s",
        },
    )
    server.start()
    yield server
    server.discard()


@pytest.fixture
def own_url(
    other_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Set ASYNCWITH_DATABASE_URL, and release it at the end."""
    monkeypatch.delenv("ASYNCWITH_POSTGRES")

    def use(url: str) -> None:
        monkeypatch.setenv("ASYNCWITH_DATABASE_URL", url)

    use(other_server.superuser_dsn)
    yield use
    postgres.release()


@pytest.fixture(scope="session")
def image() -> str:
    """A PostgreSQL image; skips, or fails if containers are required."""

    def missing(reason: str) -> None:
        if os.environ.get("ASYNCWITH_REQUIRE_CONTAINER") == "1":
            pytest.fail(f"ASYNCWITH_REQUIRE_CONTAINER=1, and {reason}")
        pytest.skip(f"needs a container engine: {reason}")

    try:
        answers = subprocess.run(["docker", "info"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        missing(f"docker info: {error}")
    else:
        if answers.returncode:
            missing("docker info fails")
    chosen = os.environ.get("ASYNCWITH_POSTGRES_IMAGE")
    for name in [chosen] if chosen else IMAGES:
        here = subprocess.run(["docker", "image", "inspect", name], capture_output=True)
        if here.returncode == 0:
            return name
    if chosen is None:
        build = [sys.executable, str(HERE / "image/build.py"), IMAGES[1]]
        built = subprocess.run(build, capture_output=True, text=True)
        if built.returncode == 0:
            return IMAGES[1]
        missing(f"no image could be built: {built.stderr.strip()}")
    problem = container.engine_problem(chosen or IMAGES[0])
    if problem:
        missing(problem)
    return chosen or IMAGES[0]
