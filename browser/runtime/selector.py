"""A selector of sockets in memory, for asyncio's selector event loop."""

from __future__ import annotations

import selectors

from asyncwith_browser.network import MemorySocket, numbered

__all__ = ["MemorySelector"]


class MemorySelector(selectors._BaseSelectorImpl):
    """Tells which `MemorySocket` is ready; it never waits.

    Ready sockets are given in the order in which they became ready, as
    Linux's ``epoll`` does.
    """

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = []
        for key in self.get_map().values():
            events = self._events(key)
            if events:
                found.append((key, events))
        found.sort(key=lambda ready: _socket(ready[0]).since)
        return found

    def is_ready(self) -> bool:
        """Whether `select` would give anything."""
        return any(self._events(key) for key in self.get_map().values())

    def _events(self, key: selectors.SelectorKey) -> int:
        watched = _socket(key)
        events = 0
        if key.events & selectors.EVENT_READ and watched.is_readable():
            events |= selectors.EVENT_READ
        if key.events & selectors.EVENT_WRITE and watched.is_writable():
            events |= selectors.EVENT_WRITE
        return events


def _socket(key: selectors.SelectorKey) -> MemorySocket:
    found = numbered.get(key.fd)
    if found is None:
        raise ValueError(f"There is no file descriptor {key.fd} to wait for here.")
    return found
