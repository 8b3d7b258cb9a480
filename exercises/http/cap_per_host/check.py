"""Requests held at the gates of two servers: how many, where, and what is left."""

import asyncio

from asyncwith import local_server
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("fetch_all",)


async def soon(server, condition, seconds=1.0) -> bool:
    """Whether a condition on the servers' counters holds within some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await server.until(condition)
    except TimeoutError:
        return False
    return True


@case("a few addresses, in order")
async def in_order(submission: Submission):
    async with local_server() as server:
        paths = ["/slow?seconds=0.1", "/bytes/3", "/bytes/0", "/bytes/2"]
        bodies = await submission.fetch_all([server.url(p) for p in paths], 10, 10)
        expect(
            same(bodies, [b'{"slept": 0.1}', b"\x00\x01\x02", b"", b"\x00\x01"]),
            hint="The bodies should come in the order of the addresses, as bytes.",
            saw=repr(bodies),
        )
        nothing = await submission.fetch_all([], 10, 10)
        expect(same(nothing, []), hint="No addresses, no bodies.", saw=repr(nothing))


@case("requests to two hosts are held at the gate")
async def at_the_gates(submission):
    await held_at_the_gates(submission, 4, 3, (3, 1))
    await held_at_the_gates(submission, 9, 2, (2, 2))
    await held_at_the_gates(submission, 3, 9, (3, 0))


async def held_at_the_gates(
    submission: Submission, total: int, per_host: int, wanted: tuple[int, int]
) -> None:
    """Six requests to each of two hosts: how many arrive, and how many more later."""
    host = min(total, per_host)
    async with local_server() as a, local_server() as b:
        urls = [a.url("/gate")] * 6 + [b.url("/gate")] * 6
        task = asyncio.create_task(submission.fetch_all(urls, total, per_host))

        def held():
            return a.handlers_running, b.handlers_running

        reached = await soon(a, lambda: sum(held()) >= sum(wanted))
        await asyncio.sleep(0.05)
        seen = held()
        how = f"total={total}, per_host={per_host}: {seen[0]} + {seen[1]} requests"
        expect(
            max(seen) <= per_host,
            hint="One host gets more than it should. Which limit is for each host?",
            saw=how,
        )
        expect(
            sum(seen) <= total,
            hint="All together they are more than they should be. Which limit is for "
            "all hosts?",
            saw=how,
        )
        expect(
            reached and same(seen, wanted),
            hint="There is room within the limits, and requests wait. For what?",
            saw=f"{how}; expected {wanted[0]} + {wanted[1]}",
        )
        a.open_gate()
        await soon(b, lambda: b.handlers_running == host)
        b.open_gate()
        await asyncio.wait([task], timeout=2)
        expect(
            task.done() and task.exception() is None,
            hint="The gates are open, and it does not return.",
            saw=how,
        )
        peaks = a.connections_peak, b.connections_peak
        expect(
            max(peaks) <= host,
            hint="One host gets more than it should. Which limit is for each host?",
            saw=f"{how}; at the peak {peaks[0]} and {peaks[1]} connections",
        )
        opened = a.connections_opened + b.connections_opened
        expect(
            opened <= 2 * host,
            hint="There are more connections than the requests need. Who keeps them "
            "for the next request?",
            saw=f"12 requests, {opened} connections",
        )


@case("large bodies, few connections")
async def large_bodies(submission):
    async with local_server() as server:
        task = asyncio.create_task(
            submission.fetch_all([server.url("/bytes/2000000")] * 6, 2, 2)
        )
        await asyncio.wait([task], timeout=2)
        expect(
            task.done(),
            hint="A response that is held holds its connection. When is its body read?",
            saw=f"{server.requests.total()} of 6 requests begun, and nothing moves",
        )
        expect(
            same([len(body) for body in task.result()], [2000000] * 6),
            hint="Each body should be complete.",
            saw=repr([len(body) for body in task.result()]),
        )


@case("one host is slow")
async def one_is_slow(submission):
    async with local_server() as slow, local_server() as quick:
        urls = [slow.url("/gate")] * 4 + [quick.url("/json")] * 4
        task = asyncio.create_task(submission.fetch_all(urls, 4, 2))
        done = await soon(quick, lambda: quick.requests["/json"] == 4)
        slow.open_gate()
        await asyncio.wait([task], timeout=2)
        expect(
            done,
            hint="The quick host's requests wait for the slow one's, with room left.",
            saw=f"{quick.requests['/json']} of 4 requests at the quick host",
        )


@case("one request fails")
async def one_fails(submission):
    for path in ("/status/500", "/status/400", "/status/404", "/drop"):
        async with local_server() as server:
            urls = [server.url("/hang"), server.url(path), server.url("/hang")]
            task = asyncio.create_task(submission.fetch_all(urls, 5, 5))
            await asyncio.wait([task], timeout=1.5)
            expect(
                task.done(),
                hint="A request has failed, and the others are waited for. What counts "
                "as failed, and who ends the others?",
                saw=path,
            )
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            expect(
                error is not None,
                hint="A request failed, and it returned as if it had not. Is a status "
                "of 500 an answer?",
                saw=path,
            )
            expect(
                isinstance(error, ExceptionGroup),
                hint="What holds the failures of several tasks?",
                saw=f"{path}: {error!r}",
            )
            await expect_nothing_left(server, f"after {path}")


@case("it is cancelled")
async def cancelled(submission):
    async with local_server() as server:
        urls = [server.url("/hang")] * 3
        task = asyncio.create_task(submission.fetch_all(urls, 2, 2))
        await soon(server, lambda: server.handlers_running == 2)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            task.cancelled(),
            hint="It was cancelled, and does not end as cancelled.",
            saw="it has ended otherwise" if task.done() else "it goes on",
        )
        await expect_nothing_left(server, "after a cancellation")


async def expect_nothing_left(server, how: str) -> None:
    expect(
        await soon(server, lambda: server.connections_open == 0),
        hint="It has ended, and the server still sees a connection. What should be "
        "over before the session closes, and who closes it?",
        saw=f"{how}: {server.connections_open} connections open",
    )
