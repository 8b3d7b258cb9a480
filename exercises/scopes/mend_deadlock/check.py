"""Transfers run in virtual time: alone, crossing, in a ring, failing, cancelled."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Bank",)


class Store:
    """Amounts by name; each access takes a second and is noted."""

    def __init__(self, fail_write=0, **amounts):
        self.amounts, self.fail_write = dict(amounts), fail_write
        self.writes = 0
        self.log: list[tuple[object, str, str]] = []

    async def read(self, name):
        self.log.append((asyncio.current_task(), "read", name))
        await asyncio.sleep(1)
        return self.amounts[name]

    async def write(self, name, amount):
        self.log.append((asyncio.current_task(), "write", name))
        self.writes += 1
        fails = self.writes == self.fail_write
        await asyncio.sleep(1)
        if fails:
            raise OSError(f"could not write {name}")
        self.amounts[name] = amount

    def mixed(self):
        """An account that two tasks used in turns, or None."""
        spans: dict[tuple[object, str], list[int]] = {}
        for step, (task, _, name) in enumerate(self.log):
            spans.setdefault((task, name), []).append(step)
        for (task, name), steps in spans.items():
            for (other, same_name), others in spans.items():
                inside = any(steps[0] < step < steps[-1] for step in others)
                if other is not task and same_name == name and inside:
                    return name
        return None


def observe(main, hint: str):
    """Run it; where every task waits for another, say the hint."""
    try:
        return run_virtual(main)
    except RuntimeError as error:
        message = str(error)
        expect(
            not message.startswith("nothing can happen any more"),
            hint=hint,
            saw="every task waits for another one, and no timer is set",
        )
        raise


async def all_of(*coroutines):
    """Run them as tasks; return the errors, and the virtual seconds."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    await asyncio.wait(tasks)
    errors = [task.exception() for task in tasks if not task.cancelled()]
    return [e for e in errors if e], asyncio.get_running_loop().time()


def expect_right(store: Store, errors, wanted) -> None:
    expect(
        not errors,
        hint="A transfer that should have succeeded raised.",
        saw=f"{errors[:1]!r}",
    )
    mixed = store.mixed()
    expect(
        mixed is None,
        hint="Two tasks used one account in turns, while a transfer was on. What is "
        "read must still be true when it is written.",
        saw=f"the account {mixed!r}",
    )
    expect(
        same(store.amounts, wanted),
        hint="The amounts are wrong.",
        saw=f"{store.amounts}, expected {wanted}",
    )


ALONE = (
    "There is one task, and it waits. Which lock does it want, and who holds it at "
    "that moment?"
)
CROSSING = (
    "Each of them holds one account and waits for the other's. In which order does "
    "each ask for its locks?"
)
AFTER = (
    "An account is locked, and nobody is using it. Who locked it, and how did it leave?"
)


@case("one transfer")
def one_transfer(submission: Submission) -> None:
    store = Store(ada=100, bob=20)

    async def main():
        bank = submission.Bank(store)
        return await all_of(bank.transfer("ada", "bob", 30))

    errors, _ = observe(main(), ALONE)
    expect_right(store, errors, {"ada": 70, "bob": 50})


@case("a balance, twice")
def a_balance(submission: Submission) -> None:
    async def main():
        bank = submission.Bank(Store(ada=100))
        await bank.balance("ada")
        return await bank.balance("ada")

    amount = observe(main(), AFTER)
    expect(
        same(amount, 100),
        hint="`balance` returns what the store has read.",
        saw=f"{amount!r}, expected 100",
    )


@case("too little on the account, then a transfer that fits")
def too_little(submission: Submission) -> None:
    store = Store(ada=100, bob=20)

    async def main():
        bank = submission.Bank(store)
        errors, _ = await all_of(bank.transfer("ada", "bob", 101))
        before = dict(store.amounts)
        later, _ = await all_of(bank.transfer("ada", "bob", 100))
        return errors, before, later

    errors, before, later = observe(main(), AFTER)
    expect(
        len(errors) == 1 and type(errors[0]) is ValueError,
        hint="Nobody may spend what they have not.",
        saw=f"ada holds 100 and pays 101: {errors!r}",
    )
    expect(
        same(before, {"ada": 100, "bob": 20}),
        hint="A refused transfer changes nothing.",
        saw=f"{before}",
    )
    expect_right(store, later, {"ada": 0, "bob": 120})


@case("source and target are the same account")
def same_account(submission: Submission) -> None:
    store = Store(ada=100)

    async def main():
        return await all_of(submission.Bank(store).transfer("ada", "ada", 30))

    errors, _ = observe(
        main(),
        "One account, two locks to take. Which are they, if the two names are the "
        "same?",
    )
    expect(
        len(errors) == 1 and type(errors[0]) is ValueError,
        hint="A transfer from an account to itself is a mistake of the caller's.",
        saw=f"raised {errors!r}",
    )
    expect(
        same(store.amounts, {"ada": 100}),
        hint="A refused transfer changes nothing.",
        saw=f"{store.amounts}",
    )


@case("two transfers in opposite directions, while both accounts are in use")
def crossing(submission: Submission) -> None:
    store = Store(ada=100, bob=100)

    async def main():
        bank = submission.Bank(store)
        # Free locks are taken at once; those in use make the transfers interleave.
        return await all_of(
            bank.balance("ada"),
            bank.balance("bob"),
            bank.transfer("ada", "bob", 30),
            bank.transfer("bob", "ada", 10),
        )

    errors, seconds = observe(main(), CROSSING)
    expect_right(store, errors, {"ada": 80, "bob": 120})
    expect(
        seconds <= 10,
        hint="They got through, after a long wait for nothing. Waiting less long is "
        "not the same as not waiting for each other.",
        saw=f"{seconds:g} s for a balance and two transfers, 1 s and 4 s each",
    )


@case("a ring of transfers, both ways round")
def a_ring(submission: Submission) -> None:
    names = ["cid", "ada", "dan", "bob"]
    store = Store(**dict.fromkeys(names, 100))

    async def main():
        bank = submission.Bank(store)
        pairs = list(zip(names, names[1:] + names[:1], strict=True))
        pairs += [(target, source) for source, target in reversed(pairs)]
        return await all_of(*[bank.transfer(*pair, 10) for pair in pairs])

    errors, _ = observe(main(), CROSSING)
    expect_right(store, errors, dict.fromkeys(names, 100))


@case("two transfers from one account, and two to one account")
def shared_account(submission: Submission) -> None:
    for pairs, wanted in (
        ([("ada", "bob"), ("ada", "cid")], {"ada": 80, "bob": 110, "cid": 110}),
        ([("bob", "ada"), ("cid", "ada")], {"ada": 120, "bob": 90, "cid": 90}),
        ([("cid", "bob"), ("ada", "cid")], {"ada": 90, "bob": 110, "cid": 100}),
    ):
        store = Store(ada=100, bob=100, cid=100)

        async def main(store=store, pairs=pairs):
            bank = submission.Bank(store)
            return await all_of(*[bank.transfer(*pair, 10) for pair in pairs])

        errors, _ = observe(main(), CROSSING)
        expect_right(store, errors, wanted)


@case("two transfers with no account in common")
def side_by_side(submission: Submission) -> None:
    store = Store(ada=100, bob=100, cid=100, dan=100)

    async def main():
        bank = submission.Bank(store)
        return await all_of(
            bank.transfer("ada", "bob", 30), bank.transfer("cid", "dan", 30)
        )

    errors, seconds = observe(main(), CROSSING)
    expect_right(store, errors, {"ada": 70, "bob": 130, "cid": 70, "dan": 130})
    expect(
        seconds <= 5,
        hint="They have nothing in common, and one waits for the other. What do they "
        "share?",
        saw=f"{seconds:g} s; one transfer takes 4 s",
    )


@case("a balance is asked for during a transfer")
def balance_meanwhile(submission: Submission) -> None:
    for name, wanted in (("ada", 70), ("bob", 130)):
        store = Store(ada=100, bob=100)

        async def main(store=store, name=name):
            bank = submission.Bank(store)
            transfer = asyncio.create_task(bank.transfer("ada", "bob", 30))
            await asyncio.sleep(0.5)
            amount = await bank.balance(name)
            await transfer
            return amount

        amount = observe(main(), CROSSING)
        expect(
            same(amount, wanted) and store.mixed() is None,
            hint="The transfer was under way, and `balance` did not wait for it.",
            saw=f"{name} holds {wanted} after it; balance returned {amount!r}",
        )


@case("a write fails")
def write_fails(submission: Submission) -> None:
    store = Store(fail_write=1, ada=100, bob=100)

    async def main():
        bank = submission.Bank(store)
        errors, _ = await all_of(bank.transfer("ada", "bob", 30))
        return errors, await bank.balance("ada"), await bank.balance("bob")

    errors, ada, bob = observe(main(), AFTER)
    expect(
        len(errors) == 1 and type(errors[0]) is OSError,
        hint="The store could not write, and nobody was told.",
        saw=f"raised {errors!r}",
    )
    expect(
        ada == 100 and bob == 100,
        hint="The first write failed, and something was written.",
        saw=f"ada {ada!r}, bob {bob!r}",
    )


@case("a transfer is cancelled while it waits for an account")
def cancelled_waiting(submission: Submission) -> None:
    for source, target in (("bob", "cid"), ("cid", "bob"), ("abe", "bob")):
        store = Store(abe=100, ada=100, bob=100, cid=100)

        async def main(store=store, source=source, target=target):
            bank = submission.Bank(store)
            first = asyncio.create_task(bank.transfer("ada", "bob", 30))
            await asyncio.sleep(0.5)
            second = asyncio.create_task(bank.transfer(source, target, 10))
            await asyncio.sleep(1)
            second.cancel()
            await asyncio.wait([second])
            later = await all_of(bank.transfer("cid", "abe", 10))
            await first
            return second.cancelled(), later[0]

        cancelled, errors = observe(main(), AFTER)
        expect(
            cancelled,
            hint="A transfer was cancelled while it waited, and did not end so.",
            saw=f"{source} to {target} went on",
        )
        wanted = {"abe": 110, "ada": 70, "bob": 130, "cid": 90}
        expect_right(store, errors, wanted)
