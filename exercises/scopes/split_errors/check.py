"""Groups, mixed and nested; what is collected, what comes out, and as what."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("collecting",)


class Missing(LookupError):
    """A kind of the kind."""


async def outcome(submission: Submission, raised, kind=LookupError):
    """What was collected and what came out, of a block that raises `raised`."""
    came_out, found = None, None
    try:
        async with submission.collecting(kind) as found:
            expect(
                type(found) is list,
                hint="`as` should bind a list, to be filled at the exit.",
                saw=f"`as` bound an object of type {type(found).__name__}",
            )
            expect(
                not found,
                hint="Each block has a list of its own, and nothing is in it yet.",
                saw=f"{len(found)} in the list before the block has raised anything",
            )
            if raised is not None:
                raise raised
    except BaseException as error:
        came_out = error
    return found, came_out


def identical(seen, wanted) -> bool:
    """Whether a list holds these very objects."""
    return len(seen) == len(wanted) and all(map(lambda a, b: a is b, seen, wanted))


def flat(error):
    """The exceptions of a group, however deep."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in flat(inner)]
    return [] if error is None else [error]


def expect_collected(found, wanted) -> None:
    expect(
        not any(one in wanted for one in found) or len(found) >= len(wanted),
        hint="One was collected, and there are more of the type.",
        saw=f"collected {found!r}, expected {wanted!r}",
    )
    expect(
        not any(isinstance(one, BaseExceptionGroup) for one in found),
        hint="There is a group in the list. Groups can hold groups; the list holds "
        "exceptions.",
        saw=f"collected {found!r}",
    )
    expect(
        not identical(found[::-1], wanted) or len(wanted) < 2,
        hint="The order of the list is that of the group.",
        saw=f"collected {found!r}",
    )
    expect(
        identical(found, wanted),
        hint="Collect those of the given type: all of them, once, and no others.",
        saw=f"collected {found!r}, expected {wanted!r}",
    )


def expect_out(came_out, wanted) -> None:
    """The others came out, and nothing else."""
    expect(
        came_out is not None or not wanted,
        hint="Errors that nobody collected have disappeared.",
        saw=f"gone: {wanted!r}",
    )
    expect(
        identical(flat(came_out), wanted),
        hint="What comes out should be what was not collected, no more and no less.",
        saw=f"came out: {came_out!r}",
    )


@case("nothing fails")
async def nothing_fails(submission: Submission) -> None:
    found, came_out = await outcome(submission, None)
    expect(
        came_out is None and same(found, []),
        hint="Nothing was raised.",
        saw=f"collected {found!r}, came out: {came_out!r}",
    )


@case("a group of the wanted type alone")
async def all_wanted(submission: Submission) -> None:
    errors = [LookupError("lamp"), Missing("desk"), KeyError("chair")]
    found, came_out = await outcome(submission, ExceptionGroup("batch", errors))
    expect(
        came_out is None,
        hint="All were collected, and something came out. What does a bare `raise` "
        "raise in such a clause, and does an empty rest need raising?",
        saw=f"came out: {came_out!r}",
    )
    expect(
        len(found) != 1 or not isinstance(found[0], ExceptionGroup),
        hint="The list holds the exceptions themselves. What does such a clause bind?",
        saw=f"collected {found!r}",
    )
    expect_collected(found, errors)


@case("a mixed group")
async def mixed(submission: Submission) -> None:
    lamp, desk = LookupError("lamp"), Missing("desk")
    network, bug = OSError("network"), ValueError("quantity")
    group = ExceptionGroup("batch", [lamp, network, desk, bug])
    found, came_out = await outcome(submission, group)
    expect_out(came_out, [network, bug])
    expect(
        isinstance(came_out, ExceptionGroup),
        hint="The others came as a group; code further out handles them as a group.",
        saw=f"came out: {came_out!r}",
    )
    expect_collected(found, [lamp, desk])


@case("a plain exception of the type")
async def plain(submission: Submission) -> None:
    lamp = Missing("lamp")
    found, came_out = await outcome(submission, lamp)
    expect(
        came_out is None,
        hint="The block may raise an error of the type without a group around it.",
        saw=f"came out: {came_out!r}",
    )
    expect_collected(found, [lamp])


@case("nothing to collect")
async def nothing_to_collect(submission: Submission) -> None:
    for raised in (ValueError("quantity"), ExceptionGroup("batch", [OSError("net")])):
        found, came_out = await outcome(submission, raised)
        expect(
            came_out is not None,
            hint="An error that nobody wanted to collect has disappeared.",
            saw=f"raised {raised!r}, nothing came out",
        )
        expect(
            isinstance(raised, ExceptionGroup) or came_out is raised,
            hint="There was nothing to collect. Code further out catches this error by "
            "its type, and will not look into a group for it.",
            saw=f"raised {raised!r}, came out: {came_out!r}",
        )
        expect_out(came_out, flat(raised))
        expect_collected(found, [])


@case("a group within a group")
async def nested(submission: Submission) -> None:
    lamp, desk, network = LookupError("lamp"), KeyError("desk"), OSError("network")
    inner = ExceptionGroup("shelf", [desk, network])
    group = ExceptionGroup("batch", [lamp, ExceptionGroup("room", [inner])])
    found, came_out = await outcome(submission, group)
    expect_collected(found, [lamp, desk])
    expect_out(came_out, [network])


@case("another type to collect")
async def another_type(submission: Submission) -> None:
    lamp, network = LookupError("lamp"), ConnectionResetError("network")
    group = ExceptionGroup("batch", [lamp, network])
    found, came_out = await outcome(submission, group, kind=OSError)
    expect(
        identical(found, [network]) and identical(flat(came_out), [lamp]),
        hint="The type to collect is an argument.",
        saw=f"to collect: OSError; collected {found!r}, came out: {came_out!r}",
    )


@case("tasks of a group fail, one of them while it is cancelled")
def tasks_fail(submission: Submission) -> None:
    lamp, desk, hung_up = LookupError("lamp"), KeyError("desk"), OSError("hung up")

    async def reserve(seconds, error, cleanup=None):
        try:
            await asyncio.sleep(seconds)
            raise error
        except asyncio.CancelledError:
            raise cleanup or error from None

    async def main():
        came_out = None
        try:
            async with (
                submission.collecting(LookupError) as found,
                asyncio.TaskGroup() as group,
            ):
                group.create_task(reserve(1, lamp))
                group.create_task(reserve(9, desk))
                group.create_task(reserve(9, desk, cleanup=hung_up))
        except BaseException as error:
            came_out = error
        return found, came_out

    found, came_out = run_virtual(main())
    expect_out(came_out, [hung_up])
    expect_collected(found, [lamp, desk])


@case("the block is cancelled")
def cancelled(submission: Submission) -> None:
    async def work():
        async with submission.collecting(LookupError):
            await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    expect(
        run_virtual(main()),
        hint="The block was cancelled, and the task did not end as cancelled.",
        saw="the CancelledError did not come out",
    )


@case("two blocks, one after the other")
async def two_blocks(submission: Submission) -> None:
    first, _ = await outcome(submission, LookupError("lamp"))
    second, _ = await outcome(submission, KeyError("desk"))
    expect(
        len(first) == 1 and len(second) == 1,
        hint="Each block has a list of its own.",
        saw=f"the first {first!r}, the second {second!r}",
    )
