"""Two fetches overlap: the slower one's time, both results, and no error lost."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("report",)


class Fetch:
    """A coroutine function that waits, and notes when it was used and by whom."""

    def __init__(self, result: str, seconds: float, error: Exception | None = None):
        self.result, self.seconds, self.error = result, seconds, error
        self.called: list[float] = []
        self.began: list[float] = []
        self.tasks: list[asyncio.Task | None] = []

    @property
    def start(self) -> str:
        return f"{self.began[0]:g} s" if self.began else "no time"

    def __call__(self):
        self.called.append(asyncio.get_running_loop().time())
        return self.run()

    async def run(self):
        self.began.append(asyncio.get_running_loop().time())
        self.tasks.append(asyncio.current_task())
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return self.result


def observe(submission: Submission, orders: Fetch, stock: Fetch):
    """The outcome, ``("returned", value)`` or ``("raised", error)``, and the time."""

    async def main():
        loop = asyncio.get_running_loop()
        main_task = asyncio.current_task()
        try:
            outcome = "returned", await submission.report(orders, stock)
        except Exception as error:
            outcome = "raised", error
        own = [task is not main_task for task in stock.tasks]
        return outcome, loop.time(), all(own)

    return run_virtual(main())


def overlapping(submission: Submission, first: float, second: float):
    """Run the two fetches and explain why they did not overlap, if they did not."""
    orders, stock = Fetch("orders", first), Fetch("stock", second)
    outcome, seconds, in_own_task = observe(submission, orders, stock)
    expect(
        len(orders.called) <= 1 and len(stock.called) <= 1,
        hint="Each call is a query that somebody pays for. One call each is enough.",
        saw=f"orders fetched {len(orders.called)} times, stock {len(stock.called)} "
        f"times",
    )
    late = max(orders.began + stock.began, default=0) > 0
    if late and outcome[0] == "raised":
        expect(
            not isinstance(outcome[1], TypeError),
            hint="By the time that something was to be done with both at once, they "
            "were no coroutines any more, but results. What does an `await` in the "
            "arguments of a call do, and when?",
            saw=f"after {seconds:g} s: {type(outcome[1]).__name__}: {outcome[1]}",
        )
    if late:
        times = f"orders began at {orders.start}, stock at {stock.start}"
        created_early = max(orders.called + stock.called) == 0
        expect(
            not created_early,
            hint="Both coroutines were made at 0 s, and one of them did not run a line "
            "until the other had ended. What drives a coroutine?",
            saw=times,
        )
        expect(
            not in_own_task,
            hint="Each fetch has a task of its own, but the second task was created "
            "when the first had ended. Where is the first `await`?",
            saw=times,
        )
    expect(
        not late,
        hint="The second fetch is not even called until the first has its answer. What "
        "could be under way in the meantime?",
        saw=f"{seconds:g} s for waits of {first:g} s and {second:g} s",
    )
    return outcome, seconds


def expect_result(outcome, seconds: float, longest: float) -> None:
    kind, value = outcome
    text = f"{type(value).__name__}: {value}"
    expect(
        not isinstance(value, asyncio.InvalidStateError),
        hint="A task has its result when it has ended, and no task ends before you "
        "suspend. What waits for its end?",
        saw=text,
    )
    expect(
        not (isinstance(value, TypeError) and "coroutine was expected" in str(value)),
        hint="The loop drives coroutines, not functions. What makes a coroutine of a "
        "coroutine function?",
        saw="TypeError: a coroutine was expected",
    )
    expect(
        not (isinstance(value, RuntimeError) and "asyncio.run()" in str(value)),
        hint="`report` is awaited, so a loop is running. It can drive both fetches.",
        saw=text,
    )
    expect(
        kind == "returned",
        hint="An exception came out, though neither of the fetches raised one.",
        saw=text,
    )
    parts = value if type(value) in (tuple, list) else ()
    expect(
        not any(asyncio.isfuture(p) or asyncio.iscoroutine(p) for p in parts),
        hint="Whoever calls `report` wants what was fetched. What do you have to do "
        "to a task to get its result?",
        saw="report returned tasks or coroutines",
    )
    expect(
        not same(value, ("stock", "orders")),
        hint="The order of the two is that of the arguments, whichever ends first.",
        saw=f"report returned {value!r}",
    )
    expect(
        same(value, ("orders", "stock")),
        hint="`report` returns a tuple of what the two fetches returned.",
        saw=f"report returned {value!r}",
    )
    expect(
        seconds == longest,
        hint="Both were under way from the start, and still the time is not that of "
        "the slower one. What else is being waited for?",
        saw=f"{seconds:g} s, and the slower one takes {longest:g} s",
    )


@case("both fetches take 3 seconds")
def three_and_three(submission):
    outcome, seconds = overlapping(submission, 3, 3)
    expect_result(outcome, seconds, 3)


@case("orders take 1 second, stock takes 4")
def one_and_four(submission):
    outcome, seconds = overlapping(submission, 1, 4)
    expect_result(outcome, seconds, 4)


@case("orders take 4 seconds, stock takes 1")
def four_and_one(submission):
    outcome, seconds = overlapping(submission, 4, 1)
    expect_result(outcome, seconds, 4)


def failing(
    submission: Submission, orders: Fetch, stock: Fetch, error: Exception
) -> None:
    (kind, value), _, _ = observe(submission, orders, stock)
    if kind == "returned":
        values = value if type(value) in (tuple, list) else ()
        expect(
            not any(part is error for part in values),
            hint="The exception was returned like a result. Whoever unpacks the tuple "
            "takes it for one.",
            saw=f"report returned {value!r}",
        )
    expect(
        kind == "raised",
        hint="One of the fetches raised, and `report` returned as if nothing had "
        "happened. Who learns of it?",
        saw="no exception came out",
    )
    inside = value.exceptions if isinstance(value, ExceptionGroup) else (value,)
    expect(
        any(one is error for one in inside),
        hint="The exception that comes out is the one that the fetch raised.",
        saw=f"{type(value).__name__}: {value}",
    )


@case("orders raises after 1 second")
def orders_fail(submission):
    error = ConnectionError("orders are down")
    failing(submission, Fetch("orders", 1, error), Fetch("stock", 3), error)


@case("stock raises after 1 second")
def stock_fails(submission):
    error = ConnectionError("stock is down")
    failing(submission, Fetch("orders", 3), Fetch("stock", 1, error), error)
