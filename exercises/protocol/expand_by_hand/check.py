"""A function does what `async with` does, for managers that note their calls."""

import asyncio
from types import TracebackType

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("use",)


class Noted:
    """A manager that notes its calls and ends as it is told."""

    def __init__(self, answer=None, enter_fails=None, exit_fails=None):
        self.answer = answer
        self.enter_fails = enter_fails
        self.exit_fails = exit_fails
        self.calls = []
        self.details = []
        self.value = None

    async def __aenter__(self):
        self.calls.append("enter")
        await asyncio.sleep(0)
        if self.enter_fails is not None:
            raise self.enter_fails
        return "the resource"

    async def __aexit__(self, *details):
        self.calls.append("exit")
        self.details.append(details)
        await asyncio.sleep(0)
        if self.exit_fails is not None:
            raise self.exit_fails
        return self.answer


async def run(submission, manager, error=None):
    """Result and exception of `use`, with a body that raises `error`."""

    async def body(value):
        manager.calls.append("body")
        manager.value = value
        await asyncio.sleep(0)
        if error is not None:
            raise error
        return "the result"

    try:
        return await submission.use(manager, body), None
    except BaseException as seen:
        return None, seen


@case("nothing fails")
async def nothing_fails(submission: Submission) -> None:
    manager = Noted()
    result, seen = await run(submission, manager)
    expect(
        seen is None, hint="Nothing failed, and yet something came out.", saw=repr(seen)
    )
    expect(
        "body" not in manager.calls or same(manager.value, "the resource"),
        hint="The body gets what the entry gave, once awaited.",
        saw=f"the body got an object of type {type(manager.value).__name__}",
    )
    expect(
        same(manager.calls, ["enter", "body", "exit"]),
        hint="A block that ends well calls three things, each once, in order.",
        saw=f"called: {manager.calls}",
    )
    expect(
        same(manager.details, [(None, None, None)]),
        hint="The exit is told how the block ended, in three values.",
        saw=f"the exit was told {len(manager.details[0])} values: {manager.details[0]}",
    )
    expect(
        same(result, "the result"),
        hint="What the body returned should come out of `use`.",
        saw=f"an object of type {type(result).__name__} came out",
    )


@case("the body raises")
async def body_raises(submission: Submission) -> None:
    manager, error = Noted(), KeyError("order 17")
    _, seen = await run(submission, manager, error)
    expect(
        "exit" in manager.calls,
        hint="The body failed, and the exit never heard of it.",
        saw=f"called: {manager.calls}",
    )
    expect(
        manager.calls.count("exit") == 1,
        hint="The exit is to run once for each entry, not more.",
        saw=f"called: {manager.calls}",
    )
    told = manager.details[0]
    expect(
        not same(told, (None, None, None)),
        hint="The exit was told that all is well. How should it learn what happened?",
        saw="three times None, after a KeyError",
    )
    expect(
        len(told) == 3
        and told[0] is KeyError
        and told[1] is error
        and type(told[2]) is TracebackType,
        hint="The exit wants the exception's type, the exception, and its traceback.",
        saw=f"told: {[type(value).__name__ for value in told]}",
    )
    expect(
        seen is error,
        hint="The exit did not ask to drop the exception. Where did it go?",
        saw=f"came out: {seen!r}",
    )


@case("the exit returns something true")
async def exit_suppresses(submission: Submission) -> None:
    for answer in (True, "yes", 1, [0]):
        manager = Noted(answer)
        result, seen = await run(submission, manager, KeyError("order 17"))
        expect(
            seen is None or answer is not True,
            hint="The exit asked to drop the exception, and it came out.",
            saw="the exit returned True",
        )
        expect(
            seen is None,
            hint="Which values of the exit drop the exception? Not `True` alone.",
            saw=f"the exit returned {answer!r}, and {seen!r} came out",
        )
        expect(
            result is None,
            hint="The body gave no result: the block has none either.",
            saw=f"an object of type {type(result).__name__} came out",
        )


@case("the exit returns something false")
async def exit_lets_pass(submission: Submission) -> None:
    for answer in (False, None, 0, "", []):
        error = KeyError("order 17")
        _, seen = await run(submission, Noted(answer), error)
        expect(
            seen is error,
            hint="Which values of the exit let the exception pass? Not `None` alone.",
            saw=f"the exit returned {answer!r}, and {seen!r} came out",
        )


@case("the exit returns something true after a good end")
async def true_after_good_end(submission: Submission) -> None:
    result, _ = await run(submission, Noted(True))
    expect(
        same(result, "the result"),
        hint="There was no exception to drop: the result of the body stands.",
        saw=f"an object of type {type(result).__name__} came out",
    )


@case("the entry fails")
async def entry_fails(submission: Submission) -> None:
    error = ConnectionError("no answer")
    manager = Noted(enter_fails=error)
    _, seen = await run(submission, manager)
    expect(
        same(manager.calls, ["enter"]),
        hint="The entry failed: there is no block that could be left.",
        saw=f"called: {manager.calls}",
    )
    expect(seen is error, hint="The entry's own error should come out.", saw=repr(seen))


@case("the body is cancelled")
async def body_cancelled(submission: Submission) -> None:
    for error in (asyncio.CancelledError(), SystemExit(3)):
        manager = Noted()
        _, seen = await run(submission, manager, error)
        expect(
            same(manager.calls, ["enter", "body", "exit"]) and seen is error,
            hint="Some exceptions are no `Exception`. The exit is owed those as well.",
            saw=f"after {type(error).__name__}: {manager.calls}",
        )


@case("the exit raises")
async def exit_raises(submission: Submission) -> None:
    for body_error in (None, KeyError("order 17")):
        error = OSError("already closed")
        manager = Noted(exit_fails=error)
        _, seen = await run(submission, manager, body_error)
        expect(
            manager.calls.count("exit") == 1,
            hint="The exit heard of its own error. What does your `try` guard?",
            saw=f"called: {manager.calls}",
        )
        expect(
            seen is error,
            hint="An error of the exit comes out in place of the body's.",
            saw=f"came out: {seen!r}",
        )
        expect(
            error.__context__ is body_error,
            hint="The body's error should be found behind the exit's.",
            saw=f"behind it: {error.__context__!r}",
        )


@case("the instance has methods of the same names")
async def instance_attributes(submission: Submission) -> None:
    manager = Noted()

    async def other(*details):
        manager.calls.append("the instance's")

    manager.__aenter__ = manager.__aexit__ = other
    await run(submission, manager)
    expect(
        "the instance's" not in manager.calls,
        hint="Where does Python look special methods up?",
        saw=f"called: {manager.calls}",
    )


@case("the class has no `__aexit__`")
async def no_exit(submission: Submission) -> None:
    class Half:
        __aenter__ = Noted.__aenter__

        def __init__(self):
            self.calls = []
            self.enter_fails = None

    manager = Half()
    _, seen = await run(submission, manager)
    expect(
        same(manager.calls, []),
        hint="It was entered and could not be left. When should that be found out?",
        saw=f"called: {manager.calls}",
    )
    expect(
        isinstance(seen, (AttributeError, TypeError)),
        hint="A class that lacks a method is refused with an error.",
        saw=f"came out: {seen!r}",
    )
