"""Four managers around a call: each order but one charges the wrong one."""

import asyncio
from contextlib import asynccontextmanager

from asyncwith import run_virtual
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("guarded",)

SECONDS = 2


def clock() -> float:
    return asyncio.get_running_loop().time()


class Full(Exception):
    """The bulkhead has no room."""


class CircuitOpen(Exception):
    """The breaker refuses."""


class Bulkhead:
    """One place, and a queue of one."""

    def __init__(self) -> None:
        self.slot, self.room, self.entries = asyncio.Semaphore(1), 2, 0

    @asynccontextmanager
    async def place(self):
        if not self.room:
            raise Full
        self.room -= 1
        self.entries += 1
        try:
            async with self.slot:
                yield
        finally:
            self.room += 1


class Breaker:
    """Open or not, and the book of what left its block."""

    def __init__(self) -> None:
        self.is_open, self.left, self.entries, self.inside = False, [], 0, 0

    @asynccontextmanager
    async def call(self):
        if self.is_open:
            raise CircuitOpen
        self.entries += 1
        self.inside += 1
        try:
            yield
        except Exception as error:
            self.left.append(type(error).__name__)
            raise
        finally:
            self.inside -= 1


class Limiter:
    """A turn every `gap` seconds."""

    def __init__(self, gap: float) -> None:
        self.gap, self.free_at, self.turns, self.exits = gap, 0.0, 0, 0
        self.queue = asyncio.Lock()

    async def __aenter__(self) -> None:
        async with self.queue:
            turn = max(self.free_at, clock())
            await asyncio.sleep(turn - clock())
            self.free_at = turn + self.gap
            self.turns += 1

    async def __aexit__(self, *details: object) -> None:
        self.exits += 1


class Service:
    """The guards of one service, and calls that take some seconds."""

    def __init__(self, submission: Submission, gap: float = 0.0) -> None:
        self.submission = submission
        self.bulkhead, self.breaker = Bulkhead(), Breaker()
        self.limiter = Limiter(gap)
        self.made = self.running = 0
        self.guards: tuple[int, ...] = ()

    async def call(
        self,
        takes: float = 0.0,
        error: Exception | None = None,
        answer: object = "answer",
    ):
        """How a guarded call ended: its result or exception, and when."""

        async def work():
            self.running += 1
            inside = self.limiter.turns - self.limiter.exits
            self.guards = 2 - self.bulkhead.room, self.breaker.inside, inside
            try:
                await asyncio.sleep(takes)
                if error is not None:
                    raise error
                return answer
            finally:
                self.running -= 1

        def make():
            self.made += 1
            expect(
                self.made < 10,
                hint="The call is made again and again.",
                saw=f"calls made: {self.made}",
            )
            return work()

        try:
            ended = await self.submission.guarded(
                self.breaker, self.bulkhead, self.limiter, SECONDS, make
            )
        except Exception as caught:
            ended = caught
        return ended, clock()


@case("the service answers")
def answers(submission):
    async def main():
        service = Service(submission)
        ended, when = await service.call(takes=1)
        expect(
            same(ended, "answer") and when == 1,
            hint="The call's result should come out, when it is there.",
            saw=f"{ended!r} after {when:g} s",
        )
        entered = (
            service.bulkhead.entries,
            service.breaker.entries,
            service.limiter.turns,
        )
        expect(
            max(entered) <= 1,
            hint="A manager is entered more often than the call is made.",
            saw=f"entries of bulkhead, breaker, limiter: {entered}",
        )
        expect(
            same(entered, (1, 1, 1)),
            hint="Each of the managers should be entered, once.",
            saw=f"entries of bulkhead, breaker, limiter: {entered}",
        )
        expect(
            service.limiter.exits == 1,
            hint="What is entered should be left, too.",
            saw=f"exits of the limiter: {service.limiter.exits}",
        )

    run_virtual(main())


@case("the call fails")
def fails(submission):
    async def main():
        service, error = Service(submission), OSError("reset")
        ended, _ = await service.call(error=error)
        expect(
            ended is error,
            hint="What the call raises should come out as it is.",
            saw=repr(ended),
        )
        expect(
            same(service.breaker.left, ["OSError"]),
            hint="The breaker should see the call's failure, once.",
            saw=f"it saw: {service.breaker.left}",
        )

    run_virtual(main())


@case("the service hangs")
def hangs(submission):
    async def main():
        service = Service(submission)
        ended, when = await service.call(takes=3600)
        expect(
            isinstance(ended, TimeoutError) and when == SECONDS,
            hint="The call may take so many seconds; then a TimeoutError comes out.",
            saw=f"{ended!r} after {when:g} s",
        )
        expect(
            same(service.breaker.left, ["TimeoutError"]),
            hint="The service hung, and the breaker counted nothing. What does a "
            "timeout look like from inside?",
            saw=f"exceptions that left the breaker's block: {service.breaker.left}",
        )
        expect(
            service.bulkhead.room == 2,
            hint="The call is over, and its place is taken.",
            saw=f"room: {service.bulkhead.room}",
        )

    run_virtual(main())


@case("two wait for the same place")
def waits_for_a_place(submission):
    async def main():
        service = Service(submission)
        ends = await asyncio.gather(*[service.call(takes=1.5) for _ in range(2)])
        expect(
            same([end for end, _ in ends], ["answer", "answer"]),
            hint="A call waited for its place, and the seconds of the service went by.",
            saw=f"{ends!r}",
        )

    run_virtual(main())


@case("the limiter lets one in every ten seconds")
def waits_for_a_turn(submission):
    async def main():
        service = Service(submission, gap=10)
        await service.call()
        ended, when = await service.call(takes=1.5)
        expect(
            same(ended, "answer") and when == 11.5,
            hint="A call waited for its turn, and the seconds of the service went by.",
            saw=f"{ended!r} at {when:g} s",
        )

    run_virtual(main())


@case("the bulkhead is full")
def full(submission):
    async def main():
        service = Service(submission)
        ends = await asyncio.gather(*[service.call(takes=1) for _ in range(3)])
        refused = [end for end, _ in ends if isinstance(end, Full)]
        expect(
            len(refused) == 1,
            hint="Three calls, one place, a queue of one: the third should get Full.",
            saw=f"{[end for end, _ in ends]!r}",
        )
        expect(
            same(service.breaker.left, []),
            hint="The bulkhead was full, and the breaker counted that as a failure of "
            "the service. Which of the two should see the other's refusal?",
            saw=f"exceptions that left the breaker's block: {service.breaker.left}",
        )

    run_virtual(main())


@case("the breaker is open, and the next turn is far away")
def open_circuit(submission):
    async def main():
        service = Service(submission, gap=100)
        await service.call()
        service.breaker.is_open = True
        ended, when = await service.call()
        expect(
            isinstance(ended, CircuitOpen),
            hint="The breaker refuses: CircuitOpen should come out.",
            saw=repr(ended),
        )
        expect(
            when == 0 and service.limiter.turns == 1,
            hint="It waited for a turn, to be refused. Which should be asked first?",
            saw=f"refused at {when:g} s; turns used: {service.limiter.turns}",
        )
        expect(
            service.bulkhead.room == 2,
            hint="The refused call keeps a place in the bulkhead.",
            saw=f"room: {service.bulkhead.room}",
        )

    run_virtual(main())


@case("the call is under way")
def under_way(submission):
    async def main():
        service = Service(submission)
        await service.call(takes=1)
        expect(
            same(service.guards, (1, 1, 1)),
            hint="While the call runs, it should be inside each of the managers.",
            saw=f"inside bulkhead, breaker, limiter: {service.guards}",
        )

    run_virtual(main())


@case("the call fails, or answers with nothing")
def made_once(submission):
    async def main():
        for answer, error in ((None, None), (0, None), ("", OSError("reset"))):
            service = Service(submission)
            ended, _ = await service.call(error=error, answer=answer)
            expect(
                service.made == 1,
                hint="Nobody asked for a second call. How often may it be made?",
                saw=f"calls made: {service.made}; it ended with {ended!r}",
            )
            expect(
                ended is (error or answer),
                hint="What the call returns or raises should come out as it is.",
                saw=repr(ended),
            )
            expect(
                service.limiter.exits == 1 and service.bulkhead.room == 2,
                hint="What is entered should be left, also when the call fails.",
                saw=f"exits of the limiter: {service.limiter.exits}; room in the "
                f"bulkhead: {service.bulkhead.room}",
            )

    run_virtual(main())


@case("the call raises a TimeoutError of its own")
def own_timeout(submission):
    async def main():
        service, error = Service(submission), TimeoutError("of the call")
        ended, _ = await service.call(error=error)
        expect(
            ended is error,
            hint="The call raised a TimeoutError before the seconds were over. Whose "
            "is it?",
            saw=repr(ended),
        )

    run_virtual(main())


@case("the service hangs, and the call is to stop")
def stops_the_call(submission):
    async def main():
        service = Service(submission)
        await service.call(takes=3600)
        expect(
            service.running == 0,
            hint="The timeout came out, and the call still runs. Who stops it?",
            saw=f"calls under way: {service.running}",
        )
        expect(
            service.limiter.exits == 1,
            hint="What is entered should be left, also after a timeout.",
            saw=f"exits of the limiter: {service.limiter.exits}",
        )

    run_virtual(main())


@case("the caller is cancelled")
def cancelled(submission):
    async def main():
        service = Service(submission)
        task = asyncio.create_task(service.call(takes=60))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        expect(
            task.cancelled(),
            hint="Whoever cancelled it waits for a CancelledError.",
            saw="" if task.cancelled() else f"it ended with {task.result()[0]!r}",
        )
        expect(
            same(service.breaker.left, []),
            hint="The caller left, and the breaker counted a failure of the service.",
            saw=f"exceptions that left the breaker's block: {service.breaker.left}",
        )
        kept = 2 - service.bulkhead.room, 1 - service.limiter.exits, service.running
        expect(
            same(kept, (0, 0, 0)),
            hint="The caller left, and something is kept, or still runs.",
            saw=f"places, turns not left, calls under way: {kept}",
        )

    run_virtual(main())


@case("it is refused, and nothing is to be called")
def refused(submission):
    async def main():
        service = Service(submission)
        service.breaker.is_open = True
        await service.call()
        service.breaker.is_open, service.bulkhead.room = False, 0
        await service.call()
        expect(
            service.made == 0,
            hint="Nobody let the call in, and it was made. When is `call()` called?",
            saw=f"calls made: {service.made}",
        )

    run_virtual(main())


@case("the next turn is an hour away")
def an_hour_away(submission):
    async def main():
        service = Service(submission, gap=3600)
        await service.call()
        ended, when = await service.call(takes=1)
        expect(
            same(ended, "answer") and when == 3601,
            hint="A call waited an hour for its turn, and was not made. Which limit "
            "bounds the waiting?",
            saw=f"{ended!r} at {when:g} s",
        )

    run_virtual(main())


@case("the caller goes on after the timeout")
def goes_on(submission):
    async def main():
        ended, _ = await Service(submission).call(takes=3600)
        count = asyncio.current_task().cancelling()
        expect(
            isinstance(ended, TimeoutError) and count == 0,
            hint="The TimeoutError is out, and the task still counts as cancelled. Who "
            "takes a cancellation back?",
            saw=f"{ended!r}; cancelling(): {count}",
        )

    run_virtual(main())
