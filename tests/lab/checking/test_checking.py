"""Checks: what they believe, what they report, what they put back."""

import asyncio
import contextlib
import functools
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from asyncwith.catalogue import Exercise, UnknownExercise, find
from asyncwith.checking import CheckFailed, Verdict, check, expect, judge, same, stalls
from asyncwith.checking.pristine import restore
from asyncwith.checking.stalls import Stalls
from asyncwith.checking.watchdog import interrupted_after

Judge = Callable[..., Verdict]

HEAD = """\
import asyncio
from asyncwith.checking import case, expect, pending_tasks
DEFINES = ("work",)
"""


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """Judge a submission by a check made for it."""

    def judged(
        cases: str, submission: str, starter: str = "", limit: float = 5.0
    ) -> Verdict:
        (tmp_path / "check.py").write_text(HEAD + cases)
        (tmp_path / "starter.py").write_text(starter)
        names = vars(ModuleType("__main__"))
        exec(compile(submission, "mine", "exec"), names)
        exercise = Exercise("made/up", tmp_path)
        return asyncio.run(judge(exercise, names, limit=limit))

    return judged


WAITS = """
@case("it is awaited")
async def awaited(submission):
    await submission.work()
    expect(True, hint="")
"""
CALLS = """
@case("it is called")
def called(submission):
    expect(submission.work() == 1, hint="Should be one.", saw="something else")
"""


def test_a_pass_is_one_line(judged: Judge) -> None:
    verdict = judged(CALLS, "def work(): return 1")
    assert verdict.passed
    assert repr(verdict) == str(verdict) == "made/up: passed, 1 of 1 cases"


def test_a_failure_says_fault_seen_and_hint(judged: Judge) -> None:
    verdict = judged(CALLS, "def work(): print('working'); return 2")
    assert str(verdict).splitlines() == [
        "made/up: not yet, 0 of 1 cases",
        "  when:    it is called",
        "  seen:    something else",
        "  printed: working",
        "  hint:    Should be one.",
    ]


def test_the_first_failing_case_is_reported(judged: Judge) -> None:
    later = CALLS.replace("def called", "def again").replace("called", "called again")
    verdict = judged(
        CALLS + later, "calls = []\ndef work(): calls.append(1); return len(calls)"
    )
    assert (verdict.cases, verdict.of, verdict.fault) == (1, 2, "it is called again")


def test_a_missing_name_is_named_with_the_nearest(judged: Judge) -> None:
    verdict = judged(CALLS, "def wrok(): return 1")
    assert verdict.hint == "`work` is not defined. There is `wrok`: is that the one?"


def test_a_value_in_place_of_a_function_is_named(judged: Judge) -> None:
    verdict = judged(CALLS, "work = 1", starter="def work(): ...")
    assert (verdict.hint, verdict.saw) == (
        "`work` should be a function.",
        "`work` is a int object",
    )


def test_an_unexpected_exception_says_where(judged: Judge) -> None:
    verdict = judged(CALLS, "def work():\n    return {}['x']\n")
    assert verdict.saw == "raised KeyError: 'x'\nat line 2"
    assert "that the check did not send in" in str(verdict.hint)


def test_a_system_exit_is_a_failure(judged: Judge) -> None:
    verdict = judged(WAITS, "async def work(): raise SystemExit(0)")
    assert verdict.saw == "raised SystemExit: 0\nat line 1"


def test_what_waits_for_ever_is_cancelled_and_placed(judged: Judge) -> None:
    verdict = judged(
        WAITS,
        "import asyncio\nasync def work():\n    await inner()\n"
        "async def inner():\n    await asyncio.Event().wait()\n",
        limit=0.1,
    )
    assert verdict.saw == "did not end within 0.1 s, waiting at line 5"
    assert verdict.hint == "Something here waits for what never comes."


def test_a_wait_in_a_generator_based_manager_is_placed(judged: Judge) -> None:
    verdict = judged(
        "@case('entered')\nasync def entered(submission):\n"
        "    async with submission.work(): pass\n",
        "import asyncio\nfrom contextlib import asynccontextmanager\n"
        "@asynccontextmanager\nasync def work():\n"
        "    await asyncio.Event().wait()\n    yield\n",
        limit=0.1,
    )
    assert verdict.saw == "did not end within 0.1 s, waiting at line 5"


def test_what_swallows_the_cancellation_is_given_up(judged: Judge) -> None:
    verdict = judged(
        WAITS,
        "import asyncio\nasync def work():\n    for _ in range(8):\n"
        "        try: await asyncio.sleep(0.1)\n"
        "        except BaseException: pass\n",
        limit=0.1,
    )
    assert "waiting at line 4" in str(verdict.saw)


def test_what_blocks_the_loop_is_interrupted(
    judged: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncwith.checking.judging._PATIENCE", 0.1)
    verdict = judged(
        WAITS, "async def work():\n    while True:\n        pass\n", limit=0.1
    )
    assert "did not end within 0.1 s, busy at line" in str(verdict.saw)
    assert "a call that blocks" in str(verdict.hint)


def test_a_swallowed_mistake_still_counts(judged: Judge) -> None:
    verdict = judged(
        "@case('asked inside')\ndef inside(submission):\n"
        "    with submission.work(): expect(False, hint='Seen inside.')\n",
        "class work:\n    def __enter__(self): pass\n"
        "    def __exit__(self, *exc): return True\n",
    )
    assert verdict.hint == "Seen inside."


def test_an_endless_print_ends(judged: Judge) -> None:
    verdict = judged(CALLS, "def work():\n    while True: print('x' * 99)\n")
    assert verdict.hint == "Something here prints without end."
    assert len(verdict.printed) < 1100


class Everything:
    """Equal to everything, and true."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def test_expect_believes_no_foreign_object() -> None:
    for answer in (Everything(), object(), Exception()):
        with pytest.raises(AssertionError):
            expect(answer, hint="not a truth value of the check's own")
    expect([1], hint="a list of the check's own")


@pytest.mark.parametrize("wanted", [1, "a", ["a"], {"a": 1}, {"a"}, (1,), None])
def test_nothing_is_the_same_as_an_always_equal_object(wanted: object) -> None:
    assert same(wanted, wanted)
    assert not same(Everything(), wanted)
    assert not same([Everything()], ["a"])
    assert not same({"a": Everything()}, {"a": 1})
    assert not same({Everything()}, {"a"})


@pytest.mark.parametrize(
    "patch",
    [
        "asyncio.wait_for = lambda awaitable, timeout: asyncio.sleep(0)",
        "asyncio.TaskGroup.__aexit__ = None",
        "contextlib.AsyncExitStack.pop_all = None",
        "builtins.print = len",
        "sys.modules['asyncio'] = None",
        "asyncwith.checking.expect = print",
        "asyncwith.shelf.Shelf.release = None",
    ],
)
def test_what_a_submission_patched_is_put_back(patch: str) -> None:
    import builtins
    import sys

    import asyncwith.checking
    import asyncwith.shelf
    from asyncwith.checking.pristine import remember

    remember()
    before = asyncio.wait_for, print, asyncwith.checking.expect, asyncio.TaskGroup
    names = {
        "asyncio": asyncio,
        "asyncwith": asyncwith,
        "builtins": builtins,
        "contextlib": contextlib,
        "sys": sys,
    }
    exec(patch, names)
    changed = restore()
    assert len(changed) == 1
    after = asyncio.wait_for, print, asyncwith.checking.expect, asyncio.TaskGroup
    assert before == after
    assert restore() == []


def test_a_library_replaced_during_a_case_is_a_mistake(judged: Judge) -> None:
    verdict = judged(
        CALLS, "import asyncio\ndef work():\n    asyncio.sleep = None\n    return 1\n"
    )
    assert verdict.saw == "asyncio.sleep was replaced"
    assert asyncio.sleep is not None


def test_folder_and_environment_are_put_back(judged: Judge) -> None:
    here = os.getcwd()
    judged(
        CALLS,
        "import os\ndef work():\n    os.chdir('/')\n    os.environ['X_LEFT'] = '1'\n",
    )
    assert os.getcwd() == here
    assert "X_LEFT" not in os.environ


PENDING = """
@case("tasks are left")
async def left(submission):
    await submission.work()
    await asyncio.sleep(0)
    expect(not pending_tasks(), hint="Who waits for it?", saw=str(pending_tasks()))
"""
LEAVES = """
import asyncio
async def work():
    asyncio.create_task(asyncio.sleep(10), name="left")
"""


def test_tasks_left_are_reported_where_the_check_asks(judged: Judge) -> None:
    verdict = judged(PENDING, LEAVES)
    assert (verdict.hint, verdict.saw) == ("Who waits for it?", "['left']")
    assert judged(WAITS, LEAVES).passed


KEEPS = """
import gc, weakref
@case("its task has ended")
async def ended(submission):
    task = asyncio.create_task(submission.work())
    await asyncio.wait([task])
    object = weakref.ref(submission.kept[-1])
    submission.kept.clear()
    expect(task.cancelled(), hint="It is cancelled.")
    del task
    gc.collect()
    expect(object() is None, hint="Who keeps it?")
"""


def test_the_objects_of_a_task_that_has_ended_can_be_collected(judged: Judge) -> None:
    submission = """
import asyncio
class Thing: pass
kept = []
async def work():
    thing = Thing()
    kept.append(thing)
    raise asyncio.CancelledError
"""
    verdict = judged(KEEPS, submission)
    assert verdict.passed, str(verdict)


def test_tasks_left_end_with_the_case_and_others_do_not(tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text(HEAD + WAITS)
    names = vars(ModuleType("__main__"))
    exec(LEAVES, names)

    async def main() -> set[str]:
        mine = asyncio.create_task(asyncio.sleep(1), name="kernel's")
        await judge(Exercise("made/up", tmp_path), names)
        left = {task.get_name() for task in asyncio.all_tasks() if not task.done()}
        mine.cancel()
        return left - {asyncio.current_task().get_name()}  # type: ignore[union-attr]

    assert asyncio.run(main()) == {"kernel's"}


def test_in_a_notebook_a_failure_is_shown_without_traceback() -> None:
    names = {"suppress_key_error": contextlib.nullcontext}
    with pytest.raises(CheckFailed) as caught:
        asyncio.run(check("promise/suppress_key_error", names))
    error = caught.value
    shown = error._render_traceback_()
    assert shown[0] == "promise/suppress_key_error: not yet, 0 of 7 cases"
    assert not any("File " in line for line in shown)
    solution = find("promise/suppress_key_error").read("solution.py")
    long = [line.strip() for line in solution.splitlines() if len(line.strip()) > 20]
    assert not any(line in "\n".join(shown) for line in long)


def test_in_a_notebook_the_names_are_those_of_main(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    main = ModuleType("__main__")
    exec(find("promise/suppress_key_error").read("solution.py"), vars(main))
    monkeypatch.setitem(__import__("sys").modules, "__main__", main)
    assert asyncio.run(check("promise/suppress_key_error")).passed


def test_an_unknown_exercise_names_the_nearest() -> None:
    with pytest.raises(UnknownExercise, match="Did you mean promise/suppress_key_err"):
        asyncio.run(check("promise/supress_key_error"))


def test_a_check_without_cases_is_the_authors_error(judged: Judge) -> None:
    with pytest.raises(ValueError, match="at least one @case"):
        judged("", "work = 1")


def test_an_interrupt_in_time_is_none() -> None:
    with interrupted_after(10):
        pass
    with pytest.raises(KeyboardInterrupt), interrupted_after(0.05):
        while True:
            pass


def test_code_is_not_interrupted_while_its_loop_turns() -> None:
    async def main(block: Callable[[], None]) -> None:
        with interrupted_after(0.05, loop=asyncio.get_running_loop()):
            await asyncio.sleep(0.3)
            block()

    def spin() -> None:
        while True:
            pass

    asyncio.run(main(lambda: None))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main(spin))


def test_code_is_not_interrupted_while_the_machine_stands_still() -> None:
    begun = time.monotonic()

    def lost() -> float:  # from 0.1 s to 2.1 s nothing ran, and then all did
        return min(max(time.monotonic() - begun - 0.1, 0.0), 2.0)

    async def main(busy: float) -> None:
        with interrupted_after(0.05, loop=asyncio.get_running_loop(), lost=lost):
            while time.monotonic() < begun + busy:
                pass

    asyncio.run(main(busy=2.0))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main(busy=20.0))
    assert time.monotonic() < begun + 15


def test_an_interrupt_that_comes_too_late_hits_nothing() -> None:
    for pause in range(40):  # around the end of the block
        with contextlib.suppress(KeyboardInterrupt), interrupted_after(0.002):
            end = time.perf_counter() + 0.001 + pause / 20_000
            while time.perf_counter() < end:
                pass
        time.sleep(0.001)


def test_an_interrupt_that_the_system_delivers_late_hits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, send = threading.Event(), signal.pthread_kill

    def send_later(thread: int, number: int) -> None:
        threading.Timer(0.05, send, (thread, number)).start()
        sent.set()

    monkeypatch.setattr(signal, "pthread_kill", send_later)
    before = signal.getsignal(signal.SIGINT)
    with interrupted_after(0.01):
        assert sent.wait(10)
    assert signal.getsignal(signal.SIGINT) is before
    time.sleep(0.1)  # here a KeyboardInterrupt would end the whole run


def test_an_interrupt_of_the_enter_leaves_no_handler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def slowly(thread: threading.Thread) -> None:
        start(thread)
        time.sleep(5)

    monkeypatch.setattr(threading.Thread, "start", slowly)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interrupted_after(0.05):
        pytest.fail("the enter went on")
    assert signal.getsignal(signal.SIGINT) is before


PAUSED = """
import os, subprocess, sys
ended = []
@case("the machine stands still in a wait")
async def paused(submission):
    if not ended:
        code = ("import os, signal, time; time.sleep(0.2);"
                "os.kill({0}, signal.SIGSTOP); time.sleep(1.5);"
                "os.kill({0}, signal.SIGCONT)")
        child = subprocess.Popen([sys.executable, "-c", code.format(os.getpid())])
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(0.8)
            ended.append("in time")
        except TimeoutError:
            ended.append("too late")
        child.wait()
    expect(ended == ["in time"], hint="it counts", saw=ended[0])
"""


def test_the_time_in_which_the_machine_stood_still_is_not_counted(
    judged: Judge,
) -> None:
    verdict = judged(PAUSED, "work = None")
    assert verdict.passed, str(verdict)


def test_patched_builtins_do_not_keep_the_rest_from_being_put_back() -> None:
    names: dict[str, object] = {}
    exec(
        "import asyncio, builtins, contextlib\n"
        "contextlib.suppress.__exit__ = asyncio.sleep = None\n"
        "for name in 'isinstance', 'len', 'setattr', 'hasattr', 'callable', 'vars':\n"
        "    setattr(builtins, name, lambda *a: True)\n"
        "    if name == 'setattr': break\n"
        "builtins.hasattr = builtins.callable = builtins.vars = lambda *a: True\n",
        names,
    )
    assert len(restore()) == 8
    assert restore() == []


STILL = """
import os, signal, subprocess, sys
runs = []
@case("the machine stands still")
async def still(submission):
    runs.append(1)
    if len(runs) <= submission.work:
        # Another process stops this one for half a second, as a machine does.
        code = ("import os, signal, time; os.kill({0}, signal.SIGSTOP);"
                "time.sleep(0.5); os.kill({0}, signal.SIGCONT)")
        subprocess.run([sys.executable, "-c", code.format(os.getpid())])
        expect(False, hint="too late", saw="half a second")
    expect(len(runs) > submission.work, hint="judged once")
"""


def test_a_case_in_which_the_machine_stood_still_is_judged_anew(judged: Judge):
    for times in (0, 1, 2):
        verdict = judged(STILL, f"work = {times}")
        assert verdict.passed, str(verdict)


def test_a_machine_that_goes_on_standing_still_is_named(judged: Judge):
    verdict = judged(STILL, "work = 100")
    assert (verdict.passed, verdict.hint) == (False, "too late")
    first, second = (verdict.saw or "").splitlines()
    assert first == "half a second"
    assert re.fullmatch(r"\(this machine stood still for \d\.\d s meanwhile\)", second)


def test_what_the_process_computes_is_no_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {"monotonic": 0.0, "process_time": 0.0}
    for name in clock:
        monkeypatch.setattr(stalls, name, functools.partial(clock.get, name))
    monkeypatch.setattr(stalls, "_NAP", 60.0)  # the thread does not look in this test
    with Stalls() as found:
        clock["monotonic"] += 300  # in one call that keeps the interpreter
        clock["process_time"] += 299
        assert found.look() == 0
        clock["monotonic"] += 300
        clock["process_time"] += 1
        assert found.look() == 300 - 60 - 1
    assert found.lost == 300 - 60 - 1


def test_a_submission_that_blocks_does_not_keep_the_watch_from_looking() -> None:
    with Stalls() as found:
        before = found._seen
        time.sleep(0.5)
        assert found._seen - before > 0.1
