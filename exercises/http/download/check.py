"""Downloads: complete, cut, slow, silent, cancelled; the memory is measured."""

import asyncio
import hashlib
import tempfile
import tracemalloc
import warnings
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from asyncwith import local_server
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("download",)

OLD = b"the file of yesterday"
MEGABYTE = 1_000_000


def content(size: int, chunk: int = 0) -> bytes:
    """What the server's /bytes (or /stream, in chunks) sends."""
    if chunk:
        return content(chunk) * (size // chunk)
    return (bytes(range(256)) * (size // 256 + 1))[:size]


@asynccontextmanager
async def scene(total: float = 300):
    """A server, a session, and a folder with the file of yesterday."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.bin")
        path.write_bytes(OLD)  # noqa: ASYNC240 - 21 bytes
        limit = aiohttp.ClientTimeout(total=total)
        async with (
            local_server() as server,
            aiohttp.ClientSession(timeout=limit) as session,
        ):
            yield server, session, path


def expect_untouched(path: Path, how: str) -> None:
    there = path.exists()
    expect(
        there and same(path.read_bytes(), OLD),
        hint="It went wrong, and the file that was there is not what it was. When may "
        "it change?",
        saw=f"{how}: {path.stat().st_size if there else 'no'} bytes in {path.name}",
    )
    others = sorted(file.name for file in path.parent.iterdir() if file != path)
    expect(
        not others,
        hint="It went wrong, and a file is left. On which ways out is it removed?",
        saw=f"{how}: {', '.join(others)}",
    )


async def outcome_of(awaitable) -> object:
    """What it returned or raised."""
    try:
        return await awaitable
    except Exception as error:
        return error


@case("bodies of several sizes")
async def several_sizes(submission: Submission):
    async with scene() as (server, session, path):
        for size in (1, 0, 65536, 300_000):
            url = server.url(f"/bytes/{size}")
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                digest = await submission.download(session, url, path, 2)
            unclosed = [w for w in warned if "unclosed file" in str(w.message)]
            expect(
                not unclosed,
                hint="A file was left open, and closed by the garbage collector.",
                saw=f"{len(unclosed)} ResourceWarning",
            )
            expect(
                same(path.read_bytes(), content(size)),
                hint="The file should hold the body, all of it and nothing else.",
                saw=f"{size} bytes sent, {path.stat().st_size} in the file",
            )
            expect(
                same(digest, hashlib.sha256(content(size)).hexdigest()),
                hint="It should return the SHA-256 of the whole body, in hexadecimal.",
                saw=repr(digest),
            )
        others = sorted(file.name for file in path.parent.iterdir() if file != path)
        expect(not others, hint="A file is left beside it.", saw=", ".join(others))
        expect(
            not session.closed and server.connections_opened == 1,
            hint="Four downloads, one after the other, need one connection, if each "
            "gives it back.",
            saw=f"{server.connections_opened} connections",
        )


@case("two at the same time, into one folder")
async def two_at_once(submission):
    async with scene() as (server, session, path):
        paths = [path, path.with_suffix(".txt"), path.with_name("other.bin")]
        url = server.url("/stream?chunks=3&size=100&pause=0.02")
        seen = await asyncio.gather(
            *[outcome_of(submission.download(session, url, p, 2)) for p in paths]
        )
        whole = content(300, 100)
        wanted = hashlib.sha256(whole).hexdigest()
        there = [p.exists() and same(p.read_bytes(), whole) for p in paths]
        expect(
            same(seen, [wanted] * 3) and all(there),
            hint="Two downloads at the same time, into two files of one folder, "
            "disturb each other. What do they share?",
            saw=repr(seen),
        )


@case("16 MB, memory measured")
async def measured(submission):
    async with scene() as (server, session, path):
        size = 16 * MEGABYTE
        url = server.url(f"/stream?chunks={size // 100_000}&size=100000")
        tracemalloc.start()
        try:
            digest = await submission.download(session, url, path, 2)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        expect(
            peak < 6 * MEGABYTE,
            hint="Somewhere the whole body is held at once.",
            saw=f"16 MB downloaded, {peak / MEGABYTE:.0f} MB of memory at the peak",
        )
        whole = content(size, 100_000)
        expect(
            same(digest, hashlib.sha256(whole).hexdigest())
            and path.stat().st_size == size,
            hint="The file and the digest should be those of the whole body.",
            saw=f"{path.stat().st_size} bytes",
        )


@case("the status says no")
async def status_says_no(submission):
    async with scene() as (server, session, path):
        for status in (404, 500):
            seen = await outcome_of(
                submission.download(session, server.url(f"/status/{status}"), path, 2)
            )
            expect(
                isinstance(seen, aiohttp.ClientResponseError) and seen.status == status,
                hint="An error page is no download.",
                saw=f"status {status}: {seen!r}",
            )
            expect_untouched(path, f"status {status}")


@case("the body is cut short, and the connection is dropped")
async def cut_short(submission):
    async with scene() as (server, session, path):
        for address, kind in (
            ("/cut?size=400000", aiohttp.ClientPayloadError),
            ("/drop", aiohttp.ClientConnectionError),
        ):
            seen = await outcome_of(
                submission.download(session, server.url(address), path, 2)
            )
            expect(
                isinstance(seen, kind),
                hint="The body was not complete, and the caller does not learn why.",
                saw=f"{address}: {seen!r}",
            )
            expect_untouched(path, address)


@case("data keep coming, slowly")
async def slowly(submission):
    async with scene(total=0.2) as (server, session, path):
        url = server.url("/stream?chunks=8&size=100&pause=0.05")
        seen = await outcome_of(submission.download(session, url, path, 2))
        expect(
            not isinstance(seen, TimeoutError),
            hint="Data kept coming, and it was cut. Which limit was that, and whose?",
            saw=repr(seen),
        )
        expect(
            same(path.read_bytes(), content(800, 100)),
            hint="The file should hold the body, all of it.",
            saw=f"{path.stat().st_size} bytes",
        )
    async with scene() as (server, session, path):
        url = server.url("/stream?chunks=8&size=100&pause=0.1")
        seen = await outcome_of(submission.download(session, url, path, 0.6))
        expect(
            not isinstance(seen, TimeoutError),
            hint="It was never silent for as long as `silence`, and it was cut.",
            saw=repr(seen),
        )


@case("the server falls silent")
async def silent(submission):
    async with scene() as (server, session, path):
        for address in ("/stream?chunks=2&size=100&pause=60", "/hang"):
            url = server.url(address)
            task = asyncio.create_task(submission.download(session, url, path, 0.1))
            await asyncio.wait([task], timeout=1)
            expect(
                task.done(),
                hint="The server has been silent for longer than `silence`, and it "
                "waits.",
                saw=address,
            )
            seen = await outcome_of(task)
            expect(
                isinstance(seen, TimeoutError),
                hint="Silence should end in a TimeoutError.",
                saw=f"{address}: {seen!r}",
            )
            expect_untouched(path, address)


@case("it is cancelled in the middle")
async def cancelled(submission):
    async with scene() as (server, session, path):
        url = server.url("/stream?chunks=2&size=200000&pause=60")
        task = asyncio.create_task(submission.download(session, url, path, 30))
        async with asyncio.timeout(1):
            await server.until(lambda: server.bytes_sent["/stream"])
        await asyncio.sleep(0.05)
        expect(
            same(path.read_bytes(), OLD),
            hint="Half of the body is there, and the file has changed already.",
            saw=f"{path.stat().st_size} bytes in {path.name}",
        )
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            task.cancelled(),
            hint="It was cancelled, and does not end as cancelled.",
            saw="it has ended otherwise" if task.done() else "it goes on",
        )
        expect_untouched(path, "cancelled")
        try:
            async with asyncio.timeout(1):
                await server.until(lambda: server.connections_open == 0)
        except TimeoutError:
            expect(
                False,
                hint="It was cancelled, and its connection is open still. What gives "
                "it back on this way out?",
                saw=f"{server.connections_open} connections open",
            )


@case("the new file cannot take its place")
async def no_place(submission):
    async with scene() as (server, session, path):
        folder = path.with_name("folder")
        folder.mkdir()
        seen = await outcome_of(
            submission.download(session, server.url("/bytes/10"), folder, 2)
        )
        expect(
            isinstance(seen, OSError),
            hint="The file could not get its name, and the caller does not learn it.",
            saw=repr(seen),
        )
        left = sorted(f.name for f in path.parent.iterdir() if f not in (path, folder))
        expect(
            not left,
            hint="It went wrong, and a file is left. On which ways out is it removed?",
            saw=", ".join(left),
        )
