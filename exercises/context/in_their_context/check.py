"""One worker: each job sees its client's variables, and sets none of another's."""

import asyncio
from contextvars import Context, ContextVar

from asyncwith import checkpoint
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("Jobs",)

user: ContextVar[str] = ContextVar("user", default="nobody")
locale: ContextVar[str] = ContextVar("locale", default="C")

ITS_CLIENT = (
    "A job does not see the variables of its client. In whose context does the job's "
    "code run, and whose copy is it?"
)


async def with_worker(submission: Submission, main) -> object:
    """Run `main(jobs)` beside a worker, which is started by somebody else."""
    jobs = submission.Jobs()

    async def start():
        user.set("the starter")
        return asyncio.create_task(jobs.run_jobs(), name="worker")

    worker = await asyncio.create_task(start(), context=Context())
    client = asyncio.create_task(main(jobs), context=Context())
    done, _ = await asyncio.wait(
        [worker, client], return_when=asyncio.FIRST_COMPLETED, timeout=2
    )
    if worker in done:
        await asyncio.wait([client], timeout=0.1)
    error = None
    if worker.done() and not worker.cancelled():
        error = worker.exception()
    expect(
        not worker.done(),
        hint="The worker has ended, and the next clients wait for ever. What happened "
        "to the job, or to the client, before that?",
        saw=f"the worker ended with {error!r}",
    )
    worker.cancel()
    await asyncio.wait([worker], timeout=1)
    expect(
        client.done(), hint="A client waits for ever.", saw="submit() never returned"
    )
    return client.result()


def job_that_reads(seen: list[str]):
    async def job() -> str:
        seen.append(user.get())
        await checkpoint("print")
        seen.append(user.get())
        return user.get()

    return job


@case("one client")
async def one_client(submission):
    async def main(jobs):
        user.set("ada")
        return await jobs.submit(job_that_reads([]))

    result = await with_worker(submission, main)
    expect(
        result is not None,
        hint="`submit` returns what the job returned.",
        saw="submit() returned None",
    )
    expect(same(result, "ada"), hint=ITS_CLIENT, saw=f"ada's job saw {result!r}")


@case("three clients at the same time")
async def three_clients(submission):
    async def client(jobs, name):
        user.set(name)
        return await jobs.submit(job_that_reads([]))

    async def main(jobs):
        names = ("ada", "bob", "eve")
        return await asyncio.gather(*[client(jobs, name) for name in names])

    result = await with_worker(submission, main)
    expect(same(result, ["ada", "bob", "eve"]), hint=ITS_CLIENT, saw=f"saw {result}")


@case("a client has another variable")
async def other_variables(submission):
    async def main(jobs):
        locale.set("de")

        async def job():
            return locale.get(), user.get()

        return await jobs.submit(job)

    result = await with_worker(submission, main)
    expect(
        same(result, ("de", "nobody")),
        hint="A job sees all variables of its client's context, and none but those: "
        "also one that you have never heard of, and one that is not set there.",
        saw=f"locale and user are {result!r}, not ('de', 'nobody')",
    )


@case("jobs set variables")
async def jobs_set(submission):
    async def sets() -> str:
        user.set("root")
        locale.set("xx")
        await checkpoint("print")
        return user.get()

    async def reads() -> tuple[str, str]:
        return user.get(), locale.get()

    async def client(jobs, name):
        user.set(name)
        inside = await jobs.submit(sets)
        return inside, user.get(), await jobs.submit(reads)

    async def other(jobs):
        return await jobs.submit(reads)

    async def main(jobs):
        first = await asyncio.create_task(client(jobs, "ada"))
        return first, await asyncio.create_task(other(jobs))

    (inside, after, later), others = await with_worker(submission, main)
    expect(
        same(inside, "root"),
        hint="A job may set variables, and sees them itself.",
        saw=f"the job that set 'root' saw {inside!r}",
    )
    expect(
        same(after, "ada"),
        hint="A job has set a variable, and its client sees it. Whose context did the "
        "job have: the client's own, or a copy?",
        saw=f"ada's variable is {after!r} after the job",
    )
    expect(
        same(later, ("ada", "C")) and same(others, ("nobody", "C")),
        hint="A job has set a variable, and a later job sees it. What do two jobs have "
        "in common?",
        saw=f"later jobs saw {later!r} and {others!r}",
    )


@case("a client sets a variable after it has submitted")
async def set_after_submit(submission):
    async def main(jobs):
        user.set("ada")
        first = asyncio.create_task(jobs.submit(job_that_reads([])))
        await checkpoint("until it is submitted")
        user.set("later")
        return await first

    result = await with_worker(submission, main)
    expect(same(result, "ada"), hint=ITS_CLIENT, saw=f"the job saw {result!r}")


@case("many jobs at once")
async def one_at_a_time(submission):
    book: list[str] = []

    def job(name):
        async def run():
            book.append(f"{name} begins")
            for _ in range(3):
                await checkpoint(name)
            book.append(f"{name} ends")

        return run

    async def main(jobs):
        await asyncio.gather(*[jobs.submit(job(name)) for name in "abc"])

    await with_worker(submission, main)
    wanted = [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    expect(
        same(book, wanted),
        hint="One job at a time, in the order of the calls of `submit`.",
        saw=", ".join(book),
    )


@case("the worker runs them")
async def by_the_worker(submission):
    ran: list[str] = []

    async def job():
        ran.append("job")

    async def main():
        jobs = submission.Jobs()
        waiting = asyncio.create_task(jobs.submit(job))
        for _ in range(5):
            await checkpoint("there is no worker yet")
        before = list(ran)
        worker = asyncio.create_task(jobs.run_jobs())
        await asyncio.wait([waiting], timeout=1)
        worker.cancel()
        await asyncio.wait([worker], timeout=1)
        return before

    before = await asyncio.create_task(main())
    expect(
        not before,
        hint="A job has run before there was a worker. The worker runs the jobs, so "
        "that no two run at once.",
        saw="the client ran it",
    )


@case("a job fails")
async def failing(submission):
    async def fails():
        await checkpoint("print")
        raise OSError("no paper")

    async def main(jobs):
        user.set("ada")
        try:
            await jobs.submit(fails)
        except OSError as error:
            caught = str(error)
        except ExceptionGroup as group:
            caught = f"a group of {len(group.exceptions)}"
        else:
            caught = "nothing"
        return caught, await jobs.submit(job_that_reads([]))

    result = await with_worker(submission, main)
    expect(
        same(result, ("no paper", "ada")),
        hint="The job's exception leaves `submit` as it is, and the worker takes the "
        "next job.",
        saw=f"caught {result[0]!r}, and the next job returned {result[1]!r}",
    )


@case("a client is cancelled while its job waits, or runs")
async def cancelled_clients(submission):
    for fails in (False, True):
        for turns in (1, 2, 3):

            async def job(fails=fails):
                for _ in range(4):
                    await checkpoint("print")
                if fails:
                    raise OSError("no paper")

            async def main(jobs, turns=turns, job=job):
                user.set("bob")
                leaves = asyncio.create_task(jobs.submit(job))
                for _ in range(turns):
                    await checkpoint("the client waits")
                leaves.cancel()
                await asyncio.wait([leaves])
                return await jobs.submit(job_that_reads([]))

            result = await with_worker(submission, main)
            expect(same(result, "bob"), hint=ITS_CLIENT, saw=f"saw {result!r}")


@case("the worker is cancelled while a job runs")
async def cancelled_worker(submission):
    book: list[str] = []
    running = asyncio.Event()

    async def job():
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            book.append("job cancelled")
            raise

    jobs = submission.Jobs()
    worker = asyncio.create_task(jobs.run_jobs())
    client = asyncio.create_task(jobs.submit(job))
    await asyncio.wait([asyncio.create_task(running.wait())], timeout=1)
    worker.cancel()
    await asyncio.wait([worker], timeout=1)
    client.cancel()
    await asyncio.wait([client], timeout=1)
    expect(
        worker.done() and worker.cancelled(),
        hint="The worker was cancelled, and did not end so.",
        saw="the worker goes on" if not worker.done() else "it ended otherwise",
    )
    expect(
        same(book, ["job cancelled"]),
        hint="The worker was cancelled, and its job runs on. Who waits for it now?",
        saw="the job was not cancelled",
    )
