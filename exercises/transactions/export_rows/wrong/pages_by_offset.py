# hint: The rows are of two moments
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def rows():
        done = 0
        while page := await pool.fetch(
            f"select * from ({query} limit 100 offset {done}) as page", *args
        ):
            for row in page:
                yield row
            done += len(page)

    yield rows()
