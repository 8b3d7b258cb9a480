"""A stream of virtual seconds: what comes when, and what is left at the end."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("keep_alive",)
QUIET = ":\n\n"


class Broken(Exception):
    """What a stream raises that is set to fail."""


class Source:
    """A stream that waits before each event, and takes a second to close."""

    def __init__(self, *waits, fails=False):
        self.waits, self.fails = waits, fails
        self.state, self.cancelled, self.asked = "unused", 0, 0
        self.events = self.read()

    async def read(self):
        self.state = "open"
        try:
            for number, wait in enumerate(self.waits, 1):
                self.asked = number
                try:
                    await asyncio.sleep(wait)
                except asyncio.CancelledError:
                    self.cancelled += 1
                    raise
                yield f"data: {number}\n\n"
            if self.fails:
                raise Broken("fault")
        finally:
            self.state = "closing"
            await asyncio.sleep(1)
            self.state = "closed"


def virtual(main, source):
    """Run a case in virtual time: what it returned, and what is left at its end."""

    async def counted():
        returned = await main()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        return returned, len(left), source.state

    try:
        returned, left, state = run_virtual(counted())
    except RuntimeError as error:
        busy = "already running" in str(error)
        expect(
            not busy,
            hint="A generator that runs cannot be closed. What is it still doing?",
            saw=f"RuntimeError: {error}",
        )
        expect(
            "StopAsyncIteration" not in str(error),
            hint="How does a stream say that it has ended, and where must that not "
            "come out?",
            saw=f"RuntimeError: {error}",
        )
        raise
    expect(
        left == 0,
        hint="It has ended, and a task of its own runs on.",
        saw=f"{left} tasks",
    )
    expect(
        same(state, "closed"),
        hint="The generator has ended; has the stream that it read from?",
        saw=f"the stream is {state}",
    )
    return returned


def expect_at_once(seconds: float) -> None:
    expect(
        seconds <= 1,
        hint="Nobody wants the next event any more, and it is waited for.",
        saw=f"it took {seconds:g} seconds to end",
    )


async def collect(submission: Submission, source: Source, every: float, slow=0):
    """What comes, with the second at which it comes."""
    seen, loop = [], asyncio.get_running_loop()
    async for text in submission.keep_alive(source.events, every):
        seen.append((loop.time(), text))
        if len(seen) > 50:
            break
        if slow:
            await asyncio.sleep(slow)
    return seen


def events(*seconds) -> list[tuple[float, str]]:
    return [(float(second), f"data: {n}\n\n") for n, second in enumerate(seconds, 1)]


@case("events come quickly")
def quick(submission: Submission) -> None:
    source = Source(1, 2, 0, 3)
    seen = virtual(lambda: collect(submission, source, 5), source)
    expect(
        same(seen, events(1, 3, 3, 6)),
        hint="Events that come in time should come as they are, at once.",
        saw=seen,
    )


@case("nothing comes for a long time")
def quiet(submission: Submission) -> None:
    source = Source(1, 12, 2)
    seen = virtual(lambda: collect(submission, source, 5), source)
    wanted = [(1.0, "data: 1\n\n"), (6.0, QUIET), (11.0, QUIET)]
    wanted += [(13.0, "data: 2\n\n"), (15.0, "data: 3\n\n")]
    expect(
        not source.cancelled,
        hint="The stream was cancelled in its wait. Whose deadline was it?",
        saw=f"cancelled {source.cancelled} times; came: {seen}",
    )
    expect(
        same([text for _, text in seen], [text for _, text in wanted]),
        hint="An event was lost, or came twice, or a comment too many or too few.",
        saw=seen,
    )
    expect(
        same(seen, wanted),
        hint="All is there, at other times. From when does a quiet time count?",
        saw=seen,
    )


@case("the consumer is slow")
def slow_consumer(submission: Submission) -> None:
    source = Source(1, 8, 1)
    seen = virtual(lambda: collect(submission, source, 5, slow=20), source)
    texts = [text for _, text in seen if text != QUIET]
    expect(
        same(texts, [text for _, text in events(1, 2, 3)]),
        hint="What arrives while the consumer is busy waits for it.",
        saw=seen,
    )
    expect(
        len(seen) - len(texts) <= 1,
        hint="Time that the consumer takes is no quiet time of the stream's.",
        saw=seen,
    )


@case("the stream fails")
def fails(submission: Submission) -> None:
    for waits in ((), (1,), (1, 12)):
        source = Source(*waits, fails=True)

        async def main(source=source):
            try:
                return await collect(submission, source, 5)
            except Broken as error:
                return error

        raised = virtual(main, source)
        expect(
            isinstance(raised, Broken),
            hint="The stream failed. Who should learn that?",
            saw=raised,
        )


@case("the consumer closes it")
def closes(submission: Submission) -> None:
    for wait, turns in ((1, 1), (12, 1), (12, 2)):
        source = Source(wait, 60)

        async def main(source=source, turns=turns):
            generator = submission.keep_alive(source.events, 5)
            for _ in range(turns):
                await anext(generator)
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await generator.aclose()
            return loop.time() - begun

        expect_at_once(virtual(main, source))


@case("its task is cancelled while it waits")
def cancelled(submission: Submission) -> None:
    for wait in (3, 8):
        source = Source(60)

        async def main(source=source, wait=wait):
            task = asyncio.create_task(collect(submission, source, 5))
            await asyncio.sleep(wait)
            task.cancel()
            await asyncio.wait([task])
            expect(
                task.cancelled(),
                hint="It was cancelled, and did not end as cancelled.",
                saw=f"cancelled at {wait}",
            )
            return asyncio.get_running_loop().time() - wait

        expect_at_once(virtual(main, source))
