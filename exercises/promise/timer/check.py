"""A block is measured from entering to leaving it, whichever way it is left."""

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Timer",)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def seconds_of(timer):
    """The `seconds` of a timer, or None where there is no number."""
    seconds = getattr(timer, "seconds", None)
    return seconds if type(seconds) in (int, float) else None


@case("the block takes 2 s and ends normally")
def ends_normally(submission: Submission):
    clock = Clock()
    with submission.Timer(clock) as timer:
        clock.now += 2
    expect(
        timer is not None,
        hint="`as timer` names None. Where does the value after `as` come from?",
        saw="timer is None",
    )
    seconds = seconds_of(timer)
    expect(
        seconds != -2,
        hint="Time ran backwards. Which of the two readings is the later one?",
        saw=f"timer.seconds is {seconds}",
    )
    expect(
        seconds is None or seconds >= 1 or same(seconds, 0.0),
        hint="The check's clock moved by 2. Which clock did your timer read?",
        saw=f"timer.seconds is {seconds}",
    )
    expect(
        same(seconds, 2.0),
        hint="The clock moved by 2 between entering and leaving the block.",
        saw=f"timer.seconds is {seconds}",
    )


@case("3 s pass before the block and 4 s after it")
def time_outside_the_block(submission: Submission):
    clock = Clock()
    manager = submission.Timer(clock)
    clock.now += 3
    with manager as timer:
        clock.now += 2
    clock.now += 4
    seconds = seconds_of(timer)
    expect(
        seconds not in (5, 9),
        hint="The time before the block was measured too. When is `__init__` called,"
        " and when is the block entered?",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )
    expect(
        seconds != 6,
        hint="The measurement went on after the block. When is the clock read for"
        " the second time: on leaving, or whenever somebody asks?",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )
    expect(
        same(seconds, 2.0),
        hint="Only the time between entering and leaving counts.",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )


@case("the block raises ValueError after 2 s")
def raises(submission: Submission):
    clock = Clock()
    timer, caught = None, False
    try:
        with submission.Timer(clock) as timer:
            clock.now += 2
            raise ValueError("from the check")
    except ValueError:
        caught = True
    if not caught:
        expect(
            not _suppresses_at_once(submission),
            hint="The `ValueError` did not reach the caller. What does your manager"
            " answer when it is told of an exception?",
            saw="no exception after the block",
        )
        expect(
            False,
            hint="The exception is lost when the block took 2 s, and arrives when it"
            " took none. What does your `__exit__` return?",
            saw="no exception after the block",
        )
    seconds = seconds_of(timer)
    expect(
        same(seconds, 2.0),
        hint="A failed block was not measured. Which of your lines are skipped when"
        " an exception leaves the block?",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )


def _suppresses_at_once(submission: Submission) -> bool:
    try:
        with submission.Timer(Clock()):
            raise ValueError("from the check")
    except ValueError:
        return False
    return True


@case("the block ends by KeyboardInterrupt after 2 s")
def interrupted(submission: Submission):
    clock = Clock()
    timer, caught = None, False
    try:
        with submission.Timer(clock) as timer:
            clock.now += 2
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        caught = True
    expect(
        caught,
        hint="Ctrl-C did not reach the caller: your manager swallowed it.",
        saw="no exception after the block",
    )
    seconds = seconds_of(timer)
    expect(
        same(seconds, 2.0),
        hint="`ValueError` was measured and Ctrl-C was not. Which exceptions does"
        " `Exception` leave out?",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )


@case("a generator is closed inside the block, after 2 s")
def closed(submission: Submission):
    clock = Clock()
    timers = []

    def lines():
        with submission.Timer(clock) as timer:
            timers.append(timer)
            yield "line 1"

    generator = lines()
    next(generator)
    clock.now += 2
    generator.close()
    seconds = seconds_of(timers[0])
    expect(
        same(seconds, 2.0),
        hint="Closing a generator raises `GeneratorExit` in the block. Was it treated"
        " differently from other ways out?",
        saw=f"timer.seconds is {seconds}, the block took 2",
    )


@case("two timers, one inside the other")
def nested(submission: Submission):
    clock = Clock()
    with submission.Timer(clock) as outer:
        clock.now += 1
        with submission.Timer(clock) as inner:
            clock.now += 2
        clock.now += 4
    seen = (seconds_of(outer), seconds_of(inner))
    expect(
        same(seen, (7.0, 2.0)),
        hint="The two disturb each other. Where is the start of each kept, and who"
        " else writes there?",
        saw=f"outer {seen[0]}, inner {seen[1]}; expected 7.0 and 2.0",
    )


@case("one timer, used for a block of 2 s and then for one of 3 s")
def used_twice(submission: Submission):
    clock = Clock()
    timer = submission.Timer(clock)
    with timer:
        clock.now += 2
    first = seconds_of(timer)
    clock.now += 10
    try:
        with timer:
            clock.now += 3
    except (AttributeError, RuntimeError) as error:
        expect(
            False,
            hint="A second block cannot be entered with the same timer. What is used"
            " up by the first one? A generator runs once.",
            saw=f"{type(error).__name__} on entering again",
        )
    second = seconds_of(timer)
    expect(
        second != 5,
        hint="The second block was added to the first. What should `seconds` be"
        " after the second one?",
        saw=f"first {first}, then {second}",
    )
    expect(
        second not in (13, 15),
        hint="The second block was measured from the start of the first. What has to"
        " happen each time a block is entered?",
        saw=f"first {first}, then {second}",
    )
    expect(
        same((first, second), (2.0, 3.0)),
        hint="The timer itself is asked, not what `as` named. Is `seconds` on the"
        " object that `Timer(...)` made, each time anew?",
        saw=f"first {first}, then {second}",
    )
