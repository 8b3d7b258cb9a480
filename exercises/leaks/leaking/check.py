"""Gauges that warm up, rest, leak slowly, come down again, or say too little."""

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("leaking",)


def judged(submission: Submission, readings) -> object:
    copy = {gauge: list(levels) for gauge, levels in readings.items()}
    try:
        found = submission.leaking(readings)
    except ValueError as error:
        expect(
            False,
            hint="There are enough readings, and it raises.",
            saw=f"{copy} raised ValueError: {error}",
        )
    expect(
        same(readings, copy),
        hint="The readings belong to the caller, and were changed.",
        saw=f"{readings}",
    )
    return found


def compare(submission: Submission, levels: list[int], leaks: bool, hint: str) -> None:
    found = judged(submission, {"tasks": levels})
    wanted = ["tasks"] if leaks else []
    expect(
        isinstance(found, list),
        hint="`leaking` returns a list of names.",
        saw=f"returned {found!r}",
    )
    expect(same(found, wanted), hint=hint, saw=f"{levels}: {found!r}")


@case("a gauge that grows at each reading")
def grows(submission: Submission):
    for levels in ([3, 4, 5, 6], [0, 1, 2], [9, 90, 900, 9000, 90000]):
        compare(submission, levels, True, "It grew with each load.")


@case("a gauge at rest")
def rests(submission: Submission):
    compare(submission, [4, 4, 4, 4], False, "Nothing has changed, whatever the level.")
    compare(submission, [900, 900, 900], False, "A high level is a level.")
    compare(submission, [0, 0, 0], False, "Nothing has changed.")


@case("a cache that fills once")
def warms_up(submission: Submission):
    hint = "A cache filled up, once, with the first load. Which reading comes after it?"
    compare(submission, [0, 5, 5, 5], False, hint)
    compare(submission, [2, 10, 10], False, hint)


@case("a slow leak")
def slow(submission: Submission):
    hint = "It stands still between two readings, and grows all the same."
    compare(submission, [3, 3, 3, 4], True, hint)
    compare(submission, [0, 1, 1, 2, 2], True, hint)
    compare(submission, [5, 5, 6, 6], True, hint)
    compare(submission, [9, 5, 6], True, "The first reading does not count.")


@case("a gauge that comes down again")
def comes_down(submission: Submission):
    hint = "It went up, and came back: a busy moment."
    compare(submission, [3, 4, 7, 4], False, hint)
    compare(submission, [3, 4, 2, 3], False, hint)
    compare(submission, [0, 5, 6, 5, 4], False, hint)


@case("many gauges")
def many(submission: Submission):
    found = judged(
        submission,
        {
            "tasks": [1, 2, 3],
            "carts": [0, 5, 5],
            "sessions": [0, 0, 1],
            "files": [3, 4, 5, 6],
        },
    )
    expect(
        same(found, ["files", "sessions", "tasks"]),
        hint="Each gauge is judged by itself, and the names come sorted.",
        saw=f"{found!r}",
    )
    expect(same(judged(submission, {}), []), hint="No gauge, no leak.", saw="{}")


@case("too few readings")
def too_few(submission: Submission):
    for levels in ([], [4], [4, 9]):
        readings = {"carts": [1, 1, 1], "files": levels}
        try:
            found = submission.leaking(readings)
        except ValueError as error:
            expect(
                "files" in str(error),
                hint="The message should say of which gauge it complains.",
                saw=f"ValueError: {error}",
            )
        except IndexError as error:
            expect(
                False,
                hint="That is an accident, not an answer. Ask how many there are.",
                saw=f"{levels}: IndexError: {error}",
            )
        else:
            expect(
                False,
                hint="Two readings, or fewer, and it made up its mind.",
                saw=f"{levels}: {found!r}",
            )


@case("a small step above a high level")
def small_step(submission: Submission):
    hint = "One more after each load is a leak, however high the level is."
    compare(submission, [0, 900, 900, 901], True, hint)


@case("ups and downs")
def ups_and_downs(submission: Submission):
    hint = "Two readings decide, whatever the way from one to the other looks like."
    compare(submission, [0, 5, 9, 1, 6], True, hint)
    compare(submission, [0, 5, 1, 2, 5], False, hint)
