"""Only set everything up, and say which Python an editor should use."""

import sys

if __name__ == "__main__":
    print(sys.executable)
