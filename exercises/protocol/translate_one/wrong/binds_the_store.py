# hint: The block works with the connection
class OrderNotFound(Exception):
    pass


class OrderStore:
    def __init__(self, connection):
        self.connection = connection

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        await self.connection.close()
        if isinstance(exc, KeyError):
            raise OrderNotFound(*exc.args) from exc
