"""One generator for two resources: started, refused, cancelled, left."""

import asyncio

from quart import Quart

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("make_app",)


class Shop:
    def __init__(self, failing=None):
        self.failing, self.ledger, self.calls, self.seen = failing, [], [], []
        self.error = ConnectionRefusedError(f"{failing}: refused")

    def pool(self):
        self.calls.append("pool")
        return Manager(self, "pool", len(self.calls))

    def cache(self):
        self.calls.append("cache")
        return Manager(self, "cache", len(self.calls))


class Manager:
    def __init__(self, shop, name, number):
        self.shop, self.name, self.number = shop, name, number

    async def __aenter__(self):
        await asyncio.sleep(0)
        if self.shop.failing == f"enter {self.name}":
            raise self.shop.error
        if self.shop.failing == f"hang {self.name}":
            await asyncio.Event().wait()
        self.shop.ledger.append(f"+{self.name}")
        return Handle(self)

    async def __aexit__(self, kind, error, traceback):
        self.shop.seen.append(error)
        await asyncio.sleep(0)
        self.shop.ledger.append(f"-{self.name}")
        if self.shop.failing == f"leave {self.name}":
            raise self.shop.error


class Handle:
    def __init__(self, manager):
        self.manager = manager

    async def fetch(self):
        await asyncio.sleep(0)
        name, shop = self.manager.name, self.manager.shop
        is_open = shop.ledger.count(f"+{name}") > shop.ledger.count(f"-{name}")
        return {"from": name if is_open else "closed", "shop": id(shop)}


def made(submission, shop):
    app = submission.make_app(shop.pool, shop.cache)
    expect(
        isinstance(app, Quart),
        hint="`make_app` returns a Quart application.",
        saw=f"it returned {type(app).__name__}",
    )
    expect(
        shop.calls == [],
        hint="`make_app` only makes the application; its startup opens.",
        saw=f"called before the startup: {shop.calls}",
    )
    app.logger.disabled = True
    return app


async def users(app):
    response = await app.test_client().get("/users")
    return await response.get_json()


@case("started, asked and stopped")
async def plain(submission: Submission):
    shop, other = Shop(), Shop()
    app, second = made(submission, shop), made(submission, other)
    await second.startup()
    await app.startup()
    expect(
        shop.ledger == ["+pool", "+cache"],
        hint="After the startup both are open, and the pool was first.",
        saw=shop.ledger,
    )
    for one, mine in ((app, shop), (second, other)):
        seen = await users(one)
        expect(
            same(seen, {"from": "pool", "shop": id(mine)}),
            hint="`GET /users` answers from the pool of its own application.",
            saw="the other application's" if seen and seen.get("from") else seen,
        )
    await app.shutdown()
    expect(
        shop.ledger == ["+pool", "+cache", "-cache", "-pool"],
        hint="After the shutdown both have been left, the cache first.",
        saw=shop.ledger,
    )
    expect(
        other.ledger == ["+pool", "+cache"],
        hint="One application stops, and another's resources go with it.",
        saw=other.ledger,
    )
    await second.shutdown()


@case("an entry fails")
async def refused(submission: Submission):
    for name in ("cache", "pool"):
        shop, how = Shop(f"enter {name}"), None
        app = made(submission, shop)
        try:
            await app.startup()
        except Exception as error:
            how = error
        expect(
            how is shop.error,
            hint="The startup must fail, and with the reason.",
            saw=f"{name} raised {shop.error!r}, the startup {how!r}",
        )
        expect(
            shop.ledger == (["+pool", "-pool"] if name == "cache" else []),
            hint="The startup has failed. What was entered before must have been left "
            "by now: which generator sees the failure?",
            saw=f"the {name} refused: {shop.ledger}",
        )
        expect(
            all(error is shop.error for error in shop.seen),
            hint="The pool is left because the cache failed, and should see that.",
            saw=f"its exit saw {shop.seen}",
        )


@case("the startup is cancelled")
async def cancelled(submission: Submission):
    shop = Shop("hang cache")
    app = made(submission, shop)
    task = asyncio.create_task(app.startup())
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    expect(
        shop.ledger == ["+pool", "-pool"],
        hint="The startup was cancelled while it waited for the cache, and the pool "
        "is still open. What does `except Exception` not catch?",
        saw=shop.ledger,
    )
    expect(
        task.cancelled(),
        hint="A startup that is cancelled ends as cancelled.",
        saw="it ended otherwise",
    )


@case("leaving the cache fails")
async def exit_fails(submission: Submission):
    shop, how = Shop("leave cache"), None
    app = made(submission, shop)
    await app.startup()
    try:
        await app.shutdown()
    except Exception as error:
        how = error
    expect(
        shop.ledger[2:] == ["-cache", "-pool"],
        hint="Leaving the cache failed, and the pool was not reached.",
        saw=shop.ledger,
    )
    expect(
        how is shop.error,
        hint="Leaving the cache failed, and nobody hears of it.",
        saw=f"the shutdown raised {how!r}",
    )
