"""A KeyError ends at the block and is kept; everything else passes through."""

from asyncwith.checking import Submission, case, expect

DEFINES = ("suppress_key_error",)

BODY_RAN = "Does the body run, and to its end?"
NO_MANAGER = (
    "`as` binds what `__enter__` returns. What does a method without `return` return?"
)


def leave_with(submission: Submission, error: BaseException):
    """What came out of the block when ``error`` was raised in it, and the manager."""
    manager = None
    try:
        with submission.suppress_key_error() as manager:
            raise error
    except BaseException as out:
        return out, manager
    return None, manager


@case("the block ends normally")
def normal_exit(submission):
    ledger, caught = [], None
    try:
        with submission.suppress_key_error() as caught:
            ledger.append("body")
    except TypeError as error:
        expect(
            not ledger,
            hint="On a normal exit there is no exception to ask. What are the three"
            " arguments of `__exit__` then?",
            saw=f"TypeError: {error}",
        )
        raise
    expect(ledger == ["body"], hint=BODY_RAN)
    expect(caught is not None, hint=NO_MANAGER, saw="`as` bound None")
    expect(
        caught.error is None,
        hint="`error` is None as long as nothing was suppressed.",
        saw=f"error = {caught.error!r}",
    )


@case("the block raises KeyError")
def key_error(submission):
    error = KeyError("user:17")
    out, caught = leave_with(submission, error)
    expect(
        out is None,
        hint="Python asks `__exit__` whether the exception is dealt with. "
        "What has to be returned for that?",
        saw=f"{out!r} came out of the block",
    )
    expect(
        caught.error is error,
        hint="`error` keeps the exception object itself, the second argument of "
        "`__exit__`.",
        saw=f"error = {caught.error!r}",
    )


@case("the block raises a subclass of KeyError")
def subclass(submission):
    class MissingUser(KeyError):
        pass

    out, _ = leave_with(submission, MissingUser("user:17"))
    expect(
        out is None,
        hint="`except KeyError` would catch a subclass too. How do you ask an "
        "exception whether it is a KeyError of some kind?",
        saw=f"{out!r} came out of the block",
    )


@case("the block raises SystemExit")
def system_exit(submission):
    error = SystemExit(3)
    out, _ = leave_with(submission, error)
    expect(
        out is error,
        hint="A program that asks to end must end. Does `__exit__` look at the "
        "exception before it answers?",
        saw=f"{error!r} went in, {out!r} came out",
    )


@case("the block raises ValueError")
def foreign_error(submission):
    error = ValueError("not a port")
    out, caught = leave_with(submission, error)
    expect(
        out is not None,
        hint="A ValueError disappeared without a trace. For which exceptions may "
        "`__exit__` return something true?",
        saw="the line after the block ran",
    )
    expect(
        out is error,
        hint="The exception that passes is the one that was raised, unchanged.",
        saw=f"{out!r} came out of the block",
    )
    expect(
        caught.error is None,
        hint="`error` keeps what was suppressed. This one was not.",
        saw=f"error = {caught.error!r}",
    )


@case("the block raises a relative of KeyError: LookupError, then IndexError")
def relatives(submission):
    for error in (LookupError("nothing"), IndexError("list index out of range")):
        out, _ = leave_with(submission, error)
        expect(
            out is error,
            hint="LookupError is the family of KeyError, IndexError its sister. "
            "Only KeyError itself and its subclasses are meant.",
            saw=f"{error!r} went in, {out!r} came out",
        )


@case("two blocks, one inside the other")
def nested(submission):
    inner_error, outer_error = KeyError("inner"), KeyError("outer")
    with submission.suppress_key_error() as outer:
        with submission.suppress_key_error() as inner:
            raise inner_error
        raise outer_error
    expect(
        inner.error is inner_error and outer.error is outer_error,
        hint="Each block keeps its own error. Where do you store it?",
        saw=f"inner.error = {inner.error!r}, outer.error = {outer.error!r}",
    )
