# hint: How does `except KeyError` decide?
class OrderNotFound(Exception):
    pass


class OrderStore:
    def __init__(self, connection):
        self.connection = connection

    async def __aenter__(self):
        return self.connection

    async def __aexit__(self, exc_type, exc, traceback):
        await self.connection.close()
        if exc_type is KeyError:
            raise OrderNotFound(*exc.args) from exc
