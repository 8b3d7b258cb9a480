"""The file exists in the block and nothing of it is left, however the block ends."""

import asyncio
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from asyncwith.checking import Submission, case, expect

DEFINES = ("temporary_file",)


@contextmanager
def temporary_folder():
    """A folder of the check's own as the system's temporary folder."""
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp()).resolve()
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def expect_nothing_left(folder: Path, path: Path, hint: str):
    expect(not path.exists(), hint=hint, saw="the file is still there")
    left = len(list(folder.iterdir()))
    expect(
        left == 0,
        hint="The file is gone. What else did you make on the way to it?",
        saw=f"{left} more left in the temporary folder",
    )


async def leave_with(submission: Submission, error: BaseException):
    """The path, and what came out of the block when ``error`` was raised in it."""
    path = None
    try:
        async with submission.temporary_file() as path:
            raise error
    except BaseException as out:
        return path, out
    return path, None


@case("the block is entered")
async def entered(submission: Submission):
    with temporary_folder():
        try:
            async with submission.temporary_file():
                pass
        except TypeError as error:
            expect(
                False,
                hint="`async with` cannot enter this. Compare the decorator, the line "
                "below it and the `yield` with the chapter's, word by word.",
                saw=f"TypeError: {error}",
            )
        except OSError:
            pass  # what goes wrong in the block and after it has cases of its own


@case("the block ends normally")
async def normal_exit(submission: Submission):
    with temporary_folder() as folder:
        os.utime(folder, (0, 0))  # any file made or removed changes this
        async with submission.temporary_file() as path:
            touched = folder.stat().st_mtime != 0
            expect(
                isinstance(path, Path),
                hint="The block receives a `pathlib.Path`.",
                saw=f"a {type(path).__name__}",
            )
            if touched:
                hint = (
                    "A file was created, and was gone again when the block began. "
                    "Which line removed it, and when does that line run?"
                )
            else:
                hint = "A path is only a name. Which line creates the file?"
            expect(path.is_file(), hint=hint, saw="no file when the block began")
            expect(
                folder in path.resolve().parents,
                hint="The system's folder for temporary files is `tempfile`'s to know.",
                saw="the file is somewhere else",
            )
            expect(path.stat().st_size == 0, hint="The file is empty at first.")
            path.write_text("total;17\n")
            expect(path.read_text() == "total;17\n", hint="The block writes and reads.")
        expect_nothing_left(folder, path, "What runs after the `yield`?")


@case("the block raises KeyError")
async def block_raises(submission: Submission):
    error = KeyError("no date in row 7")
    with temporary_folder() as folder:
        path, out = await leave_with(submission, error)
        expect_nothing_left(
            folder,
            path,
            "The block's exception is raised at your `yield`. "
            "Which of your lines runs after that?",
        )
        expect(
            out is not None,
            hint="The KeyError never reached the code around the block. Who caught it?",
            saw="the line after the block ran",
        )
        expect(
            out is error,
            hint="The exception that leaves is the one that was raised.",
            saw=f"{out!r} came out",
        )


@case("the block is cancelled")
async def block_cancelled(submission: Submission):
    paths = []

    async def export():
        async with submission.temporary_file() as path:
            paths.append(path)
            await asyncio.Event().wait()

    with temporary_folder() as folder:
        task = asyncio.create_task(export())
        for _ in range(1000):
            if paths:
                break
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task])
        expect_nothing_left(
            folder,
            paths[0],
            "A cancellation is a CancelledError, raised at your `yield`. "
            "Is it one of the exceptions that you wait for?",
        )
        expect(
            task.cancelled(),
            hint="The cancellation ended at your manager: the task was not cancelled.",
            saw="the task went on after the block",
        )


@case("the block deletes the file itself")
async def block_deletes(submission: Submission):
    with temporary_folder() as folder:
        try:
            async with submission.temporary_file() as path:
                path.unlink()
        except FileNotFoundError:
            expect(
                False,
                hint="The file is gone, and that is what you wanted. Why an error?",
                saw="FileNotFoundError after the block",
            )
        expect_nothing_left(folder, path, "What runs after the `yield`?")


@case("the block raises FileNotFoundError")
async def block_raises_the_same(submission: Submission):
    error = FileNotFoundError("prices.csv")
    with temporary_folder() as folder:
        path, out = await leave_with(submission, error)
        expect(
            out is error,
            hint="This FileNotFoundError was about the block's own file, "
            "and it disappeared. What stands inside your `try`?",
            saw="the line after the block ran" if out is None else f"{out!r} came out",
        )
        expect_nothing_left(folder, path, "What runs when the `yield` raises?")


@case("two blocks at once")
async def two_at_once(submission: Submission):
    with temporary_folder() as folder:
        async with submission.temporary_file() as first:
            async with submission.temporary_file() as second:
                expect(
                    first != second,
                    hint="Two blocks share one file. Who chooses its name?",
                    saw="the same path twice",
                )
            expect(first.is_file(), hint="Each block removes its own file only.")
        expect_nothing_left(folder, second, "Each block removes its own file.")


@case("twenty blocks, one after the other")
async def twenty_blocks(submission: Submission):
    def lowest_free() -> int:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        os.close(descriptor)
        return descriptor

    with temporary_folder():
        before = lowest_free()
        for _ in range(20):
            async with submission.temporary_file():
                pass
        more = lowest_free() - before
    expect(
        more <= 0,
        hint="The files are gone, and something is still open. "
        "What did creating a file give you besides its name?",
        saw=f"{more} more file descriptors are open",
    )


@case("the block puts a folder in the file's place")
async def cannot_be_removed(submission: Submission):
    with temporary_folder():
        out = None
        try:
            async with submission.temporary_file() as path:
                path.unlink()
                path.mkdir()
        except OSError as error:
            out = error
        expect(
            out is not None or not path.exists(),
            hint="It could not be removed, and nobody is told. "
            "For which error is silence the right answer?",
            saw="the block ended well, and something is still there",
        )


@case("the temporary folder does not exist")
async def no_folder(submission: Submission):
    with temporary_folder() as folder:
        folder.rmdir()
        try:
            async with submission.temporary_file():
                expect(False, hint="No file could be created, and the block ran.")
        except FileNotFoundError as error:
            out = error
        except UnboundLocalError as error:
            out = error
        expect(
            isinstance(out, FileNotFoundError),
            hint="Nothing was created, so there is nothing to remove. "
            "Where does your `try` begin?",
            saw=f"{out!r} came out instead of the reason",
        )
