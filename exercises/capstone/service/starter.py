import aiohttp
from fastapi import HTTPException


async def order(state, id):
    limit = aiohttp.ClientTimeout(total=state.settings.paying)
    options = {"timeout": limit, "raise_for_status": True}
    async with state.lent() as db, db.transaction():
        await db.execute("insert into orders values ($1)", id)
        try:
            async with state.session.post(state.settings.bank, **options):
                pass
        except (aiohttp.ClientError, TimeoutError):
            raise HTTPException(502) from None
    return {"ordered": id}


async def settle(state):
    pass
