"""Five listings keep their promises on every way out."""

import asyncio
import gc
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import aiohttp.web  # the server needs it: once, before the cases

from asyncwith import Shelf, checkpoint, local_server, sweep
from asyncwith.checking import Submission, case, complaints, expect, same

DEFINES = ("Journal", "prices", "scratch_file", "copied", "first_match")


class Fault(Exception):
    """What a check sends in."""


async def ended(awaitable) -> object:
    """What a call returns, or the exception that it ends with."""
    try:
        return await awaitable
    except (Exception, asyncio.CancelledError) as error:
        return error


class Pages:
    """Lines that were written; a named line cannot be."""

    def __init__(self, broken: str = ""):
        self.lines: list[str] = []
        self.broken = broken

    async def write(self, line):
        await checkpoint(f"writing {line}")
        if line == self.broken:
            raise Fault(line)
        self.lines.append(line)


@case("Journal: the block ends well")
async def journal_ends_well(submission: Submission):
    shelf, pages = Shelf(), Pages()
    async with (journal := submission.Journal(shelf, pages.write)) as bound:
        expect(bound is journal, hint="`as` binds the journal.", saw=repr(bound))
        expect(
            shelf.held == ["journal"] and pages.lines == ["begin"],
            hint="When the block runs, the journal is held and has begun.",
            saw=f"held {shelf.held}, lines {pages.lines}",
        )
    expect(
        not shelf.held and pages.lines == ["begin", "end"],
        hint="After the block it has ended, and the journal is back.",
        saw=f"held {shelf.held}, lines {pages.lines}",
    )


@case("Journal: the block raises")
async def journal_block_raises(submission: Submission):
    shelf, pages, fault, out = Shelf(), Pages(), Fault("in the block"), None
    try:
        async with submission.Journal(shelf, pages.write):
            raise fault
    except Fault as error:
        out = error
    expect(
        out is fault,
        hint="The block's exception never came out of the journal. What does the "
        "result of an exit say?",
        saw=repr(out),
    )
    expect(
        not shelf.held and pages.lines == ["begin", "end"],
        hint="The block raised, and the journal has an end like any other.",
        saw=f"held {shelf.held}, lines {pages.lines}",
    )


@case("Journal: a line cannot be written")
async def journal_line_fails(submission: Submission):
    for line in ("begin", "end"):
        shelf, pages, out = Shelf(), Pages(line), None
        try:
            async with submission.Journal(shelf, pages.write):
                pass
        except Fault as error:
            out = error
        expect(
            not shelf.held and not shelf.mistakes,
            hint="A line could not be written, and the journal is still out. Which "
            "exit runs if the entry fails, and what runs if the exit does?",
            saw=f"{line!r} failed: {shelf}",
        )
        expect(
            isinstance(out, Fault),
            hint="A line could not be written, and nobody was told.",
            saw=f"{line!r} failed: {out!r}",
        )


@case("Journal: cancelled at each of its waits")
async def journal_swept(submission: Submission):
    report = sweep(lambda shelf: submission.Journal(shelf, Pages().write))
    expect(
        report.clean,
        hint="Cancelled at a wait, the journal is not given back. Which of your "
        "`except` clauses sees a cancellation?",
        saw=report,
    )


@case("scratch_file: the block ends well, raises, is cancelled, removes the file")
async def scratch(submission: Submission):
    with folder_of_its_own() as folder:
        async with submission.scratch_file(folder) as path:
            expect(
                isinstance(path, Path) and path.is_file() and path.parent == folder,
                hint="A path is a name. Who makes the file?",
                saw=repr(path),
            )
            expect(not path.read_bytes(), hint="The file is empty at first.")
            async with submission.scratch_file(folder) as other:
                expect(
                    other != path,
                    hint="Two blocks at once have one file. Who chose its name?",
                    saw=f"{path.name} twice",
                )
            expect(
                path.is_file(), hint="Each block removes its own file, and no other."
            )
        expect(not path.exists(), hint="The block is over, and the file is there.")
        for fault in (Fault("in the block"), asyncio.CancelledError()):
            out = await ended(leave(submission.scratch_file(folder), fault))
            expect(
                not list(folder.iterdir()),
                hint="The file outlives a block that was left by an exception. What "
                "runs when the `yield` raises?",
                saw=f"{fault!r}: {len(list(folder.iterdir()))} file left",
            )
            expect(
                out is fault,
                hint="The exception of the block is not the one that came out.",
                saw=repr(out),
            )
        out = await ended(remove(submission.scratch_file(folder)))
        expect(
            out is None,
            hint="The block had removed the file, and that was allowed.",
            saw=repr(out),
        )
        missing = FileNotFoundError("prices.csv")
        out = await ended(leave(submission.scratch_file(folder), missing))
        expect(
            out is missing,
            hint="This FileNotFoundError was the block's own. How much of your code "
            "tolerates one?",
            saw=repr(out),
        )
        out = await ended(put_a_folder(submission.scratch_file(folder)))
        expect(
            out is not None or not list(folder.iterdir()),
            hint="Something stands in the file's place, and cannot be removed; it is "
            "still there, and nobody is told.",
            saw=f"{[path.name for path in folder.iterdir()]}, no exception",
        )
        before = lowest_descriptor()
        for _ in range(20):
            async with submission.scratch_file(folder):
                pass
        expect(
            lowest_descriptor() <= before,
            hint="The files are gone, and something is open. What else does making a "
            "file give you?",
            saw=f"{lowest_descriptor() - before} more descriptors",
        )


@contextmanager
def folder_of_its_own():
    folder = Path(tempfile.mkdtemp()).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lowest_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


async def leave(manager, error):
    async with manager:
        raise error


async def remove(manager):
    async with manager as path:
        path.unlink()


async def put_a_folder(manager):
    async with manager as path:
        path.unlink()
        path.mkdir()


class End:
    """One end of a copy: a manager that notes how it was left."""

    def __init__(self, shelf, name, log, fault=None):
        self.shelf, self.name, self.log, self.fault = shelf, name, log, fault

    async def __aenter__(self):
        await self.shelf.acquire(self.name)
        return Entered(self)

    async def __aexit__(self, kind, error, traceback):
        self.log.append(f"{self.name}: {kind.__name__ if kind else 'well'}")
        await self.shelf.release(self.name)


class Entered:
    """What ``as`` binds: it can be read and written, which its manager cannot."""

    def __init__(self, end):
        self.end = end

    async def read(self):
        await checkpoint("reading")
        if self.end.fault:
            raise self.end.fault
        return "row 17"

    async def write(self, text):
        await checkpoint("writing")
        self.end.log.append(f"wrote {text}")


@case("copied: it works, the read fails, the second cannot be entered")
async def copies(submission: Submission):
    shelf, log = Shelf(), []
    out = await ended(submission.copied(End(shelf, "a", log), End(shelf, "b", log)))
    expect(
        out is None and log == ["wrote row 17", "b: well", "a: well"],
        hint="Nothing failed: the row is written, then the second is left, then the "
        "first.",
        saw=f"{out!r}, {log}",
    )
    shelf, log, fault = Shelf(), [], Fault("the read")
    out = await ended(
        submission.copied(End(shelf, "a", log, fault), End(shelf, "b", log))
    )
    expect(
        not shelf.held and out is fault,
        hint="Between the entries and the exits something failed. Who leaves the two?",
        saw=f"held {shelf.held}, {out!r}",
    )
    expect(
        log == ["b: Fault", "a: Fault"],
        hint="Both were left, and told that all was well. A transaction would have "
        "committed. What do the arguments of an exit say?",
        saw=log,
    )
    shelf, log = Shelf(fail_acquire="b"), []
    out = await ended(submission.copied(End(shelf, "a", log), End(shelf, "b", log)))
    expect(
        not shelf.held and log == ["a: ShelfError"],
        hint="The second could not be entered. What has become of the first?",
        saw=f"{shelf}, {log}, {out!r}",
    )
    shelf, log = Shelf(fail_release="b"), []
    out = await ended(submission.copied(End(shelf, "a", log), End(shelf, "b", log)))
    expect(
        not shelf.held and log[-1:] == ["a: ShelfError"],
        hint="The second's exit failed. Is the first left all the same, and told?",
        saw=f"{shelf}, {log}",
    )
    report = sweep(lambda s: submission.copied(End(s, "a", []), End(s, "b", [])))
    expect(report.clean, hint="Cancelled at a wait, one is not left.", saw=report)


class Lines:
    """Lines that are read over a connection of the shelf."""

    def __init__(self, shelf=None):
        self.shelf = shelf or Shelf()
        self.read = 0

    async def open(self):
        await self.shelf.acquire("connection")
        try:
            for line in ("bolt 4", "nut 2", "nail 1"):
                await checkpoint("next line")
                self.read += 1
                yield line
        finally:
            await self.shelf.release("connection")


@case("first_match: found, not found, cancelled")
async def matches(submission: Submission):
    for wanted, answer, read in (("t 2", "nut 2", 2), ("screw", None, 3)):
        lines = Lines()
        streams = []

        def opened(lines=lines, streams=streams):
            streams.append(lines.open())  # kept: nobody collects it
            return streams[-1]

        out = await ended(submission.first_match(opened, wanted))
        expect(
            same(out, answer),
            hint="The first line that contains what is wanted; `None` if none does.",
            saw=f"{wanted}: {out!r}",
        )
        expect(
            lines.read == read,
            hint="The answer was known, and it went on reading.",
            saw=f"{wanted}: {lines.read} lines read",
        )
        expect(
            not lines.shelf.held,
            hint="The answer is there, and the stream still holds its connection. "
            "What ends an async generator that is left before its end?",
            saw=f"{wanted}: {lines.shelf}",
        )
        for stream in streams:
            await stream.aclose()
    report = sweep(lambda shelf: submission.first_match(Lines(shelf).open, "nail"))
    expect(report.clean, hint="Cancelled at a wait, it keeps the line.", saw=report)


@case("prices: five in a row, a 500, a server that hangs")
async def priced(submission: Submission):
    async with local_server() as server:
        gc.collect()
        with complaints() as told:
            out = await ended(submission.prices([server.url("/json")] * 5, 2))
            expect(
                same(out, [{"id": 1, "name": "Ada"}] * 5),
                hint="All is well: the JSON of each address, in order.",
                saw=repr(out),
            )
            opened = server.connections_opened
            expect(
                opened == 1,
                hint="Requests that follow each other share a connection, if they "
                "share what owns it.",
                saw=f"5 requests, {opened} connections",
            )
            out = await ended(submission.prices([server.url("/status/500")], 2))
            expect(
                type(out) is aiohttp.ClientResponseError and out.status == 500,
                hint="The server answered 500, and it was taken for a price, or for "
                "a wrong type of one. What is to be looked at first?",
                saw=repr(out),
            )
            clock = asyncio.get_running_loop().time
            begun = clock()
            task = asyncio.create_task(submission.prices([server.url("/hang")], 0.1))
            await asyncio.wait([task], timeout=1)
            expect(
                task.done() and clock() - begun < 1.5,
                hint="A server accepts and never answers, and you wait. Who told "
                "aiohttp how long?",
                saw="still waiting after 1 s, with a patience of 0.1 s",
            )
            expect(
                isinstance(task.exception(), TimeoutError),
                hint="The time is over: a TimeoutError comes out.",
                saw=repr(task.exception()),
            )
            slow = [server.url("/slow?seconds=0.25")] * 3
            out = await ended(submission.prices(slow, 0.6))
            expect(
                same(out, [{"slept": 0.25}] * 3),
                hint="No request took longer than the patience. Which time did you "
                "limit?",
                saw=f"three requests of 0.25 s each, patience 0.6 s: {out!r}",
            )
            task = asyncio.create_task(submission.prices([server.url("/hang")], 60))
            await server.until(lambda: server.requests["/hang"] == 2)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            expect(
                task.cancelled(),
                hint="The caller was cancelled, and you went on.",
                saw="no CancelledError came out",
            )
            del task
            gc.collect()
            expect(
                not told,
                hint="aiohttp complains when your objects are collected. What was "
                "entered, or made, and never left?",
                saw=", ".join(told),
            )
