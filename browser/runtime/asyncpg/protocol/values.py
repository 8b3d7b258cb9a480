"""Codecs of whole values: scalars, arrays, ranges, composites, Python's own."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any

from asyncpg import exceptions
from asyncpg import types as apg_types
from asyncpg.protocol.record import Record, RecordDescriptor

__all__ = ["BINARY_FORMAT", "TEXT_FORMAT", "Codec"]

TEXT_FORMAT, BINARY_FORMAT = 0, 1
MAX_DIMENSIONS = 6
EMPTY, LOWER_INCLUSIVE, UPPER_INCLUSIVE, LOWER_OPEN, UPPER_OPEN = 1, 2, 4, 8, 16


class Codec:
    """How values of one type are encoded and decoded; the base is a scalar's."""

    def __init__(
        self,
        oid: int,
        name: str,
        schema: str,
        kind: str,
        format: int,
        encoder: Callable[[Any], bytes] | None,
        decoder: Callable[[bytes], Any] | None,
    ) -> None:
        self.oid, self.name, self.schema, self.kind = oid, name, schema, kind
        self.format = format
        self.encoder, self.decoder = encoder, decoder

    def has_encoder(self) -> bool:
        return self.encoder is not None

    def has_decoder(self) -> bool:
        return self.decoder is not None

    def is_binary(self) -> bool:
        return self.format == BINARY_FORMAT

    def encode(self, settings: Any, value: Any) -> bytes:
        assert self.encoder is not None
        return self.encoder(value)

    def decode(self, settings: Any, data: bytes) -> Any:
        assert self.decoder is not None
        return self.decoder(data)


class DerivedCodec(Codec):
    """Of a type that is made of another one."""

    def __init__(self, oid: int, name: str, schema: str, kind: str, of: Codec) -> None:
        super().__init__(oid, name, schema, kind, of.format, None, None)
        self.element = of
        if kind != "array" and of.format != BINARY_FORMAT:
            raise exceptions.UnsupportedClientFeatureError(
                f'cannot decode type "{schema}"."{name}": text encoding of '
                "range types is not supported"
            )

    def has_encoder(self) -> bool:
        return self.element.has_encoder()

    def has_decoder(self) -> bool:
        return self.element.has_decoder()


def sized(data: bytes | None) -> bytes:
    """A datum with its length; NULL is -1."""
    if data is None:
        return b"\xff\xff\xff\xff"
    return struct.pack("!i", len(data)) + data


def unsized(data: bytes, place: int) -> tuple[bytes | None, int]:
    """The datum at a place, and the place after it."""
    [length] = struct.unpack_from("!i", data, place)
    place += 4
    if length < 0:
        return None, place
    return data[place : place + length], place + length


# -- arrays ------------------------------------------------------------------


def _is_array(value: object) -> bool:
    return (
        isinstance(value, Iterable)
        and isinstance(value, Sized)
        and not isinstance(value, (str, bytes, bytearray, memoryview, Mapping))
    )


def _shape(value: Any, depth: int = 1) -> list[int]:
    """The lengths of an array's dimensions; tuples inside are records."""
    if depth > MAX_DIMENSIONS:
        raise ValueError(
            f"number of array dimensions ({depth}) exceed the maximum expected "
            f"({MAX_DIMENSIONS})"
        )
    inner: list[int] | None = None
    for place, element in enumerate(value):
        if _is_array(element) and not isinstance(element, tuple):
            if inner is None and place:
                raise ValueError("non-homogeneous array")
            if inner is None:
                inner = _shape(element, depth + 1)
            elif len(element) != inner[0]:
                raise ValueError("non-homogeneous array")
        elif inner is not None:
            raise ValueError("non-homogeneous array")
    return [len(value), *(inner or [])]


def _leaves(value: Any, depth: int) -> Iterator[Any]:
    for element in value:
        if depth > 1:
            yield from _leaves(element, depth - 1)
        else:
            yield element


class ArrayCodec(DerivedCodec):
    def __init__(
        self, oid: int, name: str, schema: str, of: Codec, delimiter: str = ","
    ) -> None:
        super().__init__(oid, name, schema, "array", of)
        self.delimiter = delimiter

    def encode(self, settings: Any, value: Any) -> bytes:
        if not _is_array(value):
            raise TypeError(
                "a sized iterable container expected "
                f"(got type {type(value).__name__!r})"
            )
        shape = _shape(value)
        if self.format == TEXT_FORMAT:
            return self._text(settings, value, len(shape)).encode()
        elements = [
            None if leaf is None else self._element(settings, leaf, place, len(shape))
            for place, leaf in enumerate(_leaves(value, len(shape)))
        ]
        head = struct.pack("!iiI", len(shape), 0, self.element.oid)
        bounds = b"".join(struct.pack("!ii", length, 1) for length in shape)
        return head + bounds + b"".join(map(sized, elements))

    def _element(self, settings: Any, value: Any, place: int, depth: int) -> bytes:
        try:
            return self.element.encode(settings, value)
        except TypeError as error:
            where = f" at index {place}" if depth == 1 else ""
            raise ValueError(f"invalid array element{where}: {error.args[0]}") from None

    def _text(self, settings: Any, value: Any, depth: int) -> str:
        parts = [
            self._text(settings, element, depth - 1)
            if depth > 1
            else self._quoted(settings, element)
            for element in value
        ]
        return "{" + (self.delimiter + " ").join(parts) + "}"

    def _quoted(self, settings: Any, value: Any) -> str:
        if value is None:
            return "NULL"
        text = self._element(settings, value, 0, 0).decode()
        special = set('"\\{}' + self.delimiter + " \t\n\r\v\f")
        if text and text.upper() != "NULL" and not special & set(text):
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def decode(self, settings: Any, data: bytes) -> Any:
        if self.format == TEXT_FORMAT:
            return self._parse(settings, bytes(data).decode())
        dimensions, _, _ = struct.unpack_from("!iiI", data)
        if dimensions == 0:
            return []
        if not 0 < dimensions <= MAX_DIMENSIONS:
            raise exceptions.ProtocolError(
                f"unexpected array dimensions value: {dimensions}"
            )
        shape = [
            struct.unpack_from("!ii", data, 12 + 8 * i)[0] for i in range(dimensions)
        ]
        place, elements = 12 + 8 * dimensions, []
        while place < len(data):
            element, place = unsized(data, place)
            elements.append(
                None if element is None else self.element.decode(settings, element)
            )
        return _nest(elements, shape)

    def _parse(self, settings: Any, text: str) -> Any:
        """Read PostgreSQL's text of an array: ``{a, "b c", {NULL}}``."""
        place = text.index("{")

        def value() -> Any:
            nonlocal place
            if text[place] == "{":
                place += 1
                found: list[Any] = []
                while text[place] != "}":
                    found.append(value())
                    if text[place] == self.delimiter:
                        place += 1
                place += 1
                return found
            word, quoted = "", text[place] == '"'
            place += quoted
            while (
                text[place] != '"'
                if quoted
                else text[place] not in (self.delimiter + "}")
            ):
                place += text[place] == "\\"
                word += text[place]
                place += 1
            place += quoted
            if not quoted and word.upper() == "NULL":
                return None
            return self.element.decode(settings, word.encode())

        return value()


def _nest(elements: list[Any], shape: list[int]) -> list[Any]:
    for length in reversed(shape[1:]):
        elements = [
            elements[start : start + length]
            for start in range(0, len(elements), length or 1)
        ]
    return elements


# -- ranges ------------------------------------------------------------------


class RangeCodec(DerivedCodec):
    def __init__(self, oid: int, name: str, schema: str, of: Codec) -> None:
        super().__init__(oid, name, schema, "range", of)

    def encode(self, settings: Any, value: Any) -> bytes:
        flags, lower, upper = _bounds(value)
        data = bytes([flags])
        if not flags & (EMPTY | LOWER_OPEN):
            data += sized(self.element.encode(settings, lower))
        if not flags & (EMPTY | UPPER_OPEN):
            data += sized(self.element.encode(settings, upper))
        return data

    def decode(self, settings: Any, data: bytes) -> apg_types.Range:
        flags, place = data[0], 1
        found: list[Any] = [None, None]
        for side, open_flag in enumerate((LOWER_OPEN, UPPER_OPEN)):
            if not flags & (EMPTY | open_flag):
                bound, place = unsized(data, place)
                if bound is not None:
                    found[side] = self.element.decode(settings, bound)
        return apg_types.Range(
            lower=found[0],
            upper=found[1],
            lower_inc=bool(flags & LOWER_INCLUSIVE),
            upper_inc=bool(flags & UPPER_INCLUSIVE),
            empty=bool(flags & EMPTY),
        )


def _bounds(value: Any) -> tuple[int, Any, Any]:
    if isinstance(value, apg_types.Range):
        if value.isempty:
            return EMPTY, None, None
        flags = LOWER_INCLUSIVE if value.lower_inc else 0
        if not value.lower_inc and value.lower is None:
            flags |= LOWER_OPEN
        if value.upper_inc:
            flags |= UPPER_INCLUSIVE
        elif value.upper is None:
            flags |= UPPER_OPEN
        return flags, value.lower, value.upper
    if not isinstance(value, (tuple, list)):
        raise TypeError(
            f"list, tuple or Range object expected (got type {type(value)})"
        )
    if len(value) == 0:
        return EMPTY, None, None
    if len(value) == 1:
        return LOWER_INCLUSIVE | UPPER_OPEN, value[0], None
    if len(value) > 2:
        raise ValueError(f"expected 0, 1 or 2 elements in range (got {len(value)})")
    flags = LOWER_INCLUSIVE | UPPER_INCLUSIVE
    flags |= (LOWER_OPEN if value[0] is None else 0) | (
        UPPER_OPEN if value[1] is None else 0
    )
    return flags, value[0], value[1]


class MultirangeCodec(DerivedCodec):
    def __init__(self, oid: int, name: str, schema: str, of: Codec) -> None:
        super().__init__(oid, name, schema, "multirange", of)
        self.range = RangeCodec(oid, name, schema, of)

    def encode(self, settings: Any, value: Any) -> bytes:
        if not isinstance(value, Sequence):
            raise TypeError(f"expected a sequence (got type {type(value).__name__!r})")
        ranges = [sized(self.range.encode(settings, element)) for element in value]
        return struct.pack("!i", len(ranges)) + b"".join(ranges)

    def decode(self, settings: Any, data: bytes) -> list[apg_types.Range]:
        [count] = struct.unpack_from("!i", data)
        place, found = 4, []
        for _ in range(count):
            element, place = unsized(data, place)
            found.append(self.range.decode(settings, element or b""))
        return found


# -- composites --------------------------------------------------------------


class CompositeCodec(Codec):
    def __init__(
        self,
        oid: int,
        name: str,
        schema: str,
        names: list[str],
        oids: tuple[int, ...],
        elements: list[Codec],
    ) -> None:
        text = any(element.format == TEXT_FORMAT for element in elements)
        super().__init__(
            oid, name, schema, "composite", TEXT_FORMAT if text else 1, None, None
        )
        if text:
            raise exceptions.UnsupportedClientFeatureError(
                f'cannot decode type "{schema}"."{name}": text encoding of '
                "composite types is not supported"
            )
        self.names, self.oids, self.elements = names, oids, elements
        mapping = {key: place for place, key in enumerate(names)}
        self.descriptor = RecordDescriptor(mapping, tuple(names))

    def has_encoder(self) -> bool:
        return all(element.has_encoder() for element in self.elements)

    def has_decoder(self) -> bool:
        return all(element.has_decoder() for element in self.elements)

    def encode(self, settings: Any, value: Any) -> bytes:
        if isinstance(value, Mapping):
            for key in value:
                if key not in self.names:
                    raise ValueError(
                        f"{key!r} is not a valid element of composite type {self.name}"
                    )
            value = tuple(value.get(name) for name in self.names)
        data = struct.pack("!i", len(value))
        for place, item in enumerate(value):
            data += struct.pack("!I", self.oids[place])
            codec = self.elements[place]
            data += sized(None if item is None else codec.encode(settings, item))
        return data

    def decode(self, settings: Any, data: bytes) -> Any:
        values = list(_fields(data))
        if len(values) != len(self.oids):
            raise exceptions.OutdatedSchemaCacheError(
                "unexpected number of attributes of composite type: "
                f"{len(values)}, expected {len(self.oids)}",
                schema=self.schema,
                data_type=self.name,
            )
        found = tuple(
            None if item is None else codec.decode(settings, item)
            for (_, item), codec in zip(values, self.elements, strict=True)
        )
        return self.descriptor.make_record(Record, found)


def _fields(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    [count] = struct.unpack_from("!i", data)
    place = 4
    for _ in range(count):
        [oid] = struct.unpack_from("!I", data, place)
        item, place = unsized(data, place + 4)
        yield oid, item


class AnonymousCodec(Codec):
    """Of ``record``: rows without a declared type are tuples."""

    def __init__(self, oid: int) -> None:
        super().__init__(oid, "record", "pg_catalog", "scalar", 1, None, None)

    def has_encoder(self) -> bool:
        return True

    def has_decoder(self) -> bool:
        return True

    def encode(self, settings: Any, value: Any) -> bytes:
        raise exceptions.UnsupportedClientFeatureError(
            "input of anonymous composite types is not supported",
            hint=(
                "Consider declaring an explicit composite type and "
                "using it to cast the argument."
            ),
            detail="PostgreSQL does not implement anonymous composite type input.",
        )

    def decode(self, settings: Any, data: bytes) -> tuple[Any, ...]:
        found: list[Any] = []
        for place, (oid, item) in enumerate(_fields(data)):
            codec = settings.get_data_codec(oid)
            if item is not None and (codec is None or not codec.has_decoder()):
                raise exceptions.InternalClientError(
                    "no decoder for composite type element in "
                    f"position {place} of type OID {oid}"
                )
            found.append(None if item is None else codec.decode(settings, item))
        return tuple(found)


# -- the user's own ----------------------------------------------------------


class PythonCodec(Codec):
    """Of `Connection.set_type_codec`: the user's functions around another codec."""

    def __init__(
        self,
        oid: int,
        name: str,
        schema: str,
        kind: str,
        format: int,
        encoder: Callable[[Any], Any],
        decoder: Callable[[Any], Any],
        base: Codec | None,
    ) -> None:
        super().__init__(oid, name, schema, kind, format, encoder, decoder)
        self.base = base

    def encode(self, settings: Any, value: Any) -> bytes:
        assert self.encoder is not None
        data: Any = self.encoder(value)
        if self.base is not None:
            return self.base.encode(settings, data)
        if self.format == TEXT_FORMAT:
            if not isinstance(data, str):
                raise TypeError(f"expected str, got {type(data).__name__}")
            return data.encode()
        return bytes(data)

    def decode(self, settings: Any, data: bytes) -> Any:
        assert self.decoder is not None
        plain: Any = bytes(data)
        if self.base is not None:
            plain = self.base.decode(settings, data)
        elif self.format == TEXT_FORMAT:
            plain = plain.decode()
        return self.decoder(plain)
