# hint: a checker believes that it never does
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self


class Session:
    def __init__(self, url: str) -> None:
        self.url = url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        self.url = ""


class Retried:
    async def __aenter__(self) -> None:
        return None

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return isinstance(exc, ConnectionError)


@asynccontextmanager
async def session(url: str) -> AsyncGenerator[Session, None]:
    async with Session(url) as opened:
        yield opened


def session_for(customer: int) -> AbstractAsyncContextManager[Session]:
    return session(f"https://shop.example/{customer}")
