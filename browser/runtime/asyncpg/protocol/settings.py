"""What a connection knows of its server: parameters, and codecs by type."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from asyncpg import exceptions
from asyncpg.protocol import scalars
from asyncpg.protocol.typenames import BUILTIN_TYPE_NAME_MAP, BUILTIN_TYPE_OID_MAP
from asyncpg.protocol.values import (
    BINARY_FORMAT,
    TEXT_FORMAT,
    AnonymousCodec,
    ArrayCodec,
    Codec,
    CompositeCodec,
    MultirangeCodec,
    PythonCodec,
    RangeCodec,
)

__all__ = ["ConnectionSettings"]

LAST_BUILT_IN = 9999
TEXT_OID, RECORD_OID = 25, 2249
FORMATS = (BINARY_FORMAT, TEXT_FORMAT)


def _core() -> dict[tuple[int, int], Codec]:
    """Codecs of PostgreSQL's own types; text[] and oid[] are among them, because
    the query for the others' types needs them."""
    found: dict[tuple[int, int], Codec] = {}
    tables = ((BINARY_FORMAT, scalars.BINARY), (TEXT_FORMAT, scalars.TEXT))
    for format, table in tables:
        for oid, (encode, decode) in table.items():
            name = BUILTIN_TYPE_OID_MAP[oid]
            found[oid, format] = Codec(
                oid, name, "pg_catalog", "scalar", format, encode, decode
            )
    for oid, element in ((1009, TEXT_OID), (1028, 26)):
        name = BUILTIN_TYPE_OID_MAP[oid]
        of = found[element, BINARY_FORMAT]
        found[oid, BINARY_FORMAT] = ArrayCodec(oid, name, "pg_catalog", of)
    found[RECORD_OID, BINARY_FORMAT] = AnonymousCodec(RECORD_OID)
    return found


CORE = _core()


class ConnectionSettings:
    """Server parameters as attributes, and the registry of codecs."""

    def __init__(self, key: object) -> None:
        self._settings: dict[str, str] = {}
        self._encoding = "utf-8"
        self._derived: dict[tuple[int, int], Codec] = {}
        self._custom: dict[tuple[int, int], Codec] = {}

    def add_setting(self, name: str, value: str) -> None:
        self._settings[name] = value

    def get_text_codec(self) -> codecs.CodecInfo:
        return codecs.lookup(self._encoding)

    def __getattr__(self, name: str) -> str:
        if not name.startswith("_"):
            try:
                return self._settings[name]
            except KeyError:
                pass
        raise AttributeError(name)

    def __repr__(self) -> str:
        return f"<ConnectionSettings {self._settings!r}>"

    # -- codecs ------------------------------------------------------------

    def get_data_codec(
        self, oid: int, format: int | None = None, ignore_custom_codec: bool = False
    ) -> Codec | None:
        if format is None:
            return self.get_data_codec(
                oid, BINARY_FORMAT, ignore_custom_codec
            ) or self.get_data_codec(oid, TEXT_FORMAT, ignore_custom_codec)
        if not ignore_custom_codec:
            for form in FORMATS:
                custom = self._custom.get((oid, form))
                if custom is not None:  # also hides the other format's
                    return custom if form == format else None
        return CORE.get((oid, format)) or self._derived.get((oid, format))

    def register_data_types(self, types: Iterable[Mapping[str, Any]]) -> None:
        """Learn types from rows of asyncpg's introspection query."""
        for row in types:
            if self.get_data_codec(row["oid"]) is None:
                self._register(row)

    def _register(self, row: Mapping[str, Any]) -> None:
        oid, name, schema, kind = row["oid"], row["name"], row["ns"], row["kind"]
        if row["elemtype"]:
            name = f"{name.removeprefix('_')}[]"
            element = self._codec_or_text(row["elemtype"], row["elemtype_name"], schema)
            delimiter = row["elemdelim"][0]
            if not isinstance(delimiter, str):
                delimiter = chr(delimiter)
            self._derive(ArrayCodec(oid, name, schema, element, delimiter))
        elif kind == b"c":
            oids = tuple(row["attrtypoids"] or ())
            found = [self.get_data_codec(attribute) for attribute in oids]
            elements = [codec for codec in found if codec is not None]
            if not oids or len(elements) != len(oids):
                raise exceptions.InternalClientError(
                    f"no codec for each attribute of composite {oid}"
                )
            names = list(row["attrnames"])
            self._derive(CompositeCodec(oid, name, schema, names, oids, elements))
        elif kind == b"d":
            base = self._codec_or_text(row["basetype"], row["basetype_name"], schema)
            self._derived[oid, base.format] = base
        elif kind in (b"r", b"m"):
            of = self._codec_or_text(
                row["range_subtype"], row["range_subtype_name"], schema
            )
            make = RangeCodec if kind == b"r" else MultirangeCodec
            self._derive(make(oid, name, schema, of))
        elif kind == b"e":
            self._alias(oid, name, schema, "scalar", TEXT_OID, FORMATS)
        else:
            self._declare_text(oid, name, schema)

    def _derive(self, codec: Codec) -> None:
        self._derived[codec.oid, codec.format] = codec

    def _codec_or_text(self, oid: int, name: str, schema: str) -> Codec:
        return self.get_data_codec(oid) or self._declare_text(oid, name, schema)

    def _declare_text(self, oid: int, name: str, schema: str) -> Codec:
        if oid <= LAST_BUILT_IN:
            raise exceptions.UnsupportedClientFeatureError(
                f"unhandled standard data type {name!r} (OID {oid})"
            )
        self._alias(oid, name, schema, "scalar", TEXT_OID, (TEXT_FORMAT,))
        return self._custom[oid, TEXT_FORMAT]

    def _alias(
        self,
        oid: int,
        name: str,
        schema: str,
        kind: str,
        to: int | str,
        formats: tuple[int, ...],
    ) -> None:
        known = to if isinstance(to, int) else BUILTIN_TYPE_NAME_MAP.get(to, 0)
        done = False
        for format in formats:
            if known:
                target = self.get_data_codec(known, format)
                pair = None if target is None else (target.encoder, target.decoder)
            else:
                is_binary = format == BINARY_FORMAT
                pair = scalars.EXTRA.get(str(to)) if is_binary else None
            if pair is not None:
                self._custom[oid, format] = Codec(
                    oid, name, schema, kind, format, *pair
                )
                done = True
        if not done:
            words = {(BINARY_FORMAT,): "binary", (TEXT_FORMAT,): "text"}
            which = words.get(formats, "text or binary")
            raise exceptions.InterfaceError(
                f"cannot alias {name} to {to}: there is no {which} codec for {to}"
            )

    # -- the user's own codecs ---------------------------------------------

    def add_python_codec(
        self,
        typeoid: int,
        typename: str,
        typeschema: str,
        typeinfos: Iterable[Mapping[str, Any]],
        typekind: str,
        encoder: Callable[[Any], Any],
        decoder: Callable[[Any], Any],
        format: str,
    ) -> None:
        if format not in ("binary", "text", "tuple"):
            raise exceptions.InterfaceError(
                "invalid `format` argument, expected 'text', 'binary' or 'tuple', "
                f"got {format!r}"
            )
        self.remove_python_codec(typeoid, typename, typeschema)
        if typeinfos:
            self.register_data_types(typeinfos)
        base: Codec | None = None
        form = TEXT_FORMAT if format == "text" else BINARY_FORMAT
        if format == "tuple":
            if typekind == "composite":
                base = self.get_data_codec(typeoid, BINARY_FORMAT)
            elif typeoid in scalars.TUPLES:
                pair = scalars.TUPLES[typeoid]
                base = Codec(typeoid, typename, typeschema, "scalar", 1, *pair)
            if base is None:
                raise exceptions.InterfaceError(
                    f"{typename} type does not support the 'tuple' exchange format"
                )
        self._custom[typeoid, form] = PythonCodec(
            typeoid, typename, typeschema, typekind, form, encoder, decoder, base
        )

    def remove_python_codec(self, typeoid: int, typename: str, schema: str) -> None:
        for format in FORMATS:
            self._custom.pop((typeoid, format), None)
        self.clear_type_cache()

    def set_builtin_type_codec(
        self,
        typeoid: int,
        typename: str,
        typeschema: str,
        typekind: str,
        alias_to: int | str,
        format: str | None = None,
    ) -> None:
        formats = {
            None: FORMATS,
            "binary": (BINARY_FORMAT,),
            "text": (TEXT_FORMAT,),
        }.get(format)
        if formats is None:
            raise exceptions.InterfaceError(
                "invalid `format` argument, expected 'text' or 'binary', "
                f"got {format!r}"
            )
        self._alias(typeoid, typename, typeschema, typekind, alias_to, formats)
        self.clear_type_cache()

    def clear_type_cache(self) -> None:
        self._derived.clear()
