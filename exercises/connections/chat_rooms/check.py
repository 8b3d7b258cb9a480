"""Websockets by hand: clients that leave in every way, and the rooms afterwards."""

import asyncio
from collections.abc import Sized

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("make_app",)


class Client:
    """The other end of a websocket, as a server shows it to an application."""

    def __init__(self, app, room: str, *, gone=False) -> None:
        self.incoming: asyncio.Queue[dict] = asyncio.Queue()
        self.received, self.gone, self.accepted = [], gone, False
        self.held = None  # an event: sends wait for it
        self.incoming.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "path": f"/rooms/{room}",
            "raw_path": f"/rooms/{room}".encode(),
            "root_path": "",
            "scheme": "ws",
            "query_string": b"",
            "headers": [],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "subprotocols": [],
            "state": {},
        }
        self.task = asyncio.create_task(app(scope, self.incoming.get, self.send))

    async def send(self, message) -> None:
        await asyncio.sleep(0)
        if self.held is not None:
            await self.held.wait()
        if self.gone:
            raise OSError("the client has left")
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.send":
            self.received.append(message.get("text"))

    def say(self, text: str) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self, code: int) -> None:
        self.gone = True
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": code})


async def turns() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def come(app, *names: str) -> list[Client]:
    clients = []
    for name in names:
        clients.append(Client(app, name))
        await turns()
    for client in clients:
        if client.task.done() and client.task.exception() is not None:
            error = client.task.exception()
            raise error
        expect(client.accepted, hint="Each websocket should be accepted.")
    return clients


async def everybody_leaves(*clients: Client) -> None:
    for client in clients:
        client.leave(1000)
    await turns()
    for client in clients:
        expect(
            client.task.done(),
            hint="The client has left, and its handler runs on. Who would tell it?",
        )
        expect_no_error(client)


def expect_no_error(client: Client) -> None:
    """A handler whose client has left may say that it has, and nothing else."""
    error = None if client.task.cancelled() else client.task.exception()
    expect(
        error is None or type(error).__name__ == "WebSocketDisconnect",
        hint="A client left, and its handler failed on the way out. What had somebody "
        "else done for it already?",
        saw=f"{type(error).__name__}: {error}",
    )


def expect_rooms(rooms, wanted: dict[str, int], how: str) -> None:
    expect(
        all(isinstance(members, Sized) for members in rooms.values()),
        hint="`rooms` has a collection for each room, with an entry for each member.",
        saw=repr(rooms)[:100],
    )
    seen = {name: len(members) for name, members in rooms.items()}
    without = {name: count for name, count in seen.items() if count}
    expect(
        same(without, wanted),
        hint="Who has left, and is a member as before? Count the ways out.",
        saw=f"{how}: members {without!r}, expected {wanted!r}",
    )
    expect(
        same(seen, wanted),
        hint="A name that was used once is kept for ever, with nobody in its room.",
        saw=f"{how}: {seen!r}",
    )


def expect_received(client: Client, wanted: list[str], who: str) -> None:
    expect(
        same(client.received, wanted),
        hint="Each text goes to all members of its room, once and in order, whatever "
        "becomes of another member.",
        saw=f"{who} received {client.received!r}, expected {wanted!r}",
    )


@case("two rooms, and proper goodbyes")
async def two_rooms(submission: Submission):
    rooms = {}
    app = submission.make_app(rooms)
    a, b, c = await come(app, "red", "red", "blue")
    expect_rooms(rooms, {"red": 2, "blue": 1}, "three have come")
    a.say("one")
    await turns()
    b.say("")
    c.say("three")
    await turns()
    expect(
        "three" not in a.received and "one" not in c.received,
        hint="A text belongs to one room.",
        saw=f"in red: {a.received!r}, in blue: {c.received!r}",
    )
    expect_received(a, ["one", ""], "the sender")
    expect_received(b, ["one", ""], "the other one")
    expect_received(c, ["three"], "the one in blue")
    await everybody_leaves(a)
    expect_rooms(rooms, {"red": 1, "blue": 1}, "one of three has left")
    b.say("two")
    await turns()
    expect_received(b, ["one", "", "two"], "the one who stayed")
    await everybody_leaves(b, c)
    expect_rooms(rooms, {}, "all have left")


@case("a member vanishes without a goodbye")
async def vanishes(submission):
    for code in (1001, 1005, 1006):
        rooms = {}
        a, b = await come(submission.make_app(rooms), "red", "red")
        a.leave(code)
        await turns()
        expect_rooms(rooms, {"red": 1}, f"left with code {code}")
        await everybody_leaves(b)
        expect_rooms(rooms, {}, "all have left")


@case("a member's handler fails, or is cancelled")
async def fails(submission):
    for how in ("a message that is no text", "a cancellation", "one in a send"):
        rooms = {}
        a, b = await come(submission.make_app(rooms), "red", "red")
        if how == "a cancellation":
            a.task.cancel()
        elif how == "one in a send":
            b.held = asyncio.Event()
            a.say("text")
            await turns()
            a.task.cancel()
            await turns()
            b.held.set()
            b.received.clear()
        else:
            a.incoming.put_nowait({"type": "websocket.receive", "bytes": b"\xff"})
            await turns()
            if not a.task.done():  # it may mind as little as it likes
                a.leave(1000)
        await asyncio.wait([a.task], timeout=0.5)
        expect(a.task.done(), hint="Its handler should end.", saw=how)
        if not a.task.cancelled():
            a.task.exception()
        a.gone = True
        expect_rooms(rooms, {"red": 1}, f"after {how}")
        b.say("still here")
        await turns()
        expect_received(b, ["still here"], "the one who stayed")
        await everybody_leaves(b)
        expect_rooms(rooms, {}, "all have left")


@case("a client leaves before it is accepted")
async def before_accepted(submission):
    rooms = {}
    app = submission.make_app(rooms)
    client = Client(app, "red", gone=True)
    client.leave(1006)
    await asyncio.wait([client.task], timeout=0.5)
    if client.task.done() and not client.task.cancelled():
        client.task.exception()
    expect_rooms(rooms, {}, "left while it was being accepted")


@case("somebody is being accepted while another one speaks")
async def while_accepted(submission):
    rooms = {}
    app = submission.make_app(rooms)
    (a,) = await come(app, "red")
    late = Client(app, "red")
    late.held = asyncio.Event()
    await turns()
    expect_rooms(rooms, {"red": 1}, "the second is not accepted yet")
    late.held.set()
    await turns()
    await everybody_leaves(a, late)


@case("a text meets a member that has gone")
async def meets_gone(submission):
    for position in range(3):
        rooms = {}
        clients = await come(submission.make_app(rooms), "red", "red", "red")
        gone = clients[position]
        gone.gone = True  # and its handler has not heard of it yet
        speakers = [client for client in clients if client is not gone]
        for number, client in enumerate(speakers):
            client.say(str(number))
            await turns()
        for client in speakers:
            expect(
                not client.task.done(),
                hint="One member has gone, and another one's handler ended. Whose "
                "trouble is a send that fails?",
                saw=f"number {position + 1} of 3 had gone",
            )
        for client in speakers:
            expect_received(client, ["0", "1"], "one who stayed")
        gone.leave(1006)
        await turns()
        if gone.task.done():
            expect_no_error(gone)
        expect_rooms(rooms, {"red": 2}, "one of three has gone")
        await everybody_leaves(*speakers)
        expect_rooms(rooms, {}, "all have left")


@case("members come and go while a text is on its way")
async def come_and_go(submission):
    for change in ("one leaves", "one comes"):
        rooms = {}
        app = submission.make_app(rooms)
        first, slow, last, a = await come(app, "red", "red", "red", "red")
        slow.held = asyncio.Event()
        a.say("text")
        await turns()
        if change == "one leaves":
            first.leave(1000)
            await turns()
        else:
            others = await come(app, "red")
        slow.held.set()
        await turns()
        expect(
            not a.task.done(),
            hint="The sender's handler has ended. What was it walking over, and who "
            "changed that?",
            saw=change,
        )
        for client in (slow, last):
            expect(
                same(client.received, ["text"]),
                hint="A member was passed over. What was the sender walking over, and "
                "who changed that?",
                saw=f"{change}; a member received {client.received!r}",
            )
        staying = [slow, last, a]
        if change == "one comes":
            staying += [first, *others]
        await everybody_leaves(*staying)
        expect_rooms(rooms, {}, "all have left")
