# hint: what the OrderNotFound *comes from*
class OrderNotFound(Exception):
    pass


class OrderStore:
    def __init__(self, connection):
        self.connection = connection

    async def __aenter__(self):
        return self.connection

    async def __aexit__(self, exc_type, exc, traceback):
        await self.connection.close()
        if isinstance(exc, KeyError):
            raise OrderNotFound(*exc.args) from None
