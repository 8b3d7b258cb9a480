"""What changed in which Python, shown by the Pythons that this machine has.

    python -m tests.facts.replay_versions [VERSION ...]

Each change is one short program, with what it prints before the version that
brought the change, and from it on. The page "What changed in which Python" names
them; test_versions.py compares both with what runs here. Python 3.14 runs as
Pyodide, in Node, once ``python3 run.py browser`` has installed it, and there only
programs without an event loop.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass

from tasks._selection import ROOT, interpreter

__all__ = ["CHANGES", "VERSIONS", "Change", "expected", "installed", "replayed"]

VERSIONS = [f"3.{minor}" for minor in range(7, 15)]
PYODIDE = ROOT / "browser" / "node_modules" / "pyodide"
HARNESS = """
import contextlib, io, json, sys
said = {}
for name, program in json.loads(PROGRAMS).items():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(program, {"__name__": name})
        except BaseException as error:
            print("%s: %s" % (type(error).__name__, error))
    said[name] = out.getvalue().strip()
print(json.dumps(said))
"""
IN_NODE = """
const { loadPyodide } = await import(process.argv[1] + "/pyodide.mjs");
const pyodide = await loadPyodide();
let program = "";
for await (const chunk of process.stdin) program += chunk;
pyodide.runPython(program);
"""


@dataclass(frozen=True)
class Change:
    """One change: the version that brought it, and a program that shows it.

    Attributes
    ----------
    since : str
        The first Python that prints `after`; earlier ones print `before`.
    first : str
        The first Python to which the question can be put.
    """

    since: str
    program: str
    before: str
    after: str
    first: str = "3.7"


def minor(version: str) -> int:
    return int(version.partition(".")[2])


def expected(version: str) -> dict[str, str]:
    """What each program must print under a version, such as ``"3.11"``."""
    looped = "asyncio.run("  # Pyodide has no loop that can be run to its end
    return {
        name: change.before if minor(version) < minor(change.since) else change.after
        for name, change in CHANGES.items()
        if minor(version) >= minor(change.first)
        and (minor(version) < 14 or looped not in change.program)
    }


def installed(version: str) -> list[str] | None:
    """The command that runs Python source from its input, if there is one here."""
    if minor(version) < 14:
        path = interpreter(version)
        return None if path is None else [path, "-I", "-"]
    node = shutil.which("node")
    if node is None or not (PYODIDE / "pyodide.mjs").is_file():
        return None
    return [node, "--input-type=module", "--eval", IN_NODE, str(PYODIDE)]


def replayed(version: str) -> dict[str, str]:
    """What each program prints under a version that is installed here."""
    command = installed(version)
    assert command is not None, f"there is no Python {version} here"
    programs = {name: CHANGES[name].program for name in expected(version)}
    source = f"PROGRAMS = {json.dumps(programs)!r}\n{HARNESS}"
    done = subprocess.run(
        command, input=source, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout.splitlines()[-1])


CHANGES = {
    "reusing-a-generator": Change(
        "3.8",
        """
import asyncio
async def rows():
    await asyncio.sleep(0.01)
    yield
async def main():
    stream = rows()
    task = asyncio.ensure_future(stream.__anext__())
    await asyncio.sleep(0)
    await stream.__anext__()
asyncio.run(main())
""",
        "StopAsyncIteration:",
        "RuntimeError: anext(): asynchronous generator is already running",
    ),
    "cancelled-is-no-exception": Change(
        "3.8",
        """
import asyncio
print(issubclass(asyncio.CancelledError, Exception))
""",
        "True",
        "False",
    ),
    "async-mock": Change(
        "3.8",
        """
from unittest import mock
print(hasattr(mock.MagicMock(), "__aenter__"))
""",
        "False",
        "True",
    ),
    "isolated-test-case": Change(
        "3.8",
        """
import unittest
print(hasattr(unittest, "IsolatedAsyncioTestCase"))
""",
        "False",
        "True",
    ),
    "task-name": Change(
        "3.8",
        """
import asyncio
print(hasattr(asyncio.Task, "get_name"))
""",
        "False",
        "True",
    ),
    "to-thread": Change(
        "3.9",
        """
import asyncio
print(hasattr(asyncio, "to_thread"))
""",
        "False",
        "True",
    ),
    "with-await-lock": Change(
        "3.9",
        """
import asyncio, warnings
warnings.simplefilter("ignore")
async def main():
    lock = asyncio.Lock()
    with (await lock):
        print("held")
asyncio.run(main())
""",
        "held",
        "TypeError: object Lock can't be used in 'await' expression",
    ),
    "default-executor": Change(
        "3.9",
        """
import asyncio
print(hasattr(asyncio.AbstractEventLoop, "shutdown_default_executor"))
""",
        "False",
        "True",
    ),
    "parentheses": Change(
        "3.9",
        """
try:
    compile("with (a() as x,\\n b() as y,\\n): pass", "", "exec")
    print("compiles")
except SyntaxError:
    print("SyntaxError")
""",
        "SyntaxError",
        "compiles",
    ),
    "aclosing": Change(
        "3.10",
        """
import contextlib
print(hasattr(contextlib, "aclosing"))
""",
        "False",
        "True",
    ),
    "nullcontext": Change(
        "3.10",
        """
import contextlib
print(hasattr(contextlib.nullcontext, "__aenter__"))
""",
        "False",
        "True",
    ),
    "as-a-decorator": Change(
        "3.10",
        """
import asyncio, contextlib
@contextlib.asynccontextmanager
async def opened():
    yield
async def main():
    @opened()
    async def work():
        print("decorated")
    await work()
asyncio.run(main())
""",
        "TypeError: '_AsyncGeneratorContextManager' object is not callable",
        "decorated",
    ),
    "anext": Change(
        "3.10",
        """
import builtins
print(hasattr(builtins, "anext"))
""",
        "False",
        "True",
    ),
    "lock-finds-its-loop": Change(
        "3.10",
        """
import asyncio
asyncio.set_event_loop(asyncio.new_event_loop())
lock = asyncio.Lock()
async def hold():
    async with lock:
        await asyncio.sleep(0)
async def main():
    try:
        await asyncio.gather(hold(), hold())
        print("held in turn")
    except RuntimeError as error:
        print(str(error)[-28:])
asyncio.run(main())
""",
        "attached to a different loop",
        "held in turn",
    ),
    "loop-parameter": Change(
        "3.10",
        """
import asyncio, warnings
warnings.simplefilter("ignore")
async def main():
    try:
        asyncio.Lock(loop=asyncio.get_event_loop())
        print("accepted")
    except TypeError:
        print("TypeError")
asyncio.run(main())
""",
        "accepted",
        "TypeError",
    ),
    "no-manager": Change(
        "3.11",
        """
import asyncio
async def main():
    async with object():
        pass
try:
    asyncio.run(main())
except AttributeError:
    print("AttributeError")
""",
        "AttributeError",
        "TypeError: 'object' object does not support the asynchronous context"
        " manager protocol",
    ),
    "no-manager-on-a-stack": Change(
        "3.11",
        """
import asyncio, contextlib
async def main():
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(object())
try:
    asyncio.run(main())
except AttributeError:
    print("AttributeError")
""",
        "AttributeError",
        "TypeError: 'builtins.object' object does not support the asynchronous"
        " context manager protocol",
    ),
    "second-entry": Change(
        "3.9",
        """
import asyncio, contextlib
@contextlib.asynccontextmanager
async def opened():
    yield
async def main():
    manager = opened()
    async with manager:
        pass
    try:
        async with manager:
            pass
    except (RuntimeError, AttributeError) as error:
        print(type(error).__name__)
asyncio.run(main())
""",
        "RuntimeError",
        "AttributeError",
    ),
    "timeout-and-groups": Change(
        "3.11",
        """
import asyncio
names = "timeout", "timeout_at", "TaskGroup", "Runner", "Barrier"
print([hasattr(asyncio, name) for name in names])
""",
        "[False, False, False, False, False]",
        "[True, True, True, True, True]",
    ),
    "uncancel": Change(
        "3.11",
        """
import asyncio
print([hasattr(asyncio.Task, name) for name in ("uncancel", "cancelling")])
""",
        "[False, False]",
        "[True, True]",
    ),
    "one-timeout-error": Change(
        "3.11",
        """
import asyncio
print(asyncio.TimeoutError is TimeoutError)
""",
        "False",
        "True",
    ),
    "except-star": Change(
        "3.11",
        """
try:
    compile("try: pass\\nexcept* OSError: pass", "", "exec")
    print("compiles")
except SyntaxError:
    print("SyntaxError")
""",
        "SyntaxError",
        "compiles",
    ),
    "ctrl-c": Change(
        "3.11",
        """
import asyncio, os, signal
async def main():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1)
    except BaseException as error:
        print(type(error).__name__)
        raise
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("then KeyboardInterrupt")
""",
        "KeyboardInterrupt\nthen KeyboardInterrupt",
        "CancelledError\nthen KeyboardInterrupt",
    ),
    "cancel-message": Change(
        "3.11",
        """
import asyncio
async def main():
    task = asyncio.ensure_future(asyncio.sleep(9))
    await asyncio.sleep(0)
    task.cancel("shutdown")
    try:
        await task
    except asyncio.CancelledError as error:
        print(error.args)
asyncio.run(main())
""",
        "()",
        "('shutdown',)",
        first="3.9",
    ),
    "wait-takes-tasks": Change(
        "3.11",
        """
import asyncio, warnings
warnings.simplefilter("ignore")
async def main():
    coroutine = asyncio.sleep(0)
    try:
        await asyncio.wait([coroutine])
        print("waits")
    except TypeError as error:
        coroutine.close()
        print(error)
asyncio.run(main())
""",
        "waits",
        "Passing coroutines is forbidden, use tasks explicitly.",
    ),
    "enter-async-context": Change(
        "3.11",
        """
import unittest
print(hasattr(unittest.IsolatedAsyncioTestCase, "enterAsyncContext"))
""",
        "False",
        "True",
        first="3.8",
    ),
    "nested-comprehension": Change(
        "3.11",
        """
source = "async def f(): return [[x async for x in y] for y in z]"
try:
    compile(source, "", "exec")
    print("compiles")
except SyntaxError:
    print("SyntaxError")
""",
        "SyntaxError",
        "compiles",
    ),
    "task-context": Change(
        "3.11",
        """
import asyncio, contextvars
async def main():
    context = contextvars.copy_context()
    coroutine = asyncio.sleep(0)
    try:
        await asyncio.create_task(coroutine, context=context)
        print("accepted")
    except TypeError:
        coroutine.close()
        print("TypeError")
asyncio.run(main())
""",
        "TypeError",
        "accepted",
    ),
    "wait-for-in-the-task": Change(
        "3.12",
        """
import asyncio
async def who():
    return asyncio.current_task()
async def main():
    print(await asyncio.wait_for(who(), 1) is asyncio.current_task())
asyncio.run(main())
""",
        "False",
        "True",
    ),
    "eager-tasks": Change(
        "3.12",
        """
import asyncio
print(hasattr(asyncio, "eager_task_factory"))
""",
        "False",
        "True",
    ),
    "loop-factory": Change(
        "3.12",
        """
import asyncio, inspect
print("loop_factory" in inspect.signature(asyncio.run).parameters)
""",
        "False",
        "True",
    ),
    "athrow-one-argument": Change(
        "3.12",
        """
import warnings
async def rows():
    yield
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    closing = rows().athrow(ValueError, ValueError(), None)
    closing.close()
print([warning.category.__name__ for warning in caught])
""",
        "[]",
        "['DeprecationWarning']",
    ),
    "no-generator-coroutines": Change(
        "3.12",
        """
import asyncio
def rows():
    yield
print(asyncio.iscoroutine(rows()))
""",
        "True",
        "False",
    ),
    "queue-shutdown": Change(
        "3.13",
        """
import asyncio
print(hasattr(asyncio.Queue, "shutdown"))
""",
        "False",
        "True",
    ),
    "close-clients": Change(
        "3.13",
        """
import asyncio.base_events
print(hasattr(asyncio.base_events.Server, "close_clients"))
""",
        "False",
        "True",
    ),
    "as-completed": Change(
        "3.13",
        """
import asyncio
async def main():
    task = asyncio.ensure_future(asyncio.sleep(0))
    print(hasattr(asyncio.as_completed([task]), "__aiter__"))
asyncio.run(main())
""",
        "False",
        "True",
    ),
    "group-closes-what-it-refuses": Change(
        "3.13",
        """
import asyncio
async def main():
    coroutine = asyncio.sleep(0)
    try:
        asyncio.TaskGroup().create_task(coroutine)
    except RuntimeError:
        print(coroutine.cr_frame is None)
    coroutine.close()
asyncio.run(main())
""",
        "False",
        "True",
        first="3.11",
    ),
    "group-keeps-a-cancellation": Change(
        "3.13",
        """
import asyncio
async def fail():
    raise ValueError
async def slow_to_end(ending):
    try:
        await asyncio.sleep(60)
    finally:
        ending.set()
        await asyncio.sleep(0.01)
async def work(ending):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow_to_end(ending))
            group.create_task(fail())
    except* ValueError:
        pass
    await asyncio.sleep(0)
async def main():
    ending = asyncio.Event()
    task = asyncio.create_task(work(ending))
    await ending.wait()
    task.cancel()
    await asyncio.wait([task])
    print("cancelled:", task.cancelled())
asyncio.run(main())
""",
        "cancelled: False",
        "cancelled: True",
        first="3.11",
    ),
    "timeout-in-the-context": Change(
        "3.13",
        """
import asyncio
async def main():
    try:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(1)
            finally:
                raise OSError("close failed")
    except OSError as error:
        print(type(error.__context__).__name__)
asyncio.run(main())
""",
        "CancelledError",
        "TimeoutError",
        first="3.11",
    ),
    "lookup-order": Change(
        "3.14",
        """
looked_up = []
class Method:
    def __init__(self, name):
        self.name = name
    def __get__(self, instance, owner):
        looked_up.append(self.name)
        async def method(*details):
            pass
        return method
class Session:
    __aenter__ = Method("__aenter__")
    __aexit__ = Method("__aexit__")
async def main():
    async with Session():
        pass
try:
    main().send(None)
except StopIteration:
    print(*looked_up)
""",
        "__aenter__ __aexit__",
        "__aexit__ __aenter__",
        first="3.9",
    ),
    "did-you-mean": Change(
        "3.14",
        """
class Session:
    async def __aenter__(self):
        pass
    async def __aexit__(self, *details):
        pass
try:
    with Session():
        pass
except TypeError as error:
    print("Did you mean to use 'async with'?" in str(error))
""",
        "False",
        "True",
        first="3.11",
    ),
    "return-in-finally": Change(
        "3.14",
        """
import warnings
source = '''
def tidy():
    try:
        pass
    finally:
        return 1
'''
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    compile(source, "", "exec")
print([str(warning.message) for warning in caught])
""",
        "[]",
        "[\"'return' in a 'finally' block\"]",
    ),
    "token-is-a-manager": Change(
        "3.14",
        """
from contextvars import ContextVar
user = ContextVar("user", default="nobody")
try:
    with user.set("ada"):
        print(user.get(), end=" ")
    print(user.get())
except (AttributeError, TypeError):
    print("no manager")
""",
        "no manager",
        "ada nobody",
    ),
    "call-graph": Change(
        "3.14",
        """
import asyncio
print(hasattr(asyncio, "print_call_graph"))
""",
        "False",
        "True",
    ),
}


if __name__ == "__main__":
    for version in sys.argv[1:] or VERSIONS:
        if installed(version) is None:
            print(f"{version}: not installed here")
            continue
        found, wanted = replayed(version), expected(version)
        red = {name: found[name] for name in wanted if found[name] != wanted[name]}
        print(f"{version}: {len(wanted) - len(red)} of {len(wanted)} as recorded")
        for name, said in red.items():
            print(f"    {name}: {said!r}, expected {wanted[name]!r}")
