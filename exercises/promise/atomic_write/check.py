"""The path has the old file or the whole new one; nothing else is left behind."""

import contextlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from asyncwith.checking import Submission, case, expect

DEFINES = ("atomic_write",)

OLD, NEW = "old report\n", "line 1\nline 2\n"
LEFT_BEHIND = "A file is left behind that nobody will look for."


@contextlib.contextmanager
def report(content=OLD):
    """The path of a report in a folder of its own."""
    with TemporaryDirectory() as name:
        path = Path(name) / "report.txt"
        if content is not None:
            path.write_text(content)
        yield path


def content(path):
    """What a reader finds at the path; None if there is nothing."""
    return path.read_text() if path.is_file() else None


def others(path):
    """Names of the other files in the folder."""
    return sorted(entry.name for entry in path.parent.iterdir() if entry != path)


@contextlib.contextmanager
def watched_replace():
    """What each `os.replace` and `os.rename` finds: (new content, old content)."""
    seen = []
    originals = {name: getattr(os, name) for name in ("replace", "rename")}

    def watch(original):
        def watched(source, target, **options):
            seen.append((content(Path(source)), content(Path(target))))
            return original(source, target, **options)

        return watched

    for name, original in originals.items():
        setattr(os, name, watch(original))
    try:
        yield seen
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


@case("the block writes two lines and ends normally")
def ends_normally(submission: Submission):
    with report() as path, watched_replace() as seen:
        with submission.atomic_write(path) as file:
            expect(
                file is not None,
                hint="`as file` names None. Where does that value come from?",
            )
            file.write("line 1\n")
            during, beside = content(path), others(path)
            file.write("line 2\n")
        after, left = content(path), others(path)
    expect(
        during == OLD,
        hint="A reader looked at the path while the block was running, and the old"
        " report was gone.",
        saw=f"content during the block: {during!r}",
    )
    expect(
        all(source == NEW for source, _ in seen),
        hint="The file took its place before all of it was written. Where are the"
        " last lines until a file is flushed or closed?",
        saw=f"content when it was put in place: {seen[-1][0]!r}" if seen else None,
    )
    expect(
        after == NEW or (left and after == OLD),
        hint="The block succeeded, and the path does not have the whole new content.",
        saw=f"content after the block: {after!r}",
    )
    expect(
        after == NEW,
        hint="The new file is there and has not taken the place of the old one.",
        saw=f"content after the block: {after!r}; beside it: {len(left)} file",
    )
    expect(
        all(target is not None for _, target in seen),
        hint="For a moment there was no file at the path. `os.replace` does not need"
        " the way cleared.",
        saw="the old report was gone before the new one came",
    )
    expect(
        bool(seen or beside),
        hint="The report itself was opened and written, after the block. What does"
        " somebody find who reads it meanwhile?",
        saw="one file all the time, and no `os.replace`",
    )
    expect(
        bool(beside),
        hint="The new file is in another folder, which may be another file system:"
        " there `os.replace` fails, and a copy is not one step.",
        saw="no second file in the folder of the report during the block",
    )
    expect(not left, hint=LEFT_BEHIND, saw=f"beside the report: {len(left)} file")
    expect(
        file.closed,
        hint="The block has ended and its file is still open.",
        saw="file.closed is False",
    )


@case("there is no file at the path yet")
def first_time(submission: Submission):
    with report(None) as path:
        with submission.atomic_write(path) as file:
            file.write(NEW)
            during = content(path)
        after = content(path)
    expect(
        during is None and after == NEW,
        hint="The first report of all has no predecessor: nothing before, all of it"
        " afterwards.",
        saw=f"during: {during!r}, after: {after!r}",
    )


@case("the path is given as a string, and relative")
def relative(submission: Submission):
    came_out = None
    with report() as path, contextlib.chdir(path.parent):
        try:
            with submission.atomic_write("report.txt") as file:
                file.write(NEW)
        except (OSError, AttributeError, TypeError) as error:
            came_out = f"{type(error).__name__}: {error}"
        after = content(path)
    expect(
        came_out is None and after == NEW,
        hint="A path may come as a string and without a folder. Which folder is it in?",
        saw=came_out or f"content after the block: {after!r}",
    )


@case("the text is not plain ASCII")
def unicode_text(submission: Submission):
    with report() as path:
        with submission.atomic_write(path) as file:
            file.write("naïve €\n")
        raw = path.read_bytes()
    expect(
        raw == "naïve €\n".encode(),
        hint="The file should be UTF-8 on every machine, whatever its locale.",
        saw=f"bytes: {raw!r}",
    )


def failing_block(submission: Submission, error: BaseException):
    """(what came out, content after, files beside) of a block that raises."""
    came_out = None
    with report() as path:
        try:
            with submission.atomic_write(path) as file:
                file.write("line 1\n")
                raise error
        except BaseException as raised:
            came_out = raised
        return came_out, content(path), others(path)


@case("the block raises ValueError after its first line")
def raises(submission: Submission):
    error = ValueError("from the check")
    came_out, after, left = failing_block(submission, error)
    expect(
        came_out is not None,
        hint="The caller believes that the report was written. What does your"
        " `__exit__` return?",
        saw="no exception after the block",
    )
    expect(
        came_out is error,
        hint="Another exception than the block's reached the caller.",
        saw=f"{type(came_out).__name__}: {came_out}",
    )
    expect(
        after == OLD,
        hint="Half a report was published. How does `__exit__` learn that the block"
        " failed?",
        saw=f"content after the block: {after!r}",
    )
    expect(
        not left,
        hint=LEFT_BEHIND + " What becomes of the new file when it is not used?",
        saw=f"beside the report: {len(left)} file",
    )


@case("the block ends by KeyboardInterrupt, and by closing a generator")
def other_exceptions(submission: Submission):
    for error in (KeyboardInterrupt(), GeneratorExit()):
        kind = type(error).__name__
        came_out, after, left = failing_block(submission, error)
        expect(
            after == OLD,
            hint="After an error the old report stays, after this one it does not."
            " Do you ask for certain errors, or whether there was none?",
            saw=f"{kind}, content after the block: {after!r}",
        )
        expect(
            not left,
            hint="After an error the new file is removed, after this one it is not."
            " Which exceptions are no `Exception`?",
            saw=f"{kind}, beside the report: {len(left)} file",
        )
        expect(
            came_out is error,
            hint=f"{kind} is not yours to end.",
            saw=f"came out: {came_out!r}",
        )


@case("the block ends by `return`")
def returns(submission: Submission):
    def write(path):
        with submission.atomic_write(path) as file:
            file.write(NEW)
            return "written"

    with report() as path:
        value = write(path)
        after = content(path)
    expect(
        value == "written" and after == NEW,
        hint="A `return` is a normal end: `__exit__` sees no exception.",
        saw=f"content after the block: {after!r}",
    )


@case("the block closes the file itself")
def closes_itself(submission: Submission):
    came_out = None
    with report() as path:
        try:
            with submission.atomic_write(path) as file:
                file.write(NEW)
                file.close()
        except ValueError as error:
            came_out = f"{type(error).__name__}: {error}"
        after, left = content(path), others(path)
    expect(
        came_out is None and after == NEW and not left,
        hint="The block closed the file early, as it may. What did `__exit__` do to a"
        " file that is closed?",
        saw=came_out or f"content {after!r}, beside it {len(left)} file",
    )


@case("the last step fails: the path is a folder by now")
def replace_fails(submission: Submission):
    came_out = None
    with report(None) as path:
        try:
            with submission.atomic_write(path) as file:
                file.write(NEW)
                path.mkdir()
        except OSError as error:
            came_out = error
        left, still_folder = others(path), path.is_dir()
        inside = sorted(path.iterdir()) if still_folder else []
    expect(
        came_out is not None and still_folder and not inside,
        hint="The report could not be put in its place, and the caller was not told.",
        saw="no OSError after the block",
    )
    expect(
        not left,
        hint=LEFT_BEHIND + " The last step raised: which of your lines came after it?",
        saw=f"beside the folder: {len(left)} file",
    )


@case("the last lines cannot be written: the disk is full")
def close_fails(submission: Submission):
    came_out = None
    with report() as path:
        try:
            with submission.atomic_write(path) as file:
                file.write(NEW)
                refuse_writing(file)
        except OSError as error:
            came_out = error
        after, left = content(path), others(path)
    expect(
        came_out is not None and after == OLD,
        hint="The new report could not be written to the end. The old one stays, and"
        " the caller is told.",
        saw=f"content after the block: {after!r}, came out: {came_out!r}",
    )
    expect(
        not left,
        hint=LEFT_BEHIND + " Closing a file writes its last lines, and can fail.",
        saw=f"beside the report: {len(left)} file",
    )


def refuse_writing(file):
    """Make the next flush of the file fail, as on a full disk."""
    unwritable = os.open(os.devnull, os.O_RDONLY)
    os.dup2(unwritable, file.fileno())
    os.close(unwritable)


@case("two writers of the same path at the same time")
def two_writers(submission: Submission):
    came_out, between, after, left = None, None, None, []
    with report() as path:
        try:
            with submission.atomic_write(path) as first:
                first.write("first\n")
                with submission.atomic_write(path) as second:
                    second.write("second\n")
                    new_files = len(others(path))
                between = content(path)
            after, left = content(path), others(path)
        except (OSError, ValueError) as error:
            came_out = f"{type(error).__name__} on leaving"
    expect(
        new_files == 2,
        hint="Both write into the same new file. How is it named?",
        saw=f"two writers, beside the report: {new_files} file",
    )
    expect(
        came_out is None and (between, after) == ("second\n", "first\n"),
        hint="There are two new files, and one writer finished the other's. Where"
        " does each manager keep its own?",
        saw=came_out or f"after the second: {between!r}, after the first: {after!r}",
    )
    expect(not left, hint=LEFT_BEHIND, saw=f"beside the report: {len(left)} file")


@case("one manager is used twice, one block after the other")
def used_twice(submission: Submission):
    with report() as path:
        manager = submission.atomic_write(path)
        came_out = None
        try:
            for text in ("first\n", "second\n"):
                with manager as file:
                    file.write(text)
        except ValueError as error:
            came_out = f"{type(error).__name__}: {error}"
        after, left = content(path), others(path)
    expect(
        came_out is None and after == "second\n" and not left,
        hint="The second use met what the first had left. What is made in `__init__`"
        " that belongs to a block?",
        saw=came_out or f"content {after!r}, beside it {len(left)} file",
    )


@case("entering fails: the folder does not exist")
def folder_missing(submission: Submission):
    entered, came_out = False, None
    with report() as path:
        try:
            with submission.atomic_write(path.parent / "nowhere" / "report.txt"):
                entered = True
        except FileNotFoundError as error:
            came_out = error
        left = others(path)
    expect(
        not entered and came_out is not None and not left,
        hint="A folder that does not exist is an error for the caller, before the"
        " block runs.",
        saw="the block ran" if entered else f"beside the report: {left}",
    )
