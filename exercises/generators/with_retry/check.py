"""Every attempt has a resource of its own; only ConnectionError is tried again."""

import asyncio
import inspect
from contextlib import asynccontextmanager

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("with_retry",)


class Service:
    """Opens numbered resources and works; fails where it is told to."""

    def __init__(self, working=(), opening=()):
        self.ledger = []
        self.opened = 0
        self.worked = 0
        self.working = dict(enumerate(working, 1))
        self.opening = dict(enumerate(opening, 1))

    @asynccontextmanager
    async def open_resource(self):
        self.opened += 1
        number = self.opened
        await asyncio.sleep(0)
        if self.opening.get(number):
            self.ledger.append(f"open {number} fails")
            raise self.opening[number]
        self.ledger.append(f"open {number}")
        try:
            yield number
        finally:
            await asyncio.sleep(0)
            self.ledger.append(f"close {number}")

    async def work(self, resource):
        self.worked += 1
        self.ledger.append(f"work with {resource}")
        await asyncio.sleep(0)
        if self.working.get(self.worked):
            raise self.working[self.worked]
        return f"result of {resource}"


async def run(submission: Submission, service: Service, **options):
    """What `with_retry` returned or raised; used-up managers are explained."""
    try:
        return await submission.with_retry(
            service.open_resource, service.work, **options
        )
    except AttributeError as error:
        expect(
            "args" not in str(error),
            hint="A manager was entered that had been used before. "
            "When are managers made in your function, and how many?",
            saw=f"{', '.join(service.ledger)}, then AttributeError: {error}",
        )
        raise
    except RuntimeError as error:
        expect(
            "didn't stop" not in str(error),
            hint="A manager cannot run its block again: a second `yield` is an "
            "error. Which statement can hold the loop instead?",
            saw=f"RuntimeError: {error}",
        )
        return error
    except BaseException as error:
        return error


def expect_ledger(service: Service, wanted: list[str], hint: str):
    expect(same(service.ledger, wanted), hint=hint, saw=", ".join(service.ledger))


@case("nothing fails")
async def first_time(submission: Submission):
    service = Service()
    result = await run(submission, service)
    if inspect.iscoroutine(result):
        result.close()
        expect(
            False,
            hint="The work was not done. What does calling an `async def` give you?",
            saw="with_retry returned a coroutine",
        )
    expect(
        not isinstance(result, TypeError),
        hint="`open_resource` is a function that makes managers. "
        "What does `async with` need?",
        saw=f"{result!r}",
    )
    expect_ledger(
        service,
        ["open 1", "work with 1", "close 1"],
        "One attempt is enough: open, work, close.",
    )
    expect(
        same(result, "result of 1"),
        hint="What `work` returns is what `with_retry` returns.",
        saw=f"{result!r}",
    )


@case("work fails twice")
async def fails_twice(submission: Submission):
    service = Service(working=[ConnectionError("reset"), ConnectionError("reset")])
    result = await run(submission, service)
    expect(
        "open 2" in service.ledger,
        hint="The resource that failed was used again. "
        "What has to happen between two attempts?",
        saw=", ".join(service.ledger),
    )
    expect(
        service.ledger.index("close 1") < service.ledger.index("open 2")
        if "close 1" in service.ledger
        else False,
        hint="The second resource was opened while the first was still held. "
        "Where does the first block end?",
        saw=", ".join(service.ledger),
    )
    expect_ledger(
        service,
        [f"{what} {n}" for n in (1, 2, 3) for what in ("open", "work with", "close")],
        "Three attempts: each opens, works and closes.",
    )
    expect(same(result, "result of 3"), hint="The third attempt succeeded.")


@case("every attempt fails")
async def all_fail(submission: Submission):
    for options in ({}, {"attempts": 1}, {"attempts": 2}, {"attempts": 5}):
        attempts = options.get("attempts", 3)
        errors = [ConnectionError(f"reset {n}") for n in range(1, 9)]
        service = Service(working=errors)
        result = await run(submission, service, **options)
        expect(
            service.opened == attempts,
            hint="`attempts` counts all of them, the first one included.",
            saw=f"attempts={attempts}, and {service.opened} resources were opened",
        )
        expect(
            result is not None,
            hint="All attempts failed, and the caller was told nothing.",
            saw="with_retry returned None",
        )
        expect(
            result is errors[attempts - 1],
            hint="The caller gets the last attempt's own ConnectionError.",
            saw=f"{result!r}",
        )


@case("opening fails the first time")
async def opening_fails(submission: Submission):
    service = Service(opening=[ConnectionError("refused")])
    result = await run(submission, service)
    expect(
        same(result, "result of 2"),
        hint="The enter can fail too. Is it inside your `try`?",
        saw=f"{result!r} after {', '.join(service.ledger)}",
    )


@case("a subclass of ConnectionError")
async def subclass(submission: Submission):
    service = Service(working=[ConnectionResetError("peer")])
    result = await run(submission, service)
    expect(
        same(result, "result of 2"),
        hint="A ConnectionResetError is a ConnectionError.",
        saw=f"{result!r}",
    )


@case("work raises ValueError")
async def other_error(submission: Submission):
    error = ValueError("no such account")
    service = Service(working=[error])
    result = await run(submission, service)
    expect(
        service.opened == 1,
        hint="A ValueError is no better the second time. "
        "Which exceptions are worth another attempt?",
        saw=", ".join(service.ledger),
    )
    expect(result is error, hint="The ValueError leaves unchanged.", saw=f"{result!r}")


@case("work returns nothing")
async def returns_none(submission: Submission):
    calls = []

    async def work(resource):
        calls.append(resource)

    result = await submission.with_retry(Service().open_resource, work)
    expect(
        result is None and len(calls) == 1,
        hint="`None` is a result as good as any: the attempt has succeeded.",
        saw=f"{len(calls)} attempts",
    )


@case("the task is cancelled during the second attempt")
async def cancelled(submission: Submission):
    service = Service(working=[ConnectionError("reset")])
    second = asyncio.Event()

    async def work(resource):
        if service.worked:
            service.worked += 1
            service.ledger.append(f"work with {resource}")
            second.set()
            await asyncio.sleep(3600)
        return await service.work(resource)

    task = asyncio.create_task(submission.with_retry(service.open_resource, work))
    await asyncio.wait([task, asyncio.create_task(second.wait())], timeout=1)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    expect(
        service.opened == 2 and task.done() and task.cancelled(),
        hint="The caller has given up, and your function goes on. "
        "Is a cancellation one of the exceptions that you catch?",
        saw=", ".join(service.ledger),
    )
    expect(
        service.ledger[-1] == "close 2",
        hint="The cancelled attempt's resource is still open.",
        saw=", ".join(service.ledger),
    )
