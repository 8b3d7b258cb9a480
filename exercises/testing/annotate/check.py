"""The annotations, as `typing.get_type_hints` reads them; and the code still works."""

import collections.abc
import contextlib
import types
import typing
from typing import get_args, get_origin, get_type_hints  # own: a submission may patch

from asyncwith.checking import case, expect, same

DEFINES = ("Session", "Retried", "session", "session_for")
NONE = type(None)
EXIT = {
    "exc_type": {type[BaseException], NONE},
    "exc": {BaseException, NONE},
    "traceback": {types.TracebackType, NONE},
}


def shown(hint: object) -> str:
    """A type as one writes it."""
    return "None" if hint is NONE else str(getattr(hint, "__name__", "") or hint)


def annotations(function: object, name: str) -> dict:
    function = getattr(function, "__wrapped__", function)
    try:
        return get_type_hints(function)
    except Exception as error:
        expect(
            False,
            hint="An annotation cannot be read. Is everything imported that it names, "
            "and not under `TYPE_CHECKING` alone?",
            saw=f"{name}: {type(error).__name__}: {error}",
        )
        raise


def parts(hint: object) -> set[object]:
    """The members of a union, or the type alone; `Type[X]` counts as `type[X]`."""
    union = get_origin(hint) in (typing.Union, types.UnionType)
    members = get_args(hint) if union else (hint,)
    return {
        type[get_args(member)] if get_origin(member) is type else member
        for member in members
    }


def expect_parameters(hints: dict, name: str, wanted: dict[str, set[object]]) -> None:
    for parameter, types_wanted in wanted.items():
        expect(
            parameter in hints,
            hint="A parameter has no annotation; to a checker it may be anything.",
            saw=f"{name}: {parameter}",
        )
        found = parts(hints[parameter])
        saw = f"{name}: {parameter} is {' | '.join(sorted(map(shown, found)))}"
        expect(
            found & {NONE, object, typing.Any} or NONE not in types_wanted,
            hint="With what is the exit called when the block ended well?",
            saw=saw,
        )
        expect(
            Exception not in found and type[Exception] not in found,
            hint="Not everything that ends a block is an `Exception`. What is a "
            "cancellation?",
            saw=saw,
        )
        expect(
            found == types_wanted,
            hint="A parameter is of another type. What does the caller, or the "
            "interpreter, give it?",
            saw=saw,
        )


def is_own_type(hints: dict) -> bool:
    """Whether a method returns the type of its `self`, by a type variable."""
    found = hints.get("return")
    return type(found) is typing.TypeVar and hints.get("self") is found


def expect_result(hints: dict, name: str, wanted: object, hint: str) -> None:
    expect(
        "return" in hints,
        hint="A result has no annotation; to a checker it may be anything.",
        saw=name,
    )
    found = hints["return"]
    right = found is wanted or (wanted is typing.Self and is_own_type(hints))
    expect(right, hint=hint, saw=f"{name} -> {shown(found)}")


@case("the code does what it did")
async def still_works(submission):
    class Mine(submission.Session):
        pass

    async with Mine("a") as opened:
        right = type(opened) is Mine and same(opened.url, "a")
    right = right and same(opened.url, "")
    async with submission.Retried() as bound:
        right = right and bound is None
        raise ConnectionError("refused")
    try:
        async with submission.Retried():
            raise KeyError(17)
        right = False
    except KeyError:
        pass
    async with submission.session_for(17) as opened:
        right = right and same(opened.url, "https://shop.example/17")
    async with submission.session("b") as opened:
        right = right and type(opened) is submission.Session
    expect(
        right and same(opened.url, ""),
        hint="Annotations are all that is missing: change nothing else.",
        saw="the managers do something else than those of the starter",
    )


@case("a block of Session")
def session_class(submission):
    methods = submission.Session
    for name, parameters in (("__init__", {"url": {str}}), ("close", {})):
        hints = annotations(getattr(methods, name), f"Session.{name}")
        expect_parameters(hints, f"Session.{name}", parameters)
        expect_result(hints, f"Session.{name}", NONE, "It returns nothing.")
    hints = annotations(methods.__aenter__, "Session.__aenter__")
    expect_result(
        hints,
        "Session.__aenter__",
        typing.Self,
        "`class Mine(Session)`, and then `async with Mine(…) as mine`: of which type "
        "is `mine`, and what does this annotation say?",
    )
    hints = annotations(methods.__aexit__, "Session.__aexit__")
    expect_parameters(hints, "Session.__aexit__", EXIT)
    expect_result(
        hints,
        "Session.__aexit__",
        NONE,
        "This exit never swallows. Which result tells a checker that the line after "
        "the block is reached only if the block ended?",
    )


@case("a block of Retried")
def retried_class(submission):
    methods = submission.Retried
    hints = annotations(methods.__aenter__, "Retried.__aenter__")
    expect_result(hints, "Retried.__aenter__", NONE, "`as` binds nothing here.")
    hints = annotations(methods.__aexit__, "Retried.__aexit__")
    expect_parameters(hints, "Retried.__aexit__", EXIT)
    expect_result(
        hints,
        "Retried.__aexit__",
        bool,
        "This exit swallows now and then, and a checker believes that it never does. "
        "Which of the results is the one that means: it may?",
    )


@case("what is decorated")
def decorated(submission):
    hints = annotations(submission.session, "session")
    expect_parameters(hints, "session", {"url": {str}})
    result = hints.get("return")
    origin, given = get_origin(result), get_args(result)
    saw = f"session -> {result}"
    expect(
        origin not in (collections.abc.AsyncIterator, collections.abc.AsyncIterable),
        hint="The decorator closes the generator, and throws into it. Can every async "
        "iterator be closed?",
        saw=saw,
    )
    expect(
        origin is not contextlib.AbstractAsyncContextManager,
        hint="The annotation says what the function is before it is decorated: what "
        "does an `async def` with a `yield` return?",
        saw=saw,
    )
    expect(
        origin is collections.abc.AsyncGenerator
        and given[:1] == (submission.Session,)
        and given[1:] in ((), (None,), (NONE,)),
        hint="An `async def` with a `yield` returns an async generator. Of what, and "
        "what can be sent into it?",
        saw=saw,
    )


@case("what returns a manager")
def returns_a_manager(submission):
    hints = annotations(submission.session_for, "session_for")
    expect_parameters(hints, "session_for", {"customer": {int}})
    result = hints.get("return")
    expect(
        get_origin(result) is contextlib.AbstractAsyncContextManager
        and get_args(result)[:1] == (submission.Session,),
        hint="`session_for` is called, and what it returns is entered; the session "
        "comes out of that. `contextlib` has the type of such an object.",
        saw=f"session_for -> {result}",
    )
    exits = get_args(result)[1:]
    expect(
        not exits or parts(exits[0]) == {bool, NONE},
        hint="The second parameter of the type says what the exit returns. What may "
        "the exit of a decorated generator return?",
        saw=f"session_for -> {result}",
    )


@case("the code swallows what it swallowed, and nothing else")
async def swallows_the_same(submission):
    for manager, error, swallowed in (
        (submission.Retried(), ConnectionResetError(), True),
        (submission.Retried(), TimeoutError(), False),
        (submission.Retried(), None, True),
        (submission.Session("a"), ConnectionError(), False),
        (submission.Session("a"), TimeoutError(), False),
    ):
        try:
            async with manager:
                if error is not None:
                    raise error
        except OSError:
            found = False
        else:
            found = True
        expect(
            found is swallowed,
            hint="The annotations follow the code, and not the other way round: leave "
            "the exits as they were.",
            saw=f"{type(manager).__name__}: {error!r} in the block, swallowed: {found}",
        )
