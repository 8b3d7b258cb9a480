"""The settings are read and refused before anything is touched."""

from __future__ import annotations

import pytest

from asyncwith.postgres import SettingsError
from asyncwith.postgres.target import read_settings


def read(url: str, **more: str) -> object:
    return read_settings({"ASYNCWITH_DATABASE_URL": url, **more})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not a url", "its scheme is ''"),
        ("mysql://me@localhost/x", "its scheme is 'mysql'"),
        ("postgresql+asyncpg://me@localhost/x", "without the driver"),
        ("postgresql://me@localhost:port/x", "port could not be cast"),
        ("postgresql://me@localhost:99999/x", "port out of range"),
        ("postgresql://me@[::1/x", "invalid IPv6"),
        ("postgresql:///x", "names no host"),
        ("postgresql://localhost/x", "names no user"),
        ("postgresql://me@localhost,127.0.0.1/x", "one host"),
    ],
)
def test_a_malformed_url_is_refused_with_an_example(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match="should look like postgresql://") as error:
        read(url)
    assert says.lower() in str(error.value).lower()


@pytest.mark.parametrize(
    "host", ["db.example.com", "10.0.0.7", "localhost.example.com", "[2001:db8::1]"]
)
def test_another_machine_needs_a_flag(host: str) -> None:
    url = f"postgresql://me:secret@{host}/shop"
    with pytest.raises(SettingsError, match="ASYNCWITH_ALLOW_REMOTE=1") as error:
        read(url)
    assert "secret" not in str(error.value)
    read(url, ASYNCWITH_ALLOW_REMOTE="1")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@localhost",
        "postgres://me:pw@127.0.0.1:5433/x",
        "postgresql://me@[::1]:5432/x?sslmode=disable",
        "postgresql://me@/x?host=/var/run/postgresql",
    ],
)
def test_this_machine_is_accepted(url: str) -> None:
    assert read(url)


def test_the_url_is_completed_so_that_pgport_cannot_decide() -> None:
    settings = read_settings({"ASYNCWITH_DATABASE_URL": "postgresql://me:pw@localhost"})
    assert settings.url is not None
    assert settings.url.dsn == "postgresql://me:pw@localhost:5432/postgres"
    assert settings.url.shown == "postgresql://me@localhost:5432/postgres"


def test_database_url_is_not_read() -> None:
    assert read_settings({"DATABASE_URL": "postgresql://me@localhost/x"}).url is None


def test_a_blank_setting_is_no_setting() -> None:
    blank = {"ASYNCWITH_DATABASE_URL": " ", "ASYNCWITH_POSTGRES": ""}
    assert read_settings(blank) == read_settings({})


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="Did you mean container"):
        read_settings({"ASYNCWITH_POSTGRES": "containers"})


def test_two_settings_that_contradict_are_refused() -> None:
    with pytest.raises(SettingsError, match="both set"):
        read("postgresql://me@localhost/x", ASYNCWITH_POSTGRES="embedded")
