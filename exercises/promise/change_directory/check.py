"""The working directory after a block is the one from before it, in every case."""

import contextlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from asyncwith.checking import Submission, case, expect

DEFINES = ("change_directory",)

SWALLOWED = "The exception did not reach the caller. What does your `__exit__` return?"


@contextlib.contextmanager
def folders():
    """A fresh tree (start, other, far/away/target), and back to where we were."""
    with TemporaryDirectory() as name:
        root = Path(name).resolve()
        for part in ["start", "other", "start/inside", "far/away/target"]:
            (root / part).mkdir(parents=True)
        with contextlib.chdir(root / "start"):
            yield root


def where(root):
    """The working directory as the student should read it, below the test's root."""
    here = Path(os.getcwd())
    return str(here.relative_to(root)) if here.is_relative_to(root) else str(here)


@case("the block is entered in one folder, works in another far away, ends normally")
def ends_normally(submission: Submission):
    with folders() as root:
        with submission.change_directory(root / "far/away/target") as here:
            inside = where(root)
            named = here
        after = where(root)
    expect(
        inside == "far/away/target",
        hint="The block does not run in the folder that it was given.",
        saw=f"working directory in the block: {inside}",
    )
    expect(
        after != "far/away",
        hint="You came back to the parent of the new folder. Was the block entered"
        " there?",
        saw=f"entered in start, came back to {after}",
    )
    expect(
        after != "far/away/target",
        hint="The block has ended, and its folder is still the working directory.",
        saw=f"entered in start, still in {after}",
    )
    expect(
        after == "start",
        hint="You came back to a folder that your code knew before it ran. Which"
        " folder the caller was in is known only on entering.",
        saw=f"entered in start, came back to {after}",
    )
    expect(
        named is not None,
        hint="`as here` names None. What decides what `as` names?",
        saw="here is None",
    )
    expect(
        isinstance(named, Path) and Path.__str__(named) == str(root / inside),
        hint="`here` should be the new working directory, as an absolute `Path`.",
        saw=f"here is {named!r}",
    )


@case("the path is relative")
def relative(submission: Submission):
    with folders() as root:
        with submission.change_directory("inside") as here:
            inside, named = where(root), here
        after = where(root)
    expect(
        inside == "start/inside" and after == "start",
        hint="A relative path was not followed from the caller's folder and back.",
        saw=f"in the block: {inside}, after it: {after}",
    )
    expect(
        isinstance(named, Path) and Path.__str__(named) == str(root / inside),
        hint="`here` is the path as it was given. After the change, which folder"
        " would a relative path be relative to?",
        saw=f"here is {named!r}",
    )


@case("the manager is made in one folder and entered in another")
def made_elsewhere(submission: Submission):
    with folders() as root:
        manager = submission.change_directory(root / "far/away/target")
        os.chdir(root / "other")
        with manager:
            pass
        after = where(root)
    expect(
        after == "other",
        hint="You came back to where the manager was made. Which of your methods"
        " looked up the folder, and when does it run?",
        saw=f"made in start, entered in other, came back to {after}",
    )


@case("one manager is used twice, from two folders")
def used_twice(submission: Submission):
    with folders() as root:
        manager = submission.change_directory(root / "far/away/target")
        with manager:
            pass
        os.chdir(root / "other")
        with manager:
            inside = where(root)
        after = where(root)
    expect(
        inside == "far/away/target" and after == "other",
        hint="The second use remembers the first. What has to be looked up anew each"
        " time?",
        saw=f"entered in other, worked in {inside}, came back to {after}",
    )


@case("the block raises ValueError")
def raises(submission: Submission):
    caught = False
    with folders() as root:
        try:
            with submission.change_directory(root / "far/away/target"):
                raise ValueError("from the check")
        except ValueError:
            caught = True
        after = where(root)
    expect(caught, hint=SWALLOWED, saw="no exception after the block")
    expect(
        after == "start",
        hint="The block failed, and nobody went back. Which of your lines does an"
        " exception skip?",
        saw=f"entered in start, still in {after}",
    )


@case("the block ends by KeyboardInterrupt")
def interrupted(submission: Submission):
    caught = False
    with folders() as root:
        try:
            with submission.change_directory(root / "far/away/target"):
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            caught = True
        after = where(root)
    expect(
        caught,
        hint="Ctrl-C was swallowed. An error is passed on, and this is not?",
        saw="no exception after the block",
    )
    expect(
        after == "start",
        hint="After an error you go back, after Ctrl-C you do not. Is"
        " `KeyboardInterrupt` an `Exception`?",
        saw=f"entered in start, still in {after}",
    )


@case("the block changes the folder itself")
def block_moves(submission: Submission):
    with folders() as root:
        with submission.change_directory("inside"):
            os.chdir(root / "far/away")
        after = where(root)
    expect(
        after == "start",
        hint="The block went elsewhere, and the way back was reckoned from there."
        " Keep the goal, not the way.",
        saw=f"entered in start, came back to {after}",
    )


@case("two managers, one inside the other")
def nested(submission: Submission):
    with folders() as root:
        with submission.change_directory(root / "other"):
            with submission.change_directory(root / "far"):
                pass
            between = where(root)
        after = where(root)
    expect(
        (between, after) == ("other", "start"),
        hint="The inner one disturbs the outer one. Where does each keep the folder"
        " it came from?",
        saw=f"after the inner block: {between}; after the outer: {after}",
    )


@case("the folder does not exist")
def missing(submission: Submission):
    caught, ran = False, False
    with folders() as root:
        try:
            with submission.change_directory(root / "nowhere"):
                ran = True
        except FileNotFoundError:
            caught = True
        made = (root / "nowhere").exists()
        after = where(root)
    expect(
        not made,
        hint="A folder was made that the caller did not ask for: a mistyped path"
        " would go unnoticed.",
        saw="nowhere/ exists",
    )
    expect(
        not ran and caught,
        hint="The folder is missing and the caller is not told.",
        saw="the block ran" if ran else "no FileNotFoundError",
    )
    expect(
        after == "start",
        hint="Entering failed, and something had changed already.",
        saw=f"working directory: {after}",
    )
