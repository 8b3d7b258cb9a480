"""One session a block: connections are counted from the server's side."""

import asyncio

import aiohttp

from asyncwith import local_server, run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Prices",)

PRICE = {"id": 1, "name": "Ada"}


async def soon(server, condition, seconds=1.0) -> bool:
    """Whether a condition on the server's counters holds within some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await server.until(condition)
    except TimeoutError:
        return False
    return True


async def expect_closed(server, how: str) -> None:
    expect(
        await soon(server, lambda: server.connections_open == 0),
        hint="The block has ended, and the server still sees a connection. Who closes "
        "the session, and on which ways out of the block?",
        saw=f"{how}: {server.connections_open} connections open",
    )


@case("twenty questions in a row")
async def in_a_row(submission: Submission):
    async with local_server() as server:
        prices = submission.Prices(server.url("/")[:-1])
        async with prices as bound:
            expect(
                bound is prices,
                hint="`as` should bind the object itself.",
                saw=f"{type(bound).__name__}",
            )
            for _ in range(20):
                try:
                    price = await prices.get("/json")
                except RuntimeError as error:
                    expect(
                        False,
                        hint="The first question was answered, a later one is "
                        "refused. What does leaving an `async with` do to a session?",
                        saw=f"RuntimeError: {error}",
                    )
                expect(
                    same(price, PRICE),
                    hint="`get` should return the JSON at the address.",
                    saw=repr(price),
                )
        opened = server.connections_opened
        expect(
            opened == 1,
            hint="One connection serves requests that follow each other, if they "
            "share what owns it.",
            saw=f"20 requests, {opened} connections",
        )
        await expect_closed(server, "after 20 requests")


@case("five questions at once")
async def at_once(submission):
    async with local_server() as server:
        async with submission.Prices(server.url("/")[:-1]) as prices:
            tasks = [asyncio.create_task(prices.get("/gate")) for _ in range(5)]
            arrived = await soon(server, lambda: server.handlers_running == 5)
            expect(
                arrived,
                hint="Calls should overlap. What does each of them wait for?",
                saw=f"5 calls, {server.handlers_running} at the server",
            )
            server.open_gate()
            answers = await asyncio.gather(*tasks)
        expect(
            all(same(answer, {"open": True}) for answer in answers),
            hint="Each call should return its own answer.",
            saw=repr(answers),
        )
        await expect_closed(server, "after five at once")


@case("the block raises")
async def block_raises(submission):
    async with local_server() as server:
        error, caught = KeyError("order 17"), None
        try:
            async with submission.Prices(server.url("/")[:-1]) as prices:
                await prices.get("/json")
                raise error
        except KeyError as seen:
            caught = seen
        expect(
            caught is error,
            hint="The block's exception did not leave it. What does the exit return?",
            saw=repr(caught),
        )
        await expect_closed(server, "after an exception")


@case("the block is cancelled in the middle of a request")
async def block_is_cancelled(submission):
    async with local_server() as server:

        async def ask():
            async with submission.Prices(server.url("/")[:-1]) as prices:
                await prices.get("/json")
                await prices.get("/hang")

        task = asyncio.create_task(ask())
        await soon(server, lambda: server.requests["/hang"])
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            task.cancelled(),
            hint="The block was cancelled, and the task does not end as cancelled.",
            saw="it has ended otherwise" if task.done() else "it goes on",
        )
        await expect_closed(server, "after a cancellation")


@case("the server is restarted in the middle of a request")
async def server_restarts(submission):
    async with local_server() as server:
        async with submission.Prices(server.url("/")[:-1]) as prices:
            await prices.get("/json")
            asked = asyncio.create_task(prices.get("/hang"))
            await soon(server, lambda: server.requests["/hang"])
            async with server.down():
                await asyncio.wait([asked], timeout=1)
            if not asked.done():
                asked.cancel()
                await asyncio.wait([asked])
            failed = None if asked.cancelled() else asked.exception()
            expect(
                isinstance(failed, aiohttp.ClientError),
                hint="The server was killed while it was asked. Whoever asked should "
                "learn it, then, and as aiohttp says it.",
                saw="it goes on asking"
                if asked.cancelled()
                else repr(failed or asked.result()),
            )
            try:
                price = await prices.get("/json")
            except RuntimeError as error:
                expect(
                    False,
                    hint="One request has failed, the server is back, and the object "
                    "can ask no more. What did the failure end?",
                    saw=f"RuntimeError: {error}",
                )
            expect(same(price, PRICE), hint="`get` should return the JSON.", saw=price)
        await expect_closed(server, "after a restart of the server")


@case("the object was made on another loop")
async def made_elsewhere(submission):
    async with local_server() as server:

        async def make():
            return submission.Prices(server.url("/")[:-1])

        prices = run_virtual(make())
        try:
            async with prices:
                price = await prices.get("/json")
        except RuntimeError as error:
            expect(
                False,
                hint="The object was made on one loop and is used on another. What in "
                "it belongs to a loop, and when is it made?",
                saw=f"RuntimeError: {error}",
            )
        expect(same(price, PRICE), hint="`get` should return the JSON.", saw=price)


@case("two blocks side by side, of different length")
async def side_by_side(submission):
    async with local_server() as one, local_server() as two:
        async with submission.Prices(one.url("/")[:-1]) as outer:
            async with submission.Prices(two.url("/")[:-1]) as inner:
                await inner.get("/json")
                await outer.get("/json")
            await expect_closed(two, "the inner block has ended")
            try:
                price = await outer.get("/json")
            except RuntimeError as error:
                expect(
                    False,
                    hint="One block has ended, and the other can ask no more. What do "
                    "the two have in common?",
                    saw=f"RuntimeError: {error}",
                )
            expect(same(price, PRICE), hint="`get` should return the JSON.", saw=price)
        await expect_closed(one, "the outer block has ended")


@case("the same object is entered again")
async def entered_again(submission):
    async with local_server() as server:
        prices = submission.Prices(server.url("/")[:-1])
        for time in ("first", "second"):
            try:
                async with prices:
                    price = await prices.get("/json")
            except RuntimeError as error:
                expect(
                    False,
                    hint="A session that was closed stays closed. When is it made?",
                    saw=f"in the {time} block, RuntimeError: {error}",
                )
            expect(same(price, PRICE), hint="`get` should return the JSON.", saw=price)
            await expect_closed(server, f"after the {time} block")
        expect(
            server.connections_opened == 2,
            hint="Two blocks, two sessions, a connection each.",
            saw=f"{server.connections_opened} connections",
        )
