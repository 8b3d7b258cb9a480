"""``python -m asyncwith.postgres``: name the server, or say why there is none.

With ``--drop``, drop every database of this checkout on it.
"""

from __future__ import annotations

import sys

from asyncwith.postgres import PostgresUnavailable, describe, drop_all

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, or 2 for a setting or a server that fails."""
    if arguments not in ([], ["--drop"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        print(describe())
        if arguments:
            for name in drop_all():
                print(f"dropped {name}")
    except PostgresUnavailable as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
