"""Rows: tuples whose items have names, as asyncpg's C type ``Record``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Record", "RecordDescriptor"]


class RecordDescriptor:
    """What the rows of one statement share: their keys."""

    __slots__ = ("keys", "mapping")

    def __init__(self, mapping: Mapping[str, int], keys: tuple[str, ...]) -> None:
        self.mapping = mapping
        self.keys = keys

    def make_record(self, record_class: type[Record], values: tuple[Any, ...]) -> Any:
        record = object.__new__(record_class)
        object.__setattr__(record, "_descriptor", self)
        object.__setattr__(record, "_values", values)
        return record


class Record:
    """A row of a result; made by asyncpg only."""

    __slots__ = ("_descriptor", "_values")
    _descriptor: RecordDescriptor
    _values: tuple[Any, ...]

    def __new__(cls, *_: object, **__: object) -> Any:
        raise TypeError(
            f"cannot create '{Record.__module__}.{Record.__qualname__}' instances"
        )

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                return self._values[self._descriptor.mapping[key]]
            except KeyError:
                raise KeyError(key) from None
        if isinstance(key, slice):
            return self._values[key]
        try:
            return self._values[key]
        except IndexError:
            raise IndexError("record index out of range") from None
        except TypeError:
            raise KeyError(key) from None

    def get(self, key: str, default: Any = None) -> Any:
        place = self._descriptor.mapping.get(key)
        return default if place is None else self._values[place]

    def keys(self) -> Iterator[str]:
        return iter(self._descriptor.mapping)

    def values(self) -> Iterator[Any]:
        return iter(self._values)

    def items(self) -> Iterator[tuple[str, Any]]:
        return zip(self._descriptor.keys, self._values, strict=False)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._descriptor.mapping

    def __hash__(self) -> int:
        return hash(self._values)

    def _other(self, other: object) -> Any:
        if isinstance(other, Record):
            return other._values
        return other if isinstance(other, tuple) else None

    def __eq__(self, other: object) -> Any:
        values = self._other(other)
        return NotImplemented if values is None else self._values == values

    def __lt__(self, other: object) -> Any:
        values = self._other(other)
        return NotImplemented if values is None else self._values < values

    def __le__(self, other: object) -> Any:
        values = self._other(other)
        return NotImplemented if values is None else self._values <= values

    def __gt__(self, other: object) -> Any:
        values = self._other(other)
        return NotImplemented if values is None else self._values > values

    def __ge__(self, other: object) -> Any:
        values = self._other(other)
        return NotImplemented if values is None else self._values >= values

    def __repr__(self) -> str:
        pairs = zip(self._descriptor.keys, self._values, strict=False)
        return "<Record" + "".join(f" {k}={v!r}" for k, v in pairs) + ">"

    def __reduce__(self) -> Any:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")
