"""A cleanup has a deadline, aborts when it must, and hides nothing."""

import asyncio
from typing import NamedTuple

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("bounded",)

SECONDS = 5
HOUR = 3600.0


class Resource:
    """Closes after some virtual seconds, perhaps with an error."""

    def __init__(self, takes: float = 1.0, error: Exception | None = None) -> None:
        self.takes, self.error = takes, error
        self.state = "open"
        self.calls: list[str] = []

    async def close(self) -> None:
        self.calls.append("close")
        await asyncio.sleep(self.takes)
        if self.error is not None:
            raise self.error
        self.state = "closed"

    def abort(self) -> None:
        self.calls.append("abort")
        self.state = "aborted"


class Seen(NamedTuple):
    """How the block ended: when, with what, and what the resource was then."""

    took: float
    ended: BaseException | None
    state: str
    calls: list[str]
    bound: bool

    def __str__(self) -> str:
        how = "normally" if self.ended is None else f"with {self.ended!r}"
        return f"the block ended {how} after {self.took:g} s, resource {self.state}"


def leave(
    submission: Submission,
    resource: Resource,
    *,
    body: float = 1.0,
    error: Exception | None = None,
    cancel: tuple[float, ...] = (),
    timeout: float | None = None,
) -> Seen:
    """Run a block in virtual time, and leave it in one of the ways."""
    bound = False

    async def block():
        nonlocal bound
        async with asyncio.timeout(timeout):
            async with submission.bounded(resource, SECONDS) as bound_to:
                bound = bound_to is resource
                await asyncio.sleep(body)
                if error is not None:
                    raise error

    async def main() -> Seen:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(block())
        for moment in cancel:
            await asyncio.sleep(moment - loop.time())
            task.cancel()
        await asyncio.wait([task], timeout=2 * HOUR)
        took, state = loop.time(), resource.state
        if not task.done():
            task.cancel()
            return Seen(took, TimeoutError("never"), state, resource.calls, bound)
        ended = asyncio.CancelledError() if task.cancelled() else task.exception()
        return Seen(took, ended, state, list(resource.calls), bound)

    return run_virtual(main())


def expect_closed(seen: Seen) -> None:
    expect(
        seen.state != "open",
        hint="The block has ended, and the resource is open. Who waits for `close`?",
        saw=str(seen),
    )
    expect(
        seen.state == "closed" and same(seen.calls, ["close"]),
        hint="There was time enough: close it, once, and abort nothing.",
        saw=f"{seen}; calls: {', '.join(seen.calls)}",
    )


def expect_cancelled(seen: Seen) -> None:
    expect(
        not isinstance(seen.ended, TimeoutError),
        hint="The block was cancelled, and a TimeoutError came out in its place. "
        "Whose affair is the cleanup's deadline?",
        saw=str(seen),
    )
    expect(
        isinstance(seen.ended, asyncio.CancelledError),
        hint="Whoever cancelled the task finds that it was not cancelled. Which line "
        "catches it and does not pass it on?",
        saw=str(seen),
    )


def expect_aborted(seen: Seen, moment: float) -> None:
    expect(
        seen.took < HOUR,
        hint="The server never answers, and the block waits with it. How long may "
        "`close` take?",
        saw=str(seen),
    )
    expect(
        seen.took == moment,
        hint=f"`close` may take {SECONDS} seconds from the end of the block's body.",
        saw=f"{seen}; expected after {moment:g} s",
    )
    expect(
        seen.state == "aborted",
        hint="`close` did not finish. What is left to do then?",
        saw=str(seen),
    )


@case("nothing goes wrong")
def nothing_goes_wrong(submission):
    seen = leave(submission, Resource())
    expect(seen.bound, hint="`as` should bind the resource.", saw=str(seen))
    expect(seen.ended is None, hint="Nothing went wrong, and it raised.", saw=str(seen))
    expect_closed(seen)


@case("the block takes longer than the cleanup may")
def long_body(submission):
    seen = leave(submission, Resource(), body=100)
    expect(
        seen.ended is None and seen.took > 100,
        hint="The deadline cut the block's own work. What should it be around?",
        saw=str(seen),
    )
    expect_closed(seen)


@case("the block raises")
def block_raises(submission):
    error = KeyError("order 17")
    seen = leave(submission, Resource(), error=error)
    expect(
        seen.ended is error,
        hint="The block's exception should leave it.",
        saw=str(seen),
    )
    expect(
        seen.state != "open",
        hint="An exception arrived at the `yield`. What runs then?",
        saw=str(seen),
    )
    expect_closed(seen)


@case("the block is cancelled")
def block_is_cancelled(submission):
    seen = leave(submission, Resource(), body=60, cancel=(1,))
    expect_closed(seen)
    expect_cancelled(seen)


@case("close never ends")
def close_never_ends(submission):
    seen = leave(submission, Resource(takes=HOUR))
    expect_aborted(seen, 1 + SECONDS)
    expect(
        seen.ended is None,
        hint="The block ended well, and abort is an answer. Is there an error left?",
        saw=str(seen),
    )


@case("close never ends, and the block has raised")
def close_never_ends_after_an_error(submission):
    error = KeyError("order 17")
    seen = leave(submission, Resource(takes=HOUR), error=error)
    expect_aborted(seen, 1 + SECONDS)
    expect(
        seen.ended is error,
        hint="The cleanup's deadline has replaced the block's exception.",
        saw=str(seen),
    )


@case("close never ends, and the block was cancelled")
def close_never_ends_after_a_cancellation(submission):
    seen = leave(submission, Resource(takes=HOUR), body=60, cancel=(1,))
    expect_aborted(seen, 1 + SECONDS)
    expect_cancelled(seen)


@case("a second cancellation while it closes")
def second_cancellation(submission):
    seen = leave(submission, Resource(takes=HOUR), body=60, cancel=(1, 3))
    expect(
        seen.state == "aborted",
        hint="A second cancellation cut `close` before its time was up. Who aborts?",
        saw=str(seen),
    )
    expect(
        seen.took == 3,
        hint="The second cancellation should leave at once.",
        saw=str(seen),
    )
    expect_cancelled(seen)


@case("a cancellation while it closes after a good end")
def cancelled_while_closing(submission):
    seen = leave(submission, Resource(takes=HOUR), body=1, cancel=(3,))
    expect(
        seen.state == "aborted" and seen.took == 3,
        hint="`close` was cut, though the block itself ended well.",
        saw=str(seen),
    )
    expect_cancelled(seen)


@case("close raises")
def close_raises(submission):
    error = OSError("connection reset")
    seen = leave(submission, Resource(error=error))
    expect(
        seen.ended is error,
        hint="`close` failed, and nobody was told.",
        saw=str(seen),
    )
    expect(
        seen.state == "aborted",
        hint="`close` failed. Is the resource gone?",
        saw=str(seen),
    )


@case("a timeout around the block expires")
def outer_timeout(submission):
    seen = leave(submission, Resource(), body=60, timeout=2)
    expect_closed(seen)
    expect(
        isinstance(seen.ended, TimeoutError),
        hint="The timeout around the block waits for its cancellation to come back.",
        saw=str(seen),
    )
    seen = leave(submission, Resource(takes=HOUR), body=60, timeout=2)
    expect_aborted(seen, 2 + SECONDS)
    expect(
        isinstance(seen.ended, TimeoutError),
        hint="The timeout around the block waits for its cancellation to come back.",
        saw=str(seen),
    )


@case("nothing is left running")
async def nothing_left(submission):
    async with submission.bounded(Resource(takes=0), SECONDS):
        pass
    left = pending_tasks()
    expect(
        not left,
        hint="The block has ended, and a task of yours has not.",
        saw=f"{len(left)} tasks still running",
    )
