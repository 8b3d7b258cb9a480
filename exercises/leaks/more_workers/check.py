"""Reloads while mails are sent, queued, refused or cancelled; tasks are counted."""

import asyncio

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Mailer",)


class Provider:
    """Sends a mail in a second, and notes what it was told."""

    def __init__(self, refuses=(), seconds: float = 1) -> None:
        self.refuses, self.seconds = refuses, seconds
        self.begun: list[tuple[object, object]] = []
        self.sent: list[object] = []
        self.cancelled: list[object] = []
        self.goodbyes: list[object] = []
        self.now = self.peak = 0

    async def send(self, mail, settings) -> None:
        self.begun.append((mail, settings))
        self.now += 1
        self.peak = max(self.peak, self.now)
        try:
            await asyncio.sleep(self.seconds)
            if mail in self.refuses:
                raise ConnectionError(mail)
            self.sent.append(mail)
        except asyncio.CancelledError:
            self.cancelled.append(mail)
            await asyncio.sleep(0.5)  # it says goodbye to the mail server
            self.goodbyes.append(mail)
            raise
        finally:
            self.now -= 1


def others() -> int:
    return len(asyncio.all_tasks()) - 1


def expect_workers(wanted: int, when: str) -> None:
    found = others()
    expect(
        found >= wanted,
        hint="Nobody works any more. What has ended the worker?",
        saw=f"{when}: {found} tasks beside the caller's",
    )
    expect(
        found <= wanted,
        hint="The report's gauge: there are more tasks than there should be. Which "
        "line starts them, and which line ends them?",
        saw=f"{when}: {found} tasks beside the caller's",
    )


def expect_once(provider: Provider, mails: list[str], what: str) -> None:
    begun = [mail for mail, _ in provider.begun]
    expect(
        not provider.cancelled,
        hint="A mail was cut short, and the block had not ended. Who was cancelled?",
        saw=f"{what}: cancelled {provider.cancelled}",
    )
    expect(
        len(begun) == len(set(begun)),
        hint="A mail went out twice.",
        saw=f"{what}: {begun}",
    )
    expect(
        set(begun) == set(mails),
        hint="A mail was left out. Who had it when the settings changed?",
        saw=f"{what}: put {mails}, sent {begun}",
    )
    expect(
        provider.peak == 1,
        hint="Two mails were on their way at the same time: how many workers are "
        "there?",
        saw=f"{what}: {provider.peak} at once",
    )
    expect(
        same(begun, mails),
        hint="The mails come in the order in which they were put.",
        saw=f"{what}: put {mails}, sent {begun}",
    )


@case("mails are sent")
def sends(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            expect(
                hasattr(mailer, "put") and hasattr(mailer, "reload"),
                hint="`as` binds the mailer.",
                saw=f"as bound {mailer!r}",
            )
            for number in range(4):
                mailer.put(f"mail {number}")
            await asyncio.sleep(4.5)
            expect_workers(1, "four mails, no reload")
        expect_once(provider, [f"mail {n}" for n in range(4)], "four mails")
        expect(
            {settings for _, settings in provider.begun} == {"v1"},
            hint="`send` is called with the mail and the settings.",
            saw=f"{provider.begun}",
        )

    run_virtual(main())


@case("the settings are reloaded, and nothing is to do")
def reloads_idle(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            for version in range(2, 7):
                await asyncio.sleep(1)
                await mailer.reload(f"v{version}")
            await asyncio.sleep(1)
            expect_workers(1, "after five reloads")
            mailer.put("mail")
            await asyncio.sleep(2)
        expect_once(provider, ["mail"], "one mail after five reloads")
        expect(
            same(provider.begun, [("mail", "v6")]),
            hint="It was sent with settings that had been changed before.",
            saw=f"{provider.begun}, the settings were v6",
        )

    run_virtual(main())


@case("the settings are reloaded while a mail is sent and others wait")
def reloads_busy(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            for number in range(3):
                mailer.put(f"mail {number}")
            clock, waited = asyncio.get_running_loop().time, []
            for version in (2, 3):
                await asyncio.sleep(0.4)
                begun = clock()
                await mailer.reload(f"v{version}")
                waited.append(clock() - begun)
                expect_workers(1, f"reload to v{version} while a mail is sent")
            await asyncio.sleep(4)
            expect_workers(1, "after two reloads")
        expect_once(provider, [f"mail {n}" for n in range(3)], "reloads meanwhile")
        expect(
            max(waited) == 0,
            hint="A reload changes the settings, and waits for no mail. What does this "
            "one wait for?",
            saw=f"while a mail was sent, the reload took {max(waited):g} s",
        )
        expect(
            same([settings for _, settings in provider.begun], ["v1", "v3", "v3"]),
            hint="Which settings hold for a mail: those of the moment when its `send` "
            "begins.",
            saw=f"{provider.begun}",
        )

    run_virtual(main())


@case("the same settings come again, at once, many times")
def reloads_at_once(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            mailer.put("mail 0")
            mailer.put("mail 1")
            await asyncio.gather(*[mailer.reload("v2") for _ in range(5)])
            await asyncio.sleep(5)
            expect_workers(1, "after five reloads at once")
        expect_once(provider, ["mail 0", "mail 1"], "five reloads at once")

    run_virtual(main())


@case("a reload is cancelled")
def cancelled_reload(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            mailer.put("mail 0")
            await asyncio.sleep(0.2)
            for version in range(2, 5):
                task = asyncio.create_task(mailer.reload(f"v{version}"))
                await asyncio.sleep(0.1)
                task.cancel()
                await asyncio.wait([task])
            await asyncio.sleep(2)
            expect_workers(1, "after three cancelled reloads")
            mailer.put("mail 1")
            await asyncio.sleep(2)
        expect_once(provider, ["mail 0", "mail 1"], "reloads were cancelled")

    run_virtual(main())


@case("a mail is refused")
def refused(submission: Submission):
    async def main():
        provider = Provider(refuses=("mail 0", "mail 2"))
        async with submission.Mailer(provider.send, "v1") as mailer:
            for number in range(4):
                mailer.put(f"mail {number}")
            await asyncio.sleep(5)
            expect_workers(1, "two of four mails were refused")
        expect_once(provider, [f"mail {n}" for n in range(4)], "two refused")

    run_virtual(main())


@case("the block ends while a mail is sent")
def ends(submission: Submission):
    async def main():
        for how in ("ends", "raises", "is cancelled"):
            provider = Provider()

            async def body(mailer, how=how):
                mailer.put("mail 0")
                mailer.put("mail 1")
                await asyncio.sleep(0.3)
                await mailer.reload("v2")
                await asyncio.sleep(0.2)
                if how == "raises":
                    raise KeyError("the block's own")
                if how == "is cancelled":
                    await asyncio.sleep(60)

            still: list[int] = []

            async def block(provider=provider, body=body, still=still):
                try:
                    async with submission.Mailer(provider.send, "v1") as mailer:
                        await body(mailer)
                finally:
                    still.append(provider.now)

            task = asyncio.create_task(block())
            await asyncio.sleep(0.6)
            if how == "is cancelled":
                task.cancel()
            await asyncio.wait([task], timeout=30)
            expect(
                task.done(),
                hint="The block is over, and its exit waits. For what?",
                saw=f"the block {how}: not over after 30 s",
            )
            expect(
                same(still, [0]),
                hint="The block was over, and its worker was not. Who waits for it?",
                saw=f"the block {how}: the mail that was cancelled had not ended",
            )
            expect_workers(0, f"the block {how}")
            error = None if task.cancelled() else task.exception()
            expect(
                (how == "is cancelled") == task.cancelled()
                and (how == "raises") == isinstance(error, KeyError),
                hint="What ends the block comes out of it as it is.",
                saw=f"the block {how}: {error!r}, cancelled: {task.cancelled()}",
            )
            expect(
                same(provider.begun, [("mail 0", "v1")])
                and same(provider.cancelled, ["mail 0"]),
                hint="A mail that is being sent when the block ends is cancelled, and "
                "no other is begun.",
                saw=f"the block {how}: begun {provider.begun}, "
                f"cancelled {provider.cancelled}",
            )

    run_virtual(main())


@case("mails and settings that are empty, and equal mails")
def of_all_kinds(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            mailer.put("")
            mailer.put("mail")
            await asyncio.sleep(3)
            expect(
                same([mail for mail, _ in provider.begun], ["", "mail"]),
                hint="An empty mail is a mail. What passes it over, or stops at it?",
                saw=f"put '' and 'mail', sent {provider.sent}",
            )
            mailer.put("mail")
            await asyncio.sleep(2)
            expect(
                same([mail for mail, _ in provider.begun], ["", "mail", "mail"]),
                hint="Two mails may be equal, and are two mails.",
                saw=f"put 'mail' twice, sent {provider.sent}",
            )
            await mailer.reload({})
            mailer.put("last")
            await asyncio.sleep(2)
            expect(
                same(provider.begun[-1], ("last", {})),
                hint="The new settings are empty, and they are the new ones.",
                saw=f"reloaded with {{}}: {provider.begun[-1]}",
            )

    run_virtual(main())


@case("send raises one kind of exception after the other")
def refused_in_all_ways(submission: Submission):
    async def main():
        errors = {
            "mail 0": ConnectionError("refused"),
            "mail 1": ValueError("no such address"),
            "mail 2": TimeoutError(),
            "mail 3": KeyError("template"),
            "mail 4": ExceptionGroup("two servers", [OSError(), RuntimeError()]),
        }
        begun = []

        async def send(mail, settings):
            begun.append(mail)
            await asyncio.sleep(1)
            if mail in errors:
                raise errors[mail]

        async with submission.Mailer(send, "v1") as mailer:
            for mail in (*errors, "last"):
                mailer.put(mail)
            await asyncio.sleep(8)
            expect(
                same(begun, [*errors, "last"]),
                hint="`send` may raise any `Exception`. Which of them does the worker "
                "survive?",
                saw=f"after {errors.get(begun[-1])!r} no further mail was sent",
            )

    run_virtual(main())


@case("two mailers")
def two_mailers(submission: Submission):
    async def main():
        one, other = Provider(), Provider()
        async with (
            submission.Mailer(one.send, "for one") as first,
            submission.Mailer(other.send, "for the other") as second,
        ):
            first.put("mail 1")
            second.put("mail 2")
            await asyncio.sleep(2)
            await first.reload("for one, new")
            second.put("mail 3")
            await asyncio.sleep(2)
        begun = [("mail 2", "for the other"), ("mail 3", "for the other")]
        expect(
            same(one.begun, [("mail 1", "for one")]) and same(other.begun, begun),
            hint="Two mailers share something. What belongs to the class, and what to "
            "each of them?",
            saw=f"one sent {one.begun}, the other {other.begun}",
        )

    run_virtual(main())


@case("the mail that is being sent says goodbye")
def says_goodbye(submission: Submission):
    async def main():
        provider = Provider()
        async with submission.Mailer(provider.send, "v1") as mailer:
            mailer.put("mail 0")
            await asyncio.sleep(0.5)
        expect(
            same(provider.goodbyes, ["mail 0"]),
            hint="A `send` that was cancelled says goodbye to the mail server, and was "
            "cut short in that. How often do you cancel the worker?",
            saw=f"cancelled {provider.cancelled}, goodbyes {provider.goodbyes}",
        )

    run_virtual(main())
