# hint: it was made in the thread of the loop
from contextlib import asynccontextmanager


@asynccontextmanager
async def database(connect):
    connection = connect()

    async def run(function, *args):
        return function(connection, *args)

    try:
        yield run
    finally:
        connection.close()
