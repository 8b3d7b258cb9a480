"""``python -m asyncwith``: the same as the command ``asyncwith``."""

import sys

from asyncwith.cli import main

if __name__ == "__main__":
    sys.exit(main())
