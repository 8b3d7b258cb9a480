"""Tests and background tasks that end, fail and are cancelled, in virtual time."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("in_group",)
NEVER = 1000.0  # seconds


class Background:
    """Background tasks, and how each of them ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def serve(self, name="server", goodbye=0.0, last_words=None):
        """Serve until cancelled; then take time, or fail."""
        try:
            await asyncio.sleep(NEVER)
        finally:
            await asyncio.sleep(goodbye)
            self.ended.append(name)
            if last_words is not None:
                raise last_words

    async def fail(self, error, after=1.0, name="fails"):
        try:
            await asyncio.sleep(after)
            raise error
        finally:
            self.ended.append(name)


def others() -> list[str]:
    """The tasks that still run, the current one left out."""
    current = asyncio.current_task()
    return sorted(t.get_name() for t in asyncio.all_tasks() if t is not current)


async def outcome(call, seconds: float = 60) -> object:
    """What the decorated test returns or raises; it must end in this time."""
    task = asyncio.create_task(call)
    await asyncio.wait([task], timeout=seconds)
    expect(
        task.done(),
        hint="The test is over, and the call waits. What does a group wait for when "
        "its block ends well?",
        saw=f"not over after {seconds:g} s",
    )
    expect(
        not task.cancelled(),
        hint="Nobody has cancelled the call. Whose `CancelledError` came out?",
        saw="the call ended as cancelled",
    )
    error = task.exception()
    expect(
        not isinstance(error, BaseExceptionGroup),
        hint="A group came out, and the one who reads the report wants the exception. "
        "What is in the group?",
        saw=f"{error!r}",
    )
    return error


def expect_nothing_left(background: Background, wanted: list[str], when: str) -> None:
    found = others()
    expect(
        not found,
        hint="The call has returned, and a background task still runs.",
        saw=f"{when}: {found}",
    )
    expect(
        sorted(background.ended) == sorted(wanted),
        hint="A background task had no time to end. Who waits for it, and how often "
        "was it cancelled?",
        saw=f"{when}: ended {background.ended}, expected {wanted}",
    )


@case("a test without a background")
def plain(submission: Submission):
    async def main():
        seen = []

        @submission.in_group
        async def test_price(group, *args):
            await asyncio.sleep(1)
            seen.append((type(group), args))

        found = await outcome(test_price("order 17", 42))
        expect(found is None, hint="This test is good.", saw=f"it ended with {found!r}")
        expect(
            len(seen) == 1
            and issubclass(seen[0][0], asyncio.TaskGroup)
            and same(seen[0][1], ("order 17", 42)),
            hint="The test is called once, with the group and then its own arguments.",
            saw=f"called with {seen!r}",
        )
        expect(
            test_price.__name__ == "test_price",
            hint="A test runner finds tests by their names. `functools` can help.",
            saw=f"the decorated test is named {test_price.__name__!r}",
        )

    run_virtual(main())


@case("the test is good, the background goes on for ever")
def background_goes_on(submission: Submission):
    async def main():
        background = Background()

        @submission.in_group
        async def test(group):
            group.create_task(background.serve("server", goodbye=2))
            group.create_task(background.serve("second server"))
            await asyncio.sleep(1)

        begun = asyncio.get_running_loop().time()
        found = await outcome(test())
        took = asyncio.get_running_loop().time() - begun
        expect(found is None, hint="This test is good.", saw=f"it ended with {found!r}")
        expect_nothing_left(background, ["server", "second server"], "a good test")
        expect(
            took < 5,
            hint="What still runs when the test ends is cancelled, not awaited.",
            saw=f"it took {took:g} s",
        )

    run_virtual(main())


@case("a background task has ended by itself")
def background_has_ended(submission: Submission):
    async def main():
        @submission.in_group
        async def test(group):
            job = group.create_task(asyncio.sleep(1, "done"))
            assert await job == "done"

        found = await outcome(test())
        expect(found is None, hint="This test is good.", saw=f"it ended with {found!r}")

    run_virtual(main())


@case("the test fails")
def test_fails(submission: Submission):
    async def main():
        for error in (AssertionError("41 is not 42"), KeyError("price")):
            for words in (None, OSError("the server's last words")):
                background = Background()

                @submission.in_group
                async def test(group, background=background, words=words, error=error):
                    group.create_task(background.serve(last_words=words))
                    await asyncio.sleep(1)
                    raise error

                found = await outcome(test())
                expect(
                    found is error,
                    hint="The test's own exception is the news: it comes out, "
                    "whatever the background does.",
                    saw=f"the test raised {error!r}, the call ended with {found!r}",
                )
                expect_nothing_left(background, ["server"], "the test failed")

    run_virtual(main())


@case("the call is cancelled")
def cancelled(submission: Submission):
    async def main():
        background, reached = Background(), []

        @submission.in_group
        async def test(group):
            group.create_task(background.serve(goodbye=1))
            await asyncio.sleep(30)
            reached.append("the end of the test")

        task = asyncio.create_task(test())
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.wait([task], timeout=60)
        expect(
            task.done() and task.cancelled() and not reached,
            hint="The runner cancelled the call. How does a call end that was "
            "cancelled?",
            saw=f"ended: {task.done()}, as cancelled: {task.cancelled()}",
        )
        expect_nothing_left(background, ["server"], "the call was cancelled")

    run_virtual(main())


@case("a background task fails while the test runs")
def background_fails(submission: Submission):
    async def main():
        background, error = Background(), ConnectionError("port in use")
        reached = []

        @submission.in_group
        async def test(group):
            group.create_task(background.serve())
            group.create_task(background.fail(error))
            await asyncio.sleep(30)
            reached.append("the end of the test")

        begun = asyncio.get_running_loop().time()
        found = await outcome(test())
        took = asyncio.get_running_loop().time() - begun
        expect(
            not reached and took < 5,
            hint="The server was dead, and the test went on. Who tells the test?",
            saw=f"failed after 1 s, the call ended after {took:g} s",
        )
        expect(
            found is error,
            hint="The background's exception comes out of the call, as it is.",
            saw=f"the background raised {error!r}, the call ended with {found!r}",
        )
        expect_nothing_left(background, ["server", "fails"], "the background failed")

    run_virtual(main())


@case("two background tasks fail")
def two_fail(submission: Submission):
    async def main():
        background, first = Background(), ConnectionError("port in use")
        words = OSError("the other's last words")

        @submission.in_group
        async def test(group):
            group.create_task(background.serve(last_words=words))
            group.create_task(background.fail(first))
            await asyncio.sleep(30)

        found = await outcome(test())
        expect(
            found is first,
            hint="Two tasks failed; the first one's exception is wanted.",
            saw=f"first {first!r}, then {words!r}; the call ended with {found!r}",
        )

    run_virtual(main())


@case("the background fails when it is cancelled, the test was good")
def last_words(submission: Submission):
    async def main():
        background, words = Background(), OSError("cannot say goodbye")

        @submission.in_group
        async def test(group):
            group.create_task(background.serve(last_words=words))
            await asyncio.sleep(1)

        found = await outcome(test())
        expect(
            found is words,
            hint="The test was good, its server's end was not, and the call is green.",
            saw=f"the server raised {words!r}, the call ended with {found!r}",
        )

    run_virtual(main())


@case("two tests at the same time")
def two_tests(submission: Submission):
    async def main():
        background, error = Background(), AssertionError("41 is not 42")

        @submission.in_group
        async def test(group, seconds, failure):
            group.create_task(background.serve())
            await asyncio.sleep(seconds)
            if failure is not None:
                raise failure

        calls = outcome(test(1, error)), outcome(test(3, None))
        found = await asyncio.gather(*calls)
        expect(
            found[0] is error and found[1] is None,
            hint="Two tests at the same time have a group each.",
            saw=f"one failed, one is good; they ended with {found!r}",
        )

    run_virtual(main())


@case("the test raises a group of its own")
def test_raises_a_group(submission: Submission):
    async def main():
        background = Background()
        error = ExceptionGroup("two prices are wrong", [KeyError(17), KeyError(18)])

        @submission.in_group
        async def test(group):
            group.create_task(background.serve())
            await asyncio.sleep(1)
            raise error

        found = None
        try:
            await test()
        except Exception as ended:
            found = ended
        expect(
            found is error,
            hint="The test itself raised a group, and something else came out. Which "
            "group is yours to open?",
            saw=f"the test raised {error!r}, the call ended with {found!r}",
        )
        expect_nothing_left(background, ["server"], "the test raised a group")

    run_virtual(main())


@case("the call is cancelled, and then the background fails")
def cancelled_and_fails(submission: Submission):
    async def main():
        background, words = Background(), OSError("cannot say goodbye")

        @submission.in_group
        async def test(group):
            group.create_task(background.serve(last_words=words))
            await asyncio.sleep(30)

        task = asyncio.create_task(test())
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.wait([task], timeout=60)
        error = None if task.cancelled() or not task.done() else task.exception()
        expect(
            error is words,
            hint="Two things happened: the call was cancelled, and a background task "
            "failed. The text says which of them comes out.",
            saw=f"ended: {task.done()}, as cancelled: {task.cancelled()}, {error!r}",
        )

    run_virtual(main())


@case("a long test")
def long_test(submission: Submission):
    async def main():
        background = Background()

        @submission.in_group
        async def test(group):
            group.create_task(background.serve())
            await asyncio.sleep(NEVER / 2)

        found = await outcome(test(), NEVER)
        expect(
            found is None,
            hint="The test took its time, and was good. Who set a limit?",
            saw=f"a test of {NEVER / 2:g} s ended with {found!r}",
        )
        expect_nothing_left(background, ["server"], "a long test")

    run_virtual(main())
