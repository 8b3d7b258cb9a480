"""Chapter 1's facts, each asserted by running it: see 01_promise.toml."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Noted:
    """Writes into a ledger what happens to it."""

    def __init__(self, ledger, answer=None):
        self.ledger, self.answer = ledger, answer

    def __enter__(self):
        self.ledger.append("enter")
        return "value"

    def __exit__(self, *told):
        self.ledger.append(told)
        return self.answer


def leave_with(way, ledger, answer=None):
    """A generator that leaves a `with` block in the way that it is told."""
    for _ in range(1):
        with Noted(ledger, answer) as value:
            ledger.append(value)
            if way == "return":
                return
            if way == "break":
                break
            if way == "exception":
                raise ValueError(way)
            if way == "SystemExit":
                sys.exit(way)
            if way == "generator close":
                yield
            ledger.append("last line")
        ledger.append("behind")


def leave_expanded(way, ledger, answer=None):
    """The same, with the statement written out as the chapter does it."""
    for _ in range(1):
        manager = Noted(ledger, answer)
        enter = type(manager).__enter__
        leave = type(manager).__exit__
        value = enter(manager)
        failed = False
        try:
            ledger.append(value)
            if way == "return":
                return
            if way == "break":
                break
            if way == "exception":
                raise ValueError(way)
            if way == "SystemExit":
                sys.exit(way)
            if way == "generator close":
                yield
            ledger.append("last line")
        except BaseException as error:
            failed = True
            if not leave(manager, type(error), error, error.__traceback__):
                raise
        finally:
            if not failed:
                leave(manager, None, None, None)
        ledger.append("behind")


WAYS = ["normal", "return", "break", "exception", "SystemExit", "generator close"]


def run(leave, way, answer=None):
    """The ledger of one way out, with exceptions as their types, and what came out."""
    ledger = []
    out = None
    generator = leave(way, ledger, answer)
    try:
        next(generator, None)
        generator.close()
    except BaseException as error:
        out = type(error)
    return [e if type(e) is str else e[0] for e in ledger], out


def test_fact_S1_a_file_is_closed_on_error_with_what_was_written(tmp_path):
    path = tmp_path / "log.txt"
    with pytest.raises(KeyError), open(path, "w") as file:
        file.write("first\n")
        raise KeyError
    assert file.closed
    assert path.read_text() == "first\n"


def test_fact_p1_two_failures_empty_a_pool_of_two():
    pool = ["connection 1", "connection 2"]

    def handle(order):
        connection = pool.pop()
        total = sum(order["prices"])
        pool.append(connection)
        return total

    assert handle({"prices": [5, 7]}) == 12
    for _ in range(2):
        with pytest.raises(KeyError):
            handle({})
    with pytest.raises(IndexError):
        handle({"prices": [3]})


def test_fact_p2_return_computes_then_finally_then_the_caller():
    ledger = []

    def handle():
        try:
            return ledger.append("compute")
        finally:
            ledger.append("release")

    handle()
    ledger.append("caller")
    assert ledger == ["compute", "release", "caller"]


@pytest.mark.parametrize("way", ["exception", "return", "break", "continue"])
def test_fact_p3_finally_runs_on_each_way_out(way):
    released = []

    def leave():
        for _ in range(1):
            try:
                if way == "exception":
                    raise ValueError
                if way == "return":
                    return
                if way == "break":
                    break
                continue
            finally:
                released.append(way)

    expected = pytest.raises(ValueError) if way == "exception" else None
    with expected or contextlib.nullcontext():
        leave()
    assert released == [way]


def test_fact_p4_an_acquire_inside_the_try_hides_its_own_error():
    def handle(pool):
        try:
            connection = pool.pop()
        finally:
            pool.append(connection)

    with pytest.raises(UnboundLocalError, match="'connection'") as caught:
        handle([])
    assert repr(caught.value.__context__) == "IndexError('pop from empty list')"


def test_fact_p5_as_names_what_enter_returned_and_stays():
    with Noted([]) as name:
        assert name == "value"
    assert name == "value"


def test_fact_p6_what_enter_returns_for_a_file_a_lock_and_without_return():
    class Forgetful:
        def __enter__(self):
            pass

        def __exit__(self, *told):
            pass

    file = io.StringIO()
    with file as named:
        assert named is file
    with threading.Lock() as named:
        assert named is True
    with Forgetful() as named:
        assert named is None


@pytest.mark.parametrize("answer", [None, True])
@pytest.mark.parametrize("way", WAYS)
def test_fact_p7_the_expansion_leaves_the_same_ledger(way, answer):
    assert run(leave_with, way, answer) == run(leave_expanded, way, answer)


def test_fact_p8_a_failed_enter_is_not_exited():
    ledger = []

    class Failing(Noted):
        def __enter__(self):
            super().__enter__()
            raise ConnectionError

    with pytest.raises(ConnectionError), Failing(ledger):
        pass
    assert ledger == ["enter"]


def test_fact_p9_exit_is_told_one_exception_three_times_or_none():
    ledger = []
    error = ValueError()
    with pytest.raises(ValueError), Noted(ledger):
        raise error
    with Noted(ledger):
        pass
    first, second = [entry for entry in ledger if type(entry) is tuple]
    assert first[:2] == (ValueError, error)
    assert first[2].tb_frame is sys._getframe()
    assert second == (None, None, None)


def test_fact_p10_return_and_break_look_like_the_end_of_the_block():
    seen = {way: run(leave_with, way)[0] for way in WAYS}
    exits = {
        way: next(e for e in led if type(e) is not str) for way, led in seen.items()
    }
    assert exits == {
        "normal": None,
        "return": None,
        "break": None,
        "exception": ValueError,
        "SystemExit": SystemExit,
        "generator close": GeneratorExit,
    }


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_fact_p11_three_exceptions_are_no_exception(kind):
    assert not issubclass(kind, Exception)
    assert issubclass(kind, BaseException)


def test_fact_p12_a_true_answer_ends_any_exception():
    for kind in [KeyError, SystemExit, KeyboardInterrupt]:
        with Noted([], answer=True):
            raise kind

    def handle(order):
        with Noted([], answer=True):
            return order["prices"]

    assert handle({"prices": 3}) == 3
    assert handle({}) is None


def test_fact_p13_after_suppression_the_block_does_not_go_on():
    ledger = []
    with contextlib.suppress(FileNotFoundError):
        Path("/no such file").unlink()
        ledger.append("removed")
    ledger.append("after")
    assert ledger == ["after"]


def test_fact_p14_mode_w_empties_and_mode_a_appends(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text("old\n")
    with open(path, "a"):
        assert path.read_text() == "old\n"
    with open(path, "w"):
        assert path.read_text() == ""


def test_fact_p15_a_kept_exception_keeps_the_file_open(tmp_path):
    path = tmp_path / "log.txt"

    def audit():
        file = open(path, "a")  # noqa: SIM115 - the mistake itself
        file.write("payment 17\n")
        raise TimeoutError

    kept = []
    try:
        audit()
    except TimeoutError as error:
        kept.append(error)
    assert path.read_text() == ""
    with pytest.warns(ResourceWarning):
        kept.clear()
    assert path.read_text() == "payment 17\n"


def test_fact_p16_a_last_line_covers_one_way_and_with_all_six():
    seen = {way: run(leave_with, way)[0] for way in WAYS}
    reached_last_line = [way for way, ledger in seen.items() if "last line" in ledger]
    assert reached_last_line == ["normal"]
    for ledger in seen.values():
        assert sum(type(entry) is not str for entry in ledger) == 1


def test_fact_p17_close_raises_generator_exit_at_the_yield():
    ledger = []

    def lines():
        try:
            yield "line 1"
            ledger.append("after yield")
        except GeneratorExit:
            ledger.append("GeneratorExit")
            raise

    generator = lines()
    next(generator)
    generator.close()
    assert ledger == ["GeneratorExit"]


@pytest.mark.parametrize(
    ("leave", "status", "size"),
    [
        ("sys.exit(3)", 3, 18),
        ("os._exit(3)", 3, 0),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15, 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9, 0),
        ("file.flush(); os._exit(3)", 3, 18),
    ],
)
def test_fact_p18_some_ends_of_a_process_run_no_exit(tmp_path, leave, status, size):
    path = tmp_path / "log.txt"
    script = (
        "import os, signal, sys\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    file.write('payment 17 booked\\n')\n"
        f"    {leave}\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert (ended.returncode, os.path.getsize(path)) == (status, size)


def test_fact_p23_both_methods_are_fetched_before_entering():
    ledger = []

    class Half:
        def __enter__(self):
            ledger.append("enter")

    half = Half()
    half.__exit__ = lambda *told: None  # on the instance: not where `with` looks
    with pytest.raises(TypeError, match="__exit__"), half:
        ledger.append("block")
    assert ledger == []


def test_the_exercise_text_shows_the_functions_that_its_check_runs():
    folder = ROOT / "exercises" / "promise" / "predict_ledger"
    shown = "\n".join(
        re.findall(r"```python\n(.*?)```", (folder / "text.md").read_text(), re.DOTALL)
    )
    names, answer = {}, {}
    exec(shown, names)
    exec((folder / "solution.py").read_text(), answer)
    ledgers = []
    for name in ["returns", "loops", "suppresses", "breaks", "generates"]:
        names["ledger"].clear()
        names[name]()
        ledgers.append(list(names["ledger"]))
    assert ledgers == answer["answer"]
