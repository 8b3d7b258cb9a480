"""Scripts in processes of their own: output, signals, status, nothing left."""

import os
import signal
import sys
import time

import pytest

from asyncwith import run_script


def test_output_and_status_come_back():
    done = run_script(
        """
        import sys
        print("out äöü", *sys.argv[1:])
        print("err", file=sys.stderr)
        sys.exit(3)
        """,
        args=["a", "b c"],
    )
    assert (done.stdout, done.stderr, done.returncode) == (
        "out äöü a b c\n",
        "err\n",
        3,
    )


def test_a_signal_is_sent_when_its_line_appears():
    done = run_script(
        """
        import asyncio

        async def main():
            try:
                print("ready")
                await asyncio.sleep(20)
            finally:
                print("cleaned up")

        asyncio.run(main())
        """,
        send={"ready": signal.SIGINT},
    )
    assert done.stdout == "ready\ncleaned up\n"
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert done.returncode == -signal.SIGINT


def test_each_line_has_its_own_signal_every_time_it_appears():
    done = run_script(
        """
        import signal
        wanted = {signal.SIGUSR1}
        signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
        for _ in range(2):
            print("hit me")
            print("hit by", signal.sigwait(wanted).name)
        print("enough")
        signal.pause()
        """,
        send={"hit me": signal.SIGUSR1, "enough": signal.SIGTERM},
    )
    assert done.stdout == "hit me\nhit by SIGUSR1\n" * 2 + "enough\n"
    assert done.returncode == -signal.SIGTERM


def test_a_traceback_names_the_script_and_not_its_folder():
    done = run_script("import asyncio\n1 / 0\n")
    assert 'File "script.py", line 2' in done.stderr
    assert "asyncwith-" not in done.stderr


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_gone(pid):
    # an orphan is reaped by init, a moment after it was killed
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    if alive(pid) and sys.platform == "linux":
        # or by nobody, in a container without an init
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    return not alive(pid)


FORGETFUL = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid)
"""


def test_a_child_that_the_script_forgot_is_killed():
    start = time.perf_counter()
    done = run_script(FORGETFUL)
    assert time.perf_counter() - start < 10
    assert is_gone(int(done.stdout))


def test_at_the_timeout_everything_is_killed_and_the_output_told():
    with pytest.raises(TimeoutError, match=r"had not ended after 0\.5 s") as caught:
        run_script(FORGETFUL + "time.sleep(60)", timeout=0.5)
    pid = int(str(caught.value).split("printed: '")[1].split("\\n")[0])
    assert is_gone(pid)


def test_the_notebooks_settings_do_not_reach_the_script(monkeypatch):
    for name in ("JPY_SESSION_NAME", "PYTHONASYNCIODEBUG", "FORCE_COLOR", "IPYTHONDIR"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("MINE", "kept")
    done = run_script("import os; print(sorted(os.environ))")
    seen = done.stdout
    assert "'MINE'" in seen
    assert "'PYTHONPATH'" in seen
    for name in ("JPY_", "ASYNCIODEBUG", "FORCE_COLOR", "IPYTHON"):
        assert name not in seen


def test_output_of_a_killed_script_is_not_lost_in_a_buffer():
    done = run_script(
        "import os, signal; print('said'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert (done.stdout, done.returncode) == ("said\n", -9)


@pytest.fixture
def somebody_types():
    reader, writer = os.pipe()
    os.write(writer, b"typed\n")
    before = os.dup(0)
    os.dup2(reader, 0)
    yield
    os.dup2(before, 0)
    for descriptor in (before, reader, writer):
        os.close(descriptor)


def test_there_is_no_standard_input(somebody_types):
    done = run_script("input()")
    assert done.stderr.splitlines()[-1] == "EOFError: EOF when reading a line"


def test_much_output_does_not_block():
    done = run_script(
        "import sys; print('x' * 2_000_000); print('y' * 2_000_000, file=sys.stderr)"
    )
    assert (len(done.stdout), len(done.stderr)) == (2_000_001, 2_000_001)


def test_in_a_browser_it_says_where_to_go(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(NotImplementedError, match="on your own machine"):
        run_script("print(1)")


def test_a_script_hears_ctrl_c_where_its_parent_ignores_it():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = run_script(
            """
            import time
            try:
                print("ready")
                time.sleep(30)
            except KeyboardInterrupt:
                print("interrupted")
            """,
            send={"ready": signal.SIGINT},
            timeout=10,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.stdout == "ready\ninterrupted\n"
