"""Blocks that fail, succeed late and are cancelled, in each state of a breaker."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Breaker", "CircuitOpen")

LIMIT, PAUSE = 3, 10


class Declined(Exception):
    """The service has answered, with no."""


class Gone(OSError):
    """The service has not answered; an OSError, and so it counts."""


class Shop:
    """One breaker, and the calls made through it."""

    def __init__(
        self,
        submission: Submission,
        limit: int = LIMIT,
        counts: tuple[type[Exception], ...] = (OSError, EOFError),
    ) -> None:
        self.submission = submission
        self.breaker = submission.Breaker(limit, PAUSE, counts)
        self.entered = "It is closed, or this is the trial, and the call was refused."

    @property
    def state(self) -> object:
        return self.breaker.state

    async def call(self, takes: float = 0.0, error: BaseException | None = None):
        """What ended a call: None, its exception or CircuitOpen."""
        try:
            async with self.breaker.call():
                await asyncio.sleep(takes)
                if error is not None:
                    raise error
        except Exception as caught:
            return caught
        return None

    def start(self, takes: float, error: BaseException | None = None):
        return asyncio.create_task(self.call(takes, error))

    async def cancelled(self) -> None:
        """A call whose customer leaves after half a second."""
        task = self.start(60)
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            ended = task.result()
            expect(not self.refused(ended), hint=self.entered, saw=repr(ended))
        expect(
            task.cancelled(),
            hint="Whoever cancelled the call finds that it was not cancelled.",
            saw=f"it ended with {task.result()!r}" if not task.cancelled() else "",
        )

    async def fail(self, times: int, error: Exception | None = None) -> None:
        for _ in range(times):
            wanted = error or Gone("no answer")
            ended = await self.call(error=wanted)
            expect(not self.refused(ended), hint=self.entered, saw=repr(ended))
            expect(
                ended is wanted,
                hint="What ends the block should leave it unchanged.",
                saw=f"the block raised {wanted!r}, and {ended!r} came out",
            )

    def refused(self, ended: object) -> bool:
        return isinstance(ended, self.submission.CircuitOpen)

    def expect_state(self, wanted: str, hint: str, saw: str = "") -> None:
        state = self.state
        expect(
            type(state) is str and state == wanted,
            hint=hint,
            saw=f"{saw}; state: {state!r}, expected {wanted!r}".lstrip("; "),
        )

    async def expect_refusal(self, hint: str, after: float | None = None) -> None:
        ended = await self.call()
        expect(self.refused(ended), hint=hint, saw=f"a call ended with {ended!r}")
        seconds = getattr(ended, "retry_after", None)
        if after is not None:
            expect(
                isinstance(seconds, int | float) and abs(seconds - after) < 0.001,
                hint="`retry_after` should say how many seconds are left, 0 while a "
                "trial is under way.",
                saw=f"retry_after: {seconds!r}, expected {after:g}",
            )

    async def expect_answer(self, hint: str) -> None:
        ended = await self.call()
        expect(ended is None, hint=hint, saw=f"a call ended with {ended!r}")


def run(scenario):
    """Run it in virtual time, from 1 on: no other loop's time is ever 0."""

    async def main():
        await asyncio.sleep(1)
        await scenario

    run_virtual(main())


def virtual(scenario):
    """Make a case of an async function of a shop, run in virtual time."""

    def virtually(submission):
        async def main():
            await scenario(Shop(submission))

        run(main())

    return virtually


def shop_case(fault: str):
    return lambda scenario: case(fault)(virtual(scenario))


@shop_case("the service answers")
async def answers(shop):
    shop.expect_state("closed", "A new breaker is closed.")
    for _ in range(2 * LIMIT):
        await shop.expect_answer("Nothing failed, and a call was refused.")
    ended = await asyncio.gather(*[shop.call(takes=1) for _ in range(5)])
    expect(
        same(list(ended), [None] * 5),
        hint="Closed, it lets any number of calls run at once.",
        saw=f"five at once: {ended!r}",
    )


opens = "So many failures in a row open it, no more and no fewer."


@shop_case("the service fails")
async def fails(shop):
    await shop.fail(LIMIT - 1)
    shop.expect_state("closed", opens, f"{LIMIT - 1} failures of {LIMIT}")
    await shop.fail(1)
    shop.expect_state("open", opens, f"{LIMIT} failures of {LIMIT}")
    await shop.expect_refusal("It is open, and let a call through.", after=PAUSE)
    await asyncio.sleep(4)
    await shop.expect_refusal("It is open, and let a call through.", after=PAUSE - 4)
    shop.expect_state("open", "A refused call changes nothing.")


@shop_case("failures of several types")
async def several_types(shop):
    for error in (Gone("a"), EOFError("b"), TimeoutError("c")):
        await shop.fail(1, error)
    shop.expect_state("open", "Each of `counts` counts, and their subclasses.")


@shop_case("a success between the failures")
async def success_between(shop):
    shop.entered = "Failures in a row: what does a success do?"
    for _ in range(3):
        await shop.fail(LIMIT - 1)
        await shop.expect_answer("It is closed, and a call was refused.")
    shop.expect_state("closed", "Failures in a row: what does a success do?")


@shop_case("the service says no")
async def says_no(shop):
    shop.entered = "The service has answered each time. Which exceptions count?"
    await shop.fail(2 * LIMIT, Declined("no money"))
    shop.expect_state(
        "closed", "The service has answered each time. Which exceptions count?"
    )
    shop.entered = "To answer no is to answer: the count begins anew."
    await shop.fail(LIMIT - 1)
    await shop.fail(1, Declined("no money"))
    await shop.fail(LIMIT - 1)
    shop.expect_state("closed", shop.entered)


@shop_case("customers leave")
async def customers_leave(shop):
    shop.entered = (
        "Customers left, and the circuit opened. What does that say about the service?"
    )
    for _ in range(2 * LIMIT):
        await shop.cancelled()
    shop.expect_state("closed", shop.entered)
    await shop.fail(LIMIT - 1)
    await shop.cancelled()
    await shop.fail(1)
    shop.expect_state(
        "open", "A call was cancelled between the failures. Was it an answer?"
    )


@shop_case("the pause is over, and the service answers")
async def recovers(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE - 0.1)
    shop.expect_state("open", "The pause is not over yet.")
    await asyncio.sleep(0.1)
    shop.expect_state("half open", "The pause is over.")
    trial = shop.start(2)
    await asyncio.sleep(1)
    shop.expect_state("half open", "The trial is under way.")
    await shop.expect_refusal(
        "A trial is under way, and another call came in.", after=0
    )
    expect(await trial is None, hint="The trial should be entered.", saw=repr(trial))
    shop.expect_state("closed", "The trial has succeeded.")
    shop.entered = "After the trial the count should begin anew."
    await shop.fail(LIMIT - 1)
    shop.expect_state("closed", shop.entered)
    await shop.fail(1)
    shop.expect_state("open", "It opens again, after as many failures as before.")


@shop_case("the pause is over, and the service says no")
async def recovers_with_no(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    await shop.fail(1, Declined("no money"))
    shop.expect_state("closed", "The trial got an answer.")


@shop_case("the trial fails, again and again")
async def trial_fails(shop):
    await shop.fail(LIMIT)
    for _ in range(3):
        await asyncio.sleep(PAUSE)
        ended = await shop.call(takes=2, error=Gone("no answer"))
        expect(
            isinstance(ended, Gone),
            hint="The pause is over: the next call is the trial.",
            saw=f"it ended with {ended!r}",
        )
        shop.expect_state("open", "The trial has failed: open for another pause.")
        await shop.expect_refusal("It is open, and let a call through.", after=PAUSE)
    await asyncio.sleep(PAUSE)
    await shop.expect_answer("After a pause the next call is the trial, each time.")
    shop.expect_state("closed", "The trial has succeeded.")


@shop_case("the trial is cancelled")
async def trial_cancelled(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    shop.entered = (
        "The trial was cancelled, and no other call is ever tried. Who frees its place?"
    )
    for _ in range(LIMIT + 1):
        await shop.cancelled()
        shop.expect_state(
            "half open", "The trial was cancelled: nobody knows more than before."
        )
    trial = shop.start(1)
    await asyncio.sleep(0.5)
    await shop.expect_refusal("A trial is under way, and another call came in.")
    ended = await trial
    expect(
        ended is None,
        hint=shop.entered,
        saw=f"the next call ended with {ended!r}",
    )
    shop.expect_state("closed", "The trial has succeeded.")


@shop_case("an answer comes late")
async def late_answer(shop):
    late = [shop.start(5), shop.start(5, Declined("no money")), shop.start(PAUSE + 5)]
    await asyncio.sleep(0)
    await shop.fail(LIMIT)
    await asyncio.wait(late[:2])
    shop.expect_state(
        "open",
        "An answer came to a call from before the circuit opened, and closed it.",
    )
    await asyncio.sleep(PAUSE - 4)
    trial = shop.start(60)
    await asyncio.wait(late)
    shop.expect_state(
        "half open",
        "An answer came to a call from before the circuit opened, and closed it.",
    )
    await shop.expect_refusal("A trial is under way, and another call came in.")
    await trial


@shop_case("a failure comes late")
async def late_failure(shop):
    error = Gone("no answer")
    late = [shop.start(5, error), shop.start(PAUSE + 5, error)]
    left = shop.start(60)
    await asyncio.sleep(0)
    await shop.fail(LIMIT)
    await asyncio.sleep(5)
    await shop.expect_refusal("It is open, and let a call through.", after=PAUSE - 5)
    await asyncio.sleep(PAUSE - 5)
    trial = shop.start(10)
    await asyncio.wait(late)
    shop.expect_state(
        "half open",
        "A call from before the circuit opened failed late, and changed it.",
    )
    left.cancel()
    await asyncio.wait([left])
    await shop.expect_refusal("A trial is under way, and another call came in.")
    expect(await trial is None, hint="The trial should be entered.", saw=repr(trial))
    shop.expect_state("closed", "The trial has succeeded.")


@shop_case("many come when the pause is over")
async def many_come(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    ended = await asyncio.gather(*[shop.call(takes=1) for _ in range(5)])
    refused = sum(shop.refused(end) for end in ended)
    expect(
        refused == 4,
        hint="The pause is over, and all who waited for it come at once. How many are "
        "the trial?",
        saw=f"{5 - refused} of 5 were entered",
    )


@case("two breakers, and a limit of one")
def two_breakers(submission):
    async def main():
        first, second = Shop(submission, limit=1), Shop(submission, limit=1)
        await first.fail(1)
        first.expect_state("open", opens, "1 failure of 1")
        second.expect_state("closed", "Two breakers are in each other's way.")
        await second.expect_answer("Two breakers are in each other's way.")

    run(main())


none_of_them = "What ended the block is none of `counts`, so the service has answered."


@case("a block ends with another breaker's refusal")
def refused_inside(submission):
    async def main():
        shop, other = Shop(submission), Shop(submission, limit=1)
        await other.fail(1)

        async def nested():
            try:
                async with shop.breaker.call(), other.breaker.call():
                    pass
            except submission.CircuitOpen:
                return
            expect(False, hint="The other breaker is open, and nothing came out.")

        for _ in range(LIMIT):
            await nested()
        shop.expect_state("closed", none_of_them, f"CircuitOpen {LIMIT} times")
        await shop.fail(LIMIT - 1)
        await nested()
        shop.entered = none_of_them
        await shop.fail(LIMIT - 1)
        shop.expect_state("closed", none_of_them, "CircuitOpen between the failures")
        await shop.fail(1)
        await asyncio.sleep(PAUSE)
        await other.fail(1)
        await nested()
        shop.expect_state("closed", none_of_them, "the trial ended with CircuitOpen")

    run(main())


@shop_case("a block ends with an exception that holds one of `counts`")
async def holds_one(shop):
    shop.entered = none_of_them
    caused = Declined("no money")
    caused.__cause__ = Gone("no answer")
    group = ExceptionGroup("several", [Gone("no answer"), Gone("no answer")])
    for error in (caused, group):
        await shop.fail(LIMIT, error)
        shop.expect_state("closed", none_of_them, repr(error))


@case("every `Exception` counts")
def everything_counts(submission):
    async def main():
        shop = Shop(submission, counts=(Exception,))
        await shop.fail(LIMIT, Declined("no money"))
        await shop.expect_refusal("It is open, and let a call through.", after=PAUSE)
        await asyncio.sleep(PAUSE)
        trial = shop.start(1)
        await asyncio.sleep(0.5)
        own = "A call was refused, and the breaker counted its own refusal."
        await shop.expect_refusal("A trial is under way, and another call came in.")
        shop.expect_state("half open", own)
        await trial
        shop.expect_state("closed", own)

    run(main())


@shop_case("a part of a second is left")
async def part_of_a_second(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(3.25)
    await shop.expect_refusal("It is open, and let a call through.", after=PAUSE - 3.25)


@shop_case("`call()` is called, and entered later")
async def entered_later(shop):
    async def enter(manager):
        try:
            async with manager:
                return None
        except Exception as caught:
            return caught

    at_entry = "Between `call()` and the entry time goes by. Which of them decides?"
    early = shop.breaker.call()
    await shop.fail(LIMIT)
    ended = await enter(early)
    expect(shop.refused(ended), hint=at_entry, saw=f"open; it ended with {ended!r}")
    await asyncio.sleep(PAUSE)
    never = shop.breaker.call()
    ended = await shop.call()
    expect(ended is None, hint=at_entry, saw=f"half open; it ended with {ended!r}")
    del never


@shop_case("one failure an hour")
async def one_an_hour(shop):
    for _ in range(LIMIT):
        await asyncio.sleep(3600)
        await shop.fail(1)
    shop.expect_state("open", "Failures in a row count, however far apart they are.")


@shop_case("the trial takes an hour")
async def long_trial(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    trial = shop.start(3600)
    await asyncio.sleep(3000)
    await shop.expect_refusal(
        "The trial takes its time, and another call was let in. When is it over?",
        after=0,
    )
    await trial
    shop.expect_state("closed", "The trial has succeeded.")


@case("two breakers, each with its trial")
def two_trials(submission):
    async def main():
        shops = Shop(submission), Shop(submission)
        for shop in shops:
            await shop.fail(LIMIT)
        await asyncio.sleep(PAUSE)
        ended = await asyncio.gather(*[shop.call(takes=1) for shop in shops])
        expect(
            same(list(ended), [None, None]),
            hint="Two breakers share a trial, and each should have its own.",
            saw=repr(ended),
        )

    run(main())


@shop_case("it opens a second time, with a call from before")
async def a_second_time(shop):
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    await shop.expect_answer("The pause is over: the next call is the trial.")
    late = shop.start(PAUSE + 5)
    await asyncio.sleep(0)
    await shop.fail(LIMIT)
    await asyncio.sleep(PAUSE)
    trial = shop.start(60)
    await late
    hint = "Whoever made the trial once is no trial ever after. Where do you keep that?"
    shop.expect_state("half open", hint)
    await shop.expect_refusal(hint)
    await trial
