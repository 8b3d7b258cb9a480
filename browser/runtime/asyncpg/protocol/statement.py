"""A prepared statement: how its arguments are encoded and its rows decoded."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from asyncpg import exceptions
from asyncpg import types as apg_types
from asyncpg.protocol.record import Record, RecordDescriptor
from asyncpg.protocol.values import Codec, sized, unsized

__all__ = ["PreparedStatementState"]

MOST_ARGUMENTS = 32_767
LONGEST_SHOWN = 40  # characters of a value in an error


class PreparedStatementState:
    """What the server said of a statement, and the codecs for it."""

    def __init__(
        self,
        name: str,
        query: str,
        protocol: Any,
        record_class: type[Record],
        ignore_custom_codec: bool,
    ) -> None:
        self.name, self.query = name, query
        self.settings = protocol.settings
        self.record_class = record_class
        self.ignore_custom_codec = ignore_custom_codec
        self.parameters: list[int] = []  # types' numbers
        self.columns: list[tuple[str, int]] = []  # names, types' numbers
        self.closed, self.prepared, self.refs = False, True, 0
        self._args_codecs: list[Codec] | None = None
        self._rows_codecs: list[Codec] | None = None
        self._descriptor = RecordDescriptor({}, ())

    # -- what asyncpg's Python asks ----------------------------------------

    def _get_parameters(self) -> tuple[Any, ...]:
        return tuple(self._type(oid) for oid in self.parameters)

    def _get_attributes(self) -> tuple[Any, ...]:
        return tuple(
            apg_types.Attribute(name, self._type(oid)) for name, oid in self.columns
        )

    def _type(self, oid: int) -> Any:
        codec = self.settings.get_data_codec(oid)
        if codec is None:
            raise exceptions.InternalClientError(
                f"missing codec information for OID {oid}"
            )
        return apg_types.Type(oid, codec.name, codec.kind, codec.schema)

    def _init_types(self) -> set[int]:
        missing: set[int] = set()
        for oid in self.parameters:
            codec = self.settings.get_data_codec(oid)
            if codec is None or not codec.has_encoder():
                missing.add(oid)
        for _, oid in self.columns:
            codec = self.settings.get_data_codec(oid)
            if codec is None or not codec.has_decoder():
                missing.add(oid)
        return missing

    def _init_codecs(self) -> None:
        self._ensure_args_encoder()
        self._ensure_rows_decoder()

    def attach(self) -> None:
        self.refs += 1

    def detach(self) -> None:
        self.refs -= 1

    def mark_closed(self) -> None:
        self.closed = True

    def mark_unprepared(self) -> None:
        if self.name:
            raise exceptions.InternalClientError(
                "named prepared statements cannot be marked unprepared"
            )
        self.prepared = False

    # -- arguments ---------------------------------------------------------

    def _ensure_args_encoder(self) -> list[Codec]:
        if self._args_codecs is None:
            found: list[Codec] = []
            for oid in self.parameters:
                codec = self._codec(oid)
                if codec is None or not codec.has_encoder():
                    raise exceptions.InternalClientError(f"no encoder for OID {oid}")
                found.append(codec)
            self._args_codecs = found
        return self._args_codecs

    def _codec(self, oid: int) -> Codec | None:
        return self.settings.get_data_codec(
            oid, ignore_custom_codec=self.ignore_custom_codec
        )

    def encode_bind(self, args: Any, number: int = -1) -> bytes:
        """The arguments of a Bind message.

        Parameters
        ----------
        number
            The place in ``executemany``'s sequence, for the error messages.
        """
        if not isinstance(args, Sequence) and not hasattr(type(args), "__getitem__"):
            found = type(args).__name__
            if number >= 0:
                raise exceptions.DataError(
                    "invalid input in executemany() argument sequence "
                    f"element #{number}: expected a sequence, got {found}"
                )
            raise exceptions.InternalClientError(
                f"Bind: expected a sequence, got {found}"
            )
        if len(args) > MOST_ARGUMENTS:
            raise exceptions.InterfaceError(
                "the number of query arguments cannot exceed 32767"
            )
        if len(args) != len(self.parameters):
            self._refuse_count(len(args))
        codecs = self._ensure_args_encoder()
        data = struct.pack("!H", len(codecs))
        data += b"".join(struct.pack("!H", codec.format) for codec in codecs)
        data += struct.pack("!H", len(codecs))
        for place, (codec, value) in enumerate(zip(codecs, args, strict=True)):
            data += sized(self._encoded(codec, value, place, number))
        rows = self._ensure_rows_decoder()
        data += struct.pack("!H", len(rows))
        return data + b"".join(struct.pack("!H", codec.format) for codec in rows)

    def _encoded(
        self, codec: Codec, value: Any, place: int, number: int
    ) -> bytes | None:
        if value is None:
            return None
        try:
            return codec.encode(self.settings, value)
        except (AssertionError, exceptions.InternalClientError):
            raise
        except Exception as error:
            where = f"${place + 1}"
            if number >= 0:
                where += f" in element #{number} of executemany() sequence"
            if isinstance(error, exceptions.InterfaceError):
                said: Any = error
                raise said.with_msg(
                    f"query argument {where}: {error.args[0]}"
                ) from None
            shown = repr(value)
            if len(shown) > LONGEST_SHOWN:
                shown = shown[:LONGEST_SHOWN] + "..."
            raise exceptions.DataError(
                f"invalid input for query argument {where}: {shown} ({error})"
            ) from error

    def _refuse_count(self, passed: int) -> None:
        expected = len(self.parameters)
        hint = "Check the query against the passed list of arguments."
        if expected == 0:
            hint += (
                "  Note that parameters are supported only in SELECT, INSERT, "
                "UPDATE, DELETE, MERGE and VALUES statements, and will *not* work "
                "in statements  like CREATE VIEW or DECLARE CURSOR."
            )
        raise exceptions.InterfaceError(
            f"the server expects {expected} argument{'s' if expected != 1 else ''} "
            f"for this query, {passed} {'was' if passed == 1 else 'were'} passed",
            hint=hint,
        )

    # -- rows --------------------------------------------------------------

    def _ensure_rows_decoder(self) -> list[Codec]:
        if self._rows_codecs is None:
            found: list[Codec] = []
            for _, oid in self.columns:
                codec = self._codec(oid)
                if codec is None or not codec.has_decoder():
                    raise exceptions.InternalClientError(f"no decoder for OID {oid}")
                found.append(codec)
            self._rows_codecs = found
            keys = tuple(name for name, _ in self.columns)
            mapping = {name: place for place, name in enumerate(keys)}
            self._descriptor = RecordDescriptor(mapping, keys)
        return self._rows_codecs

    def set_parameters(self, message: bytes) -> None:
        [count] = struct.unpack_from("!H", message)
        self.parameters = list(struct.unpack_from(f"!{count}I", message, 2))

    def set_columns(self, message: bytes) -> None:
        [count] = struct.unpack_from("!H", message)
        place, self.columns = 2, []
        for _ in range(count):
            end = message.index(0, place)
            [oid] = struct.unpack_from("!I", message, end + 7)
            self.columns.append((message[place:end].decode(), oid))
            place = end + 19

    def decode_row(self, message: bytes) -> Any:
        codecs = self._ensure_rows_decoder()
        [count] = struct.unpack_from("!H", message)
        if count != len(codecs):
            raise exceptions.ProtocolError(
                f"the number of columns in the result row ({count}) is "
                f"different from what was described ({len(codecs)})"
            )
        place, values = 2, []
        for codec in codecs:
            item, place = unsized(message, place)
            values.append(None if item is None else codec.decode(self.settings, item))
        return self._descriptor.make_record(self.record_class, tuple(values))
