"""The id is the request's, in its tasks, and gone after it, however it is left."""

import asyncio

from asyncwith import checkpoint, run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("request", "current_id")

OTHERS = (
    "Two requests were under way at the same time, and one saw the other's id. How "
    "many of your variables are there?"
)
LEFT = "The block is over, and its id is still current. What puts back the one before?"


def expect_id(submission: Submission, wanted: str, hint: str, where: str) -> None:
    seen = submission.current_id()
    expect(same(seen, wanted), hint=hint, saw=f"{where}: {seen!r}, not {wanted!r}")


@case("there is no request")
async def outside(submission):
    expect_id(submission, "-", 'Outside of a request the id is `"-"`.', "outside")


@case("one request")
async def one(submission):
    with submission.request("r-1"):
        expect_id(submission, "r-1", "Inside the block its id is current.", "inside")
        await checkpoint("work")
        expect_id(submission, "r-1", "Inside the block its id is current.", "later")
    expect_id(submission, "-", LEFT, "after the block")


@case("a request is made, and its block entered later")
async def entered_later(submission):
    manager = submission.request("r-6")
    expect_id(
        submission,
        "-",
        "The block has not been entered. From which moment on is its id current?",
        "before the block",
    )
    with manager:
        expect_id(submission, "r-6", "Inside the block its id is current.", "inside")
    expect_id(submission, "-", LEFT, "after the block")


@case("three requests at the same time")
async def interleaved(submission):
    async def handle(name: str) -> None:
        for turn in range(3):
            with submission.request(f"{name}-{turn}"):
                for _ in range(2):
                    await checkpoint(name)
                    expect_id(submission, f"{name}-{turn}", OTHERS, f"in {name}")
            expect_id(submission, "-", OTHERS, f"after {name}")

    try:
        async with asyncio.TaskGroup() as group:
            for name in ("ada", "bob", "eve"):
                group.create_task(handle(name))
    except* (ValueError, RuntimeError) as errors:
        expect(
            False,
            hint="A token is reset by a task that did not make it. Whose token is it, "
            "and where do you keep it?",
            saw=type(errors.exceptions[0]).__name__,
        )


@case("a task started by a request changes its own id")
async def child_with_own_request(submission):
    async def child() -> None:
        with submission.request("child"):
            await checkpoint("child")
            await checkpoint("child")

    async def handle() -> None:
        with submission.request("r-3"):
            task = asyncio.create_task(child())
            await checkpoint("work")
            expect_id(
                submission,
                "r-3",
                "A task has set an id of its own, and its creator sees it. Is "
                "something shared that each should have for itself?",
                "in the creator",
            )
            await task
            expect_id(submission, "r-3", LEFT, "after the task")

    await asyncio.create_task(handle())


@case("a request starts tasks")
async def children(submission):
    seen = []

    async def child() -> None:
        seen.append(submission.current_id())
        await checkpoint("child")
        seen.append(submission.current_id())

    async def handle(name: str) -> None:
        with submission.request(name):
            task = asyncio.create_task(child())
            await checkpoint("work")
        await task

    await asyncio.create_task(handle("r-2"))
    expect(
        same(seen, ["r-2", "r-2"]),
        hint="A task that the request starts belongs to it, before and after the "
        "block's end. What does a new task take over from its creator?",
        saw=f"the task saw {seen}",
    )


@case("requests inside requests")
async def nested(submission):
    with submission.request("outer"):
        with submission.request("inner"), submission.request("innermost"):
            expect_id(submission, "innermost", "The innermost block counts.", "inside")
        expect_id(
            submission,
            "outer",
            "After the inner block the outer request goes on. What was current before "
            "the inner one?",
            "after the inner block",
        )
    expect_id(submission, "-", LEFT, "after both")


@case("the block raises")
async def raising(submission):
    try:
        with submission.request("r-4"):
            raise KeyError("lamp")
    except KeyError:
        pass
    else:
        expect(
            False, hint="The block's exception is not yours to keep.", saw="no error"
        )
    expect_id(
        submission,
        "-",
        "The block raised, and its id is still current. What runs then?",
        "after the error",
    )


@case("a timeout ends the block")
def timed_out(submission):
    async def main() -> None:
        try:
            async with asyncio.timeout(5):
                with submission.request("r-5"):
                    await asyncio.sleep(60)
        except TimeoutError:
            expect_id(
                submission,
                "-",
                "The block was cancelled, and its id is still current. Which "
                "exceptions do you clean up after?",
                "after the timeout",
            )
        else:
            expect(False, hint="A cancellation must pass.", saw="it was swallowed")

    run_virtual(main())


@case("one worker, many requests")
async def worker(submission):
    async def work() -> None:
        for number in range(3):
            expect_id(submission, "-", LEFT, f"before request {number}")
            with submission.request(f"w-{number}"):
                await checkpoint("work")

    await asyncio.create_task(work())
