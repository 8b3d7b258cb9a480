"""A shelf of named things to acquire and to release.

It stands in for whatever hands out resources, a pool, a lock service, a file
system: each acquire and each release takes time, so each is a place where a
task can be cancelled. What is out is known at every moment.
"""

from __future__ import annotations

from asyncwith.checkpoints import checkpoint

__all__ = ["Shelf", "ShelfError"]


class ShelfError(Exception):
    """A shelf refuses: an injected fault, or a release of what is not held.

    Examples
    --------
    >>> issubclass(ShelfError, Exception)
    True
    """


class Shelf:
    """Hands out names, takes them back, and keeps the book.

    Parameters
    ----------
    fail_acquire : int or str, optional
        Which acquire raises `ShelfError`: the n-th (from 1) or that of a name.
        It fails after its wait, and nothing is held then.
    fail_release : int or str, optional
        Which release raises. The name is back on the shelf all the same, as a
        socket is gone even where ``close`` complains.

    Attributes
    ----------
    held : list of str
        What is out, in order of acquisition.
    events : list of str
        ``"+a"`` for each acquisition, ``"-a"`` for each release.
    mistakes : list of str
        Releases of what was not held, such as ``"a RELEASED TWICE"``.

    Examples
    --------
    >>> import asyncio
    >>> async def main():
    ...     shelf = Shelf()
    ...     await shelf.acquire("a")
    ...     await shelf.acquire("b")
    ...     await shelf.release("a")
    ...     return shelf
    >>> shelf = asyncio.run(main())
    >>> shelf.held, shelf.events
    (['b'], ['+a', '+b', '-a'])
    """

    def __init__(
        self,
        *,
        fail_acquire: int | str | None = None,
        fail_release: int | str | None = None,
    ) -> None:
        self.fail_acquire = fail_acquire
        self.fail_release = fail_release
        self.held: list[str] = []
        self.events: list[str] = []
        self.mistakes: list[str] = []
        self._acquires = 0
        self._releases = 0

    def __repr__(self) -> str:
        return f"<Shelf held={self.held} events={self.events}>"

    def fresh(self) -> Shelf:
        """Return an untouched shelf with the same faults."""
        return Shelf(fail_acquire=self.fail_acquire, fail_release=self.fail_release)

    async def acquire(self, name: str) -> str:
        """Wait once, then hold `name`.

        A cancellation arrives while nothing is held yet.

        Parameters
        ----------
        name : str
            What to take; the same name may be taken twice, as two connections
            of one pool may.

        Returns
        -------
        str
            The name, which is also the handle to release.

        Raises
        ------
        ShelfError
            If this is the acquire that is to fail.
        TypeError
            If `name` is no string.
        """
        _check_name(name)
        self._acquires += 1
        fails = self.fail_acquire in (self._acquires, name)
        await checkpoint(f"waiting for {name}")
        if fails:
            raise ShelfError(f"no {name}: this acquire was set to fail")
        self.held.append(name)
        self.events.append(f"+{name}")
        return name

    async def release(self, name: str) -> None:
        """Give `name` back, then wait once.

        A cancellation arrives when the name is back already: it cuts short
        what comes after the release, not the release.

        Parameters
        ----------
        name : str
            What `acquire` returned.

        Raises
        ------
        ShelfError
            If `name` is not held, or if this is the release that is to fail.
        TypeError
            If `name` is no string.
        """
        _check_name(name)
        self._releases += 1
        fails = self.fail_release in (self._releases, name)
        if name not in self.held:
            known = f"+{name}" in self.events
            mistake = "RELEASED TWICE" if known else "RELEASED, NEVER ACQUIRED"
            self.mistakes.append(f"{name} {mistake}")
            raise ShelfError(f"{name} is not held: {mistake.lower()}")
        self.held.remove(name)
        self.events.append(f"-{name}")
        await checkpoint(f"releasing {name}")
        if fails:
            raise ShelfError(f"{name} is back, but this release was set to fail")


def _check_name(name: object) -> None:
    # Exactly str: a subclass could claim to be equal to everything.
    if type(name) is not str:
        raise TypeError(
            f"a shelf hands out names: expected a str, found {type(name).__name__}. "
            "Is an await missing before shelf.acquire(...)?"
        )
