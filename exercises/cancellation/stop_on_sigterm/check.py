"""A script is stopped by signals: what it wrote, and its status."""

import contextlib
import signal

from asyncwith import run_script
from asyncwith.checking import Submission, case, expect, same
from asyncwith.script import Completed

DEFINES = ("SCRIPT",)

INT, TERM = signal.SIGINT, signal.SIGTERM
TO_WRITE = ["written: order 1", "written: order 2 given back"]


def run(submission: Submission, *args: str, **send: signal.Signals) -> Completed:
    """Run the script in a process of its own, and send what is to be sent."""
    script = submission.SCRIPT
    expect(
        type(script) is str and "async def main" in script,
        hint="`SCRIPT` is the source of the service, a string.",
        saw=f"SCRIPT is a {type(script).__name__}",
    )
    done = None
    with contextlib.suppress(TimeoutError):
        done = run_script(str(script), args=args, send=send, timeout=4)
    expect(
        done is not None,
        hint="The process did not stop and had to be killed. What wakes it up?",
        saw="still running after 4 s",
    )
    expect(
        done.stdout.startswith("working\n") and "SyntaxError" not in done.stderr,
        hint="The script does not come as far as `working`.",
        saw=last(done),
    )
    return done


def last(done: Completed) -> str:
    """What the script printed, its status, and the last line of a traceback."""
    lines = done.stdout.split("\n")[:-1] + done.stderr.strip().split("\n")[-1:]
    return f"{', '.join(filter(None, lines))} - status {done.returncode}"


def written(done: Completed) -> list[str]:
    return [line for line in done.stdout.split("\n") if line.startswith("written:")]


def expect_all_written(done: Completed, hint: str) -> None:
    expect(same(written(done), TO_WRITE), hint=hint, saw=last(done))


@case("the worker is done", seconds=10)
def worker_is_done(submission):
    done = run(submission, "done")
    expect(
        done.returncode == 0,
        hint="Nothing went wrong, and nobody sent a signal.",
        saw=last(done),
    )
    expect(
        same(written(done), TO_WRITE[:1]) and "closing" in done.stdout,
        hint="The service ended, and an order is not yet on the disk. Who waits for "
        "the writer?",
        saw=last(done),
    )


@case("the worker fails", seconds=10)
def worker_fails(submission):
    done = run(submission, "fail")
    expect(
        done.returncode == 1 and "ValueError: order 2 is illegible" in done.stderr,
        hint="The worker failed. A failure must be seen: in the status, and as a "
        "traceback.",
        saw=last(done),
    )
    expect(
        same(written(done), TO_WRITE[:1]),
        hint="The worker failed, and an order of before is not on the disk.",
        saw=last(done),
    )


@case("one SIGTERM", seconds=10)
def one_sigterm(submission):
    done = run(submission, working=TERM)
    expect(
        done.returncode != -TERM,
        hint="By default, a process is killed where it stands by this signal. Who "
        "asks the loop to do something else?",
        saw=last(done),
    )
    expect(
        done.returncode != -INT,
        hint="Ended like a program that a user has interrupted. Its supervisor asked "
        "it to end, and it did: that is status 0.",
        saw=last(done),
    )
    expect(
        "closing" in done.stdout and same(written(done), TO_WRITE),
        hint="Where was the program when the signal came, and what became of the "
        "tasks that still had something to do? End the worker, and not those tasks "
        "that its cleanup needs.",
        saw=last(done),
    )
    expect(
        "CancelledError" not in done.stderr,
        hint="Everything is written. The cancellation has come out of `asyncio.run`, "
        "and nobody is left to pass it to.",
        saw=last(done),
    )
    expect(
        done.returncode == 0,
        hint="A clean stop is a success.",
        saw=last(done),
    )


@case("two SIGTERM, the second while it closes", seconds=10)
def two_sigterm(submission):
    done = run(submission, working=TERM, closing=TERM)
    expect(
        done.returncode != -TERM,
        hint="The first one was handled, and the process was killed by the second "
        "SIGTERM. Which handler was there then?",
        saw=last(done),
    )
    expect_all_written(
        done,
        "The second SIGTERM cut the cleanup. What should a handler do that has been "
        "called before?",
    )
    expect(
        done.returncode == 0,
        hint="The second SIGTERM should change nothing, the status included.",
        saw=last(done),
    )


@case("Ctrl-C", seconds=10)
def ctrl_c(submission):
    done = run(submission, working=INT)
    expect_all_written(done, "Ctrl-C used to write everything, and should still.")
    expect(
        done.returncode == -INT,
        hint="SIGTERM is a request to end. Ctrl-C is another matter: the program was "
        "interrupted, and its status should say so, as before.",
        saw=last(done),
    )
