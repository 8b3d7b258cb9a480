"""Five predicted ledgers, each compared with what its function really writes."""

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("answer",)

ledger: list[str] = []


class Noted:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        ledger.append(f"enter {self.name}")

    def __exit__(self, exc_type, exc, traceback):
        ledger.append(f"exit {self.name}")


class Lenient(Noted):
    def __exit__(self, exc_type, exc, traceback):
        super().__exit__(exc_type, exc, traceback)
        return exc_type is KeyError


class Broken(Noted):
    def __enter__(self):
        super().__enter__()
        raise ValueError(self.name)


def returns():
    with Noted("a"):
        with Noted("b"):
            ledger.append("work")
            return
        ledger.append("after b")
    ledger.append("after a")


def loops():
    for name in ["a", "b", "c"]:
        with Noted(name):
            if name == "a":
                continue
            break
        ledger.append("end of turn")
    ledger.append("end of loop")


def suppresses():
    with Noted("a"):
        with Lenient("b"):
            price = {}["price"]
            ledger.append(f"price {price}")
        ledger.append("after b")
    ledger.append("after a")


def breaks():
    try:
        with Noted("a"):
            with Broken("b"):
                ledger.append("work")
            ledger.append("after b")
    except ValueError:
        ledger.append("caught")


def generates():
    def lines():
        with Noted("a"):
            yield "line 1"
            ledger.append("after yield")
        ledger.append("after a")

    generator = lines()
    ledger.append("made")
    next(generator)
    ledger.append("line 1")
    generator.close()
    ledger.append("closed")


def part(submission: Submission, index: int) -> list[str]:
    answer = submission.answer
    expect(
        type(answer) is list
        and len(answer) == 5
        and all(type(lines) is list for lines in answer)
        and all(type(line) is str for lines in answer for line in lines),
        hint="`answer` should be a list of five lists of strings, one per function.",
        saw=f"answer = {answer!r}",
    )
    return answer[index]


def compare(seen, function, hints) -> None:
    """Expect the function's ledger; `hints` say which mistake a condition shows."""
    ledger.clear()
    function()
    wanted = list(ledger)
    hint = (
        f"That is not what `{function.__name__}` writes. Go through it line by line:"
        " which statement runs next, and which blocks does it leave?"
    )
    for is_mistaken, known in hints:
        if is_mistaken:
            hint = known
            break
    expect(same(seen, wanted), hint=hint, saw=f"{function.__name__}: {seen}")


def before(lines: list[str], first: str, second: str) -> bool:
    """Whether both are there, `first` before `second`."""
    both = first in lines and second in lines
    return both and lines.index(first) < lines.index(second)


@case("`returns` is called")
def predicts_returns(submission: Submission):
    seen = part(submission, 0)
    exits = [line for line in seen if line.startswith("exit")]
    compare(
        seen,
        returns,
        [
            (seen == ["enter a", "enter b"], "Those are the first two. What follows?"),
            (
                "after b" in seen or "after a" in seen,
                "Where does a `return` go? A line behind the block is not on its way.",
            ),
            (
                not exits,
                "The `return` leaves two blocks. What is the promise of `with`?",
            ),
            (
                len(exits) == 1,
                "A `return` leaves the whole function. In how many blocks does it"
                " stand?",
            ),
            (
                before(seen, "exit a", "exit b"),
                "Which of the two blocks lies inside the other? Can the outer one"
                " be left while you are still in the inner one?",
            ),
        ],
    )


@case("`loops` is called")
def predicts_loops(submission: Submission):
    seen = part(submission, 1)
    compare(
        seen,
        loops,
        [
            (
                "end of turn" in seen,
                "Does either turn reach the line behind the block? See where"
                " `continue` and `break` go.",
            ),
            ("enter c" in seen, "Which turn meets the `break`?"),
            (
                "exit a" not in seen or before(seen, "enter b", "exit a"),
                "`continue` goes to the next turn. Does the block of the first turn"
                " stay open meanwhile?",
            ),
            (
                "exit b" not in seen,
                "`break` leaves the loop. Which block must it leave first?",
            ),
            (
                "end of loop" not in seen,
                "`break` leaves the loop, not the function. What stands behind it?",
            ),
        ],
    )


@case("`suppresses` is called")
def predicts_suppresses(submission: Submission):
    seen = part(submission, 2)
    compare(
        seen,
        suppresses,
        [
            (
                any(line.startswith("price") for line in seen),
                "The exception is suppressed, and yet: does the block go on at its"
                " next line?",
            ),
            (
                "after b" not in seen,
                "What does `Lenient.__exit__` return here, and where does execution"
                " go on when an `__exit__` returns that?",
            ),
            (
                "after a" not in seen,
                "Is there still an exception on its way when the block of a ends?",
            ),
            (
                "exit b" not in seen,
                "`Lenient` can suppress only what it is told. Which method tells it?",
            ),
        ],
    )


@case("`breaks` is called")
def predicts_breaks(submission: Submission):
    seen = part(submission, 3)
    compare(
        seen,
        breaks,
        [
            ("work" in seen, "Can a block run whose `__enter__` raised?"),
            (
                "exit b" in seen,
                "In the written-out form, does `enter(manager)` stand inside the"
                " `try` or before it?",
            ),
            (
                "enter b" not in seen,
                "Read `Broken.__enter__` again: what does it do before it raises?",
            ),
            (
                "after b" in seen,
                "Nobody has suppressed the `ValueError`. Does it stop behind the"
                " inner block?",
            ),
            (
                before(seen, "caught", "exit a"),
                "The `except` stands outside the block of a. Which does the"
                " exception reach first?",
            ),
            (
                "exit a" not in seen,
                "b could not be entered, but a was. What is owed to a?",
            ),
        ],
    )


@case("`generates` is called")
def predicts_generates(submission: Submission):
    seen = part(submission, 4)
    compare(
        seen,
        generates,
        [
            (
                "after yield" in seen or "after a" in seen,
                "`close` raises `GeneratorExit` at the `yield`. Does a line behind a"
                " raised exception run?",
            ),
            (
                before(seen, "enter a", "made"),
                "How much of a generator function runs when it is called?",
            ),
            (
                "exit a" not in seen,
                "`GeneratorExit` leaves the block at the `yield`. Is it an exception"
                " like others to `with`?",
            ),
            (
                before(seen, "closed", "exit a"),
                "Does `close` return before the generator has ended, or after?",
            ),
            (
                before(seen, "exit a", "line 1"),
                "Between `next` and `close`, where does the generator stand?",
            ),
        ],
    )
