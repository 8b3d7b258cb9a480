"""PostgreSQL in a container, by testcontainers, owned by the supervisor.

A client program on the PATH says nothing: `docker info` must answer, and the
image must be here or come. A container is labelled with the checkout's id;
one that a killed supervisor has left is removed: by a shell that waits for
the supervisor's end, and failing that by the next starter.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from asyncwith.postgres.cluster import SUPERUSER, USER, create_user
from asyncwith.postgres.driver import asyncpg, connect, run
from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.uniform import UNIFORM, as_options

__all__ = ["LABEL", "Container", "engine_problem", "reached"]

LABEL = "asyncwith.checkout"
FOLDER_LABEL = "asyncwith.folder"
ANSWER_SECONDS = 20
PULL_SECONDS = 900
OUTSIDE_SECONDS = 20
FAST = {"fsync": "off", "full_page_writes": "off"}


def engine_problem(image: str) -> str | None:
    """Return why no container can be started from `image`, None if one can.

    Pulls the image, with a word on standard error, if it is not here.

    Examples
    --------
    >>> import os
    >>> path, os.environ["PATH"] = os.environ["PATH"], ""
    >>> engine_problem("postgres:18")
    'there is no docker command'
    >>> os.environ["PATH"] = path
    """
    if shutil.which("docker") is None:
        return "there is no docker command"
    if find_spec("testcontainers") is None:
        return "testcontainers is not installed"
    try:
        info = _docker("info", "--format", "{{.ServerVersion}}")
        if info.returncode or not info.stdout.strip():
            return f"docker info says: {_last_line(info.stderr)}"
        if not _docker("image", "inspect", image).returncode:
            return None
        print(f"Fetching the image {image} …", file=sys.stderr, flush=True)
        pull = _docker("pull", "--quiet", image, seconds=PULL_SECONDS)
    except subprocess.TimeoutExpired as error:
        return f"docker did not answer within {error.timeout:.0f} s"
    if pull.returncode:
        return (
            f"the image {image} is not here and cannot be pulled: "
            f"{_last_line(pull.stderr)}"
        )
    return None


class Container:
    """One container, for `asyncwith.postgres.supervisor`.

    Parameters
    ----------
    folder
        The server's folder in the cache; its parent bears the checkout's id.
    image
        With ``POSTGRES_USER`` and the other variables of the official image.
    """

    def __init__(self, folder: Path, image: str) -> None:
        self.image = image
        self.checkout = folder.parent.name
        self.folder = folder.name
        self.dsn = ""
        self.description = f"container {image}"
        self._password = secrets.token_urlsafe(18)
        self._superuser_password = secrets.token_urlsafe(18)
        self._container: Any = None
        self._asked = 0.0
        self._sweeper: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, wait until it answers over TCP, and make the book's role.

        Raises
        ------
        PostgresUnavailable
            With what the engine or the container said.
        """
        self.close()
        self._remove_stale()
        _settle_environment()
        name = f"asyncwith-{self.checkout}-{secrets.token_hex(4)}"
        self._sweep_after_our_end(name)
        try:
            postgres = import_module("testcontainers.community.postgres")
            container: Any = postgres.PostgresContainer(
                self.image,
                username=SUPERUSER,
                password=self._superuser_password,
                driver=None,
            )
            command = ["postgres", *as_options(FAST | UNIFORM)]
            container.with_name(name).with_command(command)
            container.with_env("POSTGRES_DB", "postgres").with_env("TZ", "UTC")
            container.with_env("POSTGRES_INITDB_ARGS", "--no-sync")
            labels = {LABEL: self.checkout, FOLDER_LABEL: self.folder}
            container.with_kwargs(labels=labels)
            container.dbname = "postgres"
            if _engine_is_here():
                container.ports["5432"] = ("127.0.0.1", None)
            self._container = container.start()
            host = str(container.get_container_host_ip())
            host = "127.0.0.1" if host == "localhost" else host
            port = container.get_exposed_port(5432)
            superuser = f"{SUPERUSER}:{self._superuser_password}"
            dsn = f"postgresql://{superuser}@{host}:{port}/postgres"
            run(reached(dsn))
            version = run(_make_role(dsn, self._password))
            self.dsn = f"postgresql://{USER}:{self._password}@{host}:{port}/postgres"
        except Exception as error:
            logs = _last_line(_docker("logs", name).stderr)
            self.close()
            raise PostgresUnavailable(
                f"the container {self.image} did not start: {_last_line(str(error))}"
                + (f" It logged: {logs}" if logs else "")
            ) from error
        self.description = f"container {self.image} (PostgreSQL {version})"

    def alive(self) -> bool:
        """Tell whether the container runs; ask the engine once a second."""
        if self._container is not None and time.monotonic() > self._asked + 1:
            self._asked = time.monotonic()
            wrapped = self._container.get_wrapped_container()
            try:
                wrapped.reload()
            except Exception:  # removed, or the engine is gone
                self._container = None
            else:
                if wrapped.status != "running":
                    self._container = None
        return self._container is not None

    def close(self) -> None:
        """Remove the container, by ending the shell that waits for our end."""
        self._container = None
        if self._sweeper is not None and self._sweeper.stdin is not None:
            self._sweeper.stdin.close()
            self._sweeper.wait()
            self._sweeper = None

    def _remove_stale(self) -> None:
        """Remove what a killed supervisor of this folder has left."""
        filters = [
            f"label={LABEL}={self.checkout}",
            f"label={FOLDER_LABEL}={self.folder}",
        ]
        filtered = [part for each in filters for part in ("--filter", each)]
        if names := _docker("ps", "--all", "--quiet", *filtered).stdout.split():
            _docker("rm", "--force", "--volumes", *names)

    def _sweep_after_our_end(self, name: str) -> None:
        self._sweeper = subprocess.Popen(
            ["sh", "-c", 'cat; docker rm --force --volumes "$0" >/dev/null 2>&1', name],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


async def reached(dsn: str, *, seconds: float = OUTSIDE_SECONDS) -> None:
    """Return when the server of a URL answers to this side of the network.

    One that answers inside its container may not be reached yet: the engine's
    proxy then accepts the connection, finds no way, and closes it.

    Raises
    ------
    ConnectionError
        After so many seconds, with what the last try said.
    asyncpg.PostgresError
        At once, what a server said that is not starting.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            async with connect(dsn):
                return
        except (OSError, asyncpg().CannotConnectNowError) as error:
            if time.monotonic() > end:
                raise ConnectionError(
                    f"it runs, and its port is not reached from here ({error}). "
                    "What a killed engine has left may have its address: restart "
                    "the engine."
                ) from error
        await asyncio.sleep(0.1)


async def _make_role(dsn: str, password: str) -> str:
    """Make the book's role as the superuser; return the server's version."""
    async with connect(dsn) as connection:
        await connection.execute(create_user(password))
        version = await connection.fetchval("SHOW server_version")
    return str(version).split(" ")[0]


def _settle_environment() -> None:
    """Make testcontainers use the engine that `docker info` has answered for."""
    # /.dockerenv may exist outside a container, and would be believed.
    os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
    # We sweep ourselves; its helper would be one more image to fetch.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TC_POOLING_INTERVAL", "0.1")
    os.environ.setdefault("TC_MAX_TRIES", "600")
    if "DOCKER_HOST" not in os.environ and (endpoint := _endpoint()):
        os.environ["DOCKER_HOST"] = endpoint


def _endpoint() -> str:
    """Return where the client's current context finds the engine."""
    with contextlib.suppress(ValueError, LookupError):
        contexts = json.loads(_docker("context", "inspect").stdout)
        return str(contexts[0]["Endpoints"]["docker"]["Host"])
    return ""


def _engine_is_here() -> bool:
    host = os.environ.get("DOCKER_HOST", "unix://")
    return host.startswith(("unix://", "npipe://", "tcp://127.", "tcp://localhost"))


def _docker(
    *arguments: str, seconds: float = ANSWER_SECONDS
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
