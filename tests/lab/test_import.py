"""Importing the package is quick, silent, and changes nothing in the process."""

import subprocess
import sys

import pytest

import asyncwith


def run(source):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "import asyncwith",
        "from asyncwith import sweep, sweep_task, run_virtual, Shelf, checkpoint",
        "from asyncwith import Timeline, heartbeat, run_script, local_server, check",
    ],
)
def test_it_takes_less_than_three_tenths_of_a_second(statement):
    source = (
        "import time; start = time.process_time()\n"
        f"{statement}\n"
        "print(time.process_time() - start)"
    )
    # of the processor, the quickest of a few: the rest tells how busy the machine is
    assert min(float(run(source).stdout) for _ in range(5)) < 0.3


@pytest.mark.parametrize("statement", ["import asyncwith", "from asyncwith import *"])
def test_it_prints_nothing(statement):
    done = run(statement)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


OBSERVED = """
import asyncio, gc, os, signal, sys, threading, warnings

def observe():
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    return {
        "signal handlers": [signal.getsignal(s) for s in signal.valid_signals()],
        "wakeup descriptor": wakeup,
        "loop policy": asyncio.get_event_loop_policy(),
        "running loop": asyncio._get_running_loop(),
        "threads": threading.active_count(),
        "async generator hooks": sys.get_asyncgen_hooks(),
        "hooks": [sys.excepthook, sys.unraisablehook, sys.displayhook],
        "warning filters": list(warnings.filters),
        "environment": dict(os.environ),
        "descriptors": len(os.listdir("/dev/fd")),
        "trace": [sys.gettrace(), sys.getprofile()],
        "path": list(sys.path),
        "garbage collection": [gc.isenabled(), gc.get_threshold()],
        "recursion limit": sys.getrecursionlimit(),
    }

before = observe()
import asyncwith
from asyncwith import *
asyncwith.postgres
after = observe()
changed = [name for name in before if before[name] != after[name]]
print(changed)
"""


def test_it_changes_nothing_in_the_process():
    done = run(OBSERVED)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("statement", ["import asyncwith", "from asyncwith import *"])
def test_it_brings_in_no_package_that_only_some_readers_need(statement):
    done = run(
        f"import sys; {statement}\n"
        "heavy = ('IPython', 'ipykernel', 'aiohttp', 'asyncpg', 'pytest',\n"
        "    'testcontainers', 'nbformat', 'trio', 'anyio')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("name", sorted(asyncwith.__all__))
def test_each_public_name_is_found(name):
    assert getattr(asyncwith, name) is not None
    assert name in dir(asyncwith)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sweeep'"):
        _ = asyncwith.sweeep
