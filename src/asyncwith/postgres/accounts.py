"""Under which account a server runs. PostgreSQL refuses to run as root.

A plain user runs it as himself. Root runs it in a user namespace of its own,
in which root's user is called ``nobody``: files keep their owner and modes.
Where namespaces are refused, the server really runs as ``nobody``, out of a
fresh folder that root makes, since a home of mode 700 hides all others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from asyncwith.postgres.errors import PostgresUnavailable

__all__ = ["Account", "server_account"]

NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


@dataclass(frozen=True)
class Account:
    """How to run a program as the account."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    """The user's number where it is another than ours, else None."""
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """The account's further groups, as `subprocess.Popen` wants them."""
        return None if self.uid is None else []


def server_account() -> Account:
    """Return the account for a server that this process starts.

    Raises
    ------
    PostgresUnavailable
        For root, where neither namespaces nor a user ``nobody`` exist.

    Examples
    --------
    >>> server_account().prefix[:1] in {(), ("unshare",)}
    True
    """
    if os.geteuid() != 0:
        return Account()
    if shutil.which("unshare"):
        probe = subprocess.run(
            [*NAMESPACE, "true"], capture_output=True, check=False, timeout=20
        )
        if probe.returncode == 0:
            return Account(prefix=NAMESPACE)
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresUnavailable(
            "PostgreSQL does not run as root, user namespaces are refused here, "
            "and there is no user `nobody`. Run as a plain user, or set "
            "ASYNCWITH_DATABASE_URL to a server of yours."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
