# hint: Which questions are about
import aiohttp
from fastapi import HTTPException

INSERT = "insert into orders values ($1) on conflict do nothing"
PAID = "update orders set paid = true where id = $1"
REFUSED = "delete from orders where id = $1 and not paid"


async def ask(state, id):
    """What the bank says about an order, stored; None if it says nothing."""
    limit = aiohttp.ClientTimeout(total=state.settings.paying)
    key = {"Idempotency-Key": "order"}
    try:
        url = state.settings.bank
        bank = state.session.post(url, headers=key, timeout=limit)
        async with bank as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        return None
    async with state.lent() as db:
        if status == 200:
            await db.execute(PAID, id)
        elif status == 402:
            await db.execute(REFUSED, id)
    return status


async def order(state, id):
    async with state.lent() as db:
        await db.execute(INSERT, id)
        paid = await db.fetchval("select paid from orders where id = $1", id)
    status = 200 if paid else await ask(state, id)
    if status not in (200, 402):
        raise HTTPException(502)
    if status == 402:
        raise HTTPException(402)
    return {"ordered": id}


async def settle(state):
    async with state.lent() as db:
        unpaid = await db.fetch("select id from orders where not paid")
    for row in unpaid:
        if await ask(state, row["id"]) is None:
            break
