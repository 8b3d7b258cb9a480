"""How single values travel: encoders and decoders by type.

An encoder turns a Python value into the bytes of a parameter, and refuses what
does not fit with asyncpg's words; a decoder turns the bytes of a column into a
Python value. Both are those of asyncpg's ``pgproto/codecs``.
"""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import struct
from collections.abc import Callable
from typing import Any

from asyncpg.pgproto import types
from asyncpg.pgproto.pgproto import UUID

__all__ = ["BINARY", "EXTRA", "TEXT", "TUPLES", "Pair", "text_decode", "text_encode"]

Pair = tuple[Callable[[Any], bytes] | None, Callable[[bytes], Any] | None]
"""An encoder and a decoder; None where there is none."""

# -- numbers -----------------------------------------------------------------


def _bool_encode(value: Any) -> bytes:
    if type(value) is not bool:
        found = type(value).__name__
        raise TypeError(f"a boolean is required (got type {found})")
    return b"\x01" if value else b"\x00"


def _integer(bits: int, *, signed: bool = True) -> Pair:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, 2**bits - 1)
    name = f"{'' if signed else 'u'}int{bits}"

    def encode(value: Any) -> bytes:
        if type(value) is not int:
            if not hasattr(type(value), "__int__"):
                found = type(value).__name__
                if not hasattr(type(value), "__index__"):
                    raise TypeError(
                        f"'{found}' object cannot be interpreted as an integer"
                    )
            value = int(value)
        if not low <= value <= high:
            raise OverflowError(f"value out of {name} range")
        return value.to_bytes(bits // 8, "big", signed=signed)

    def decode(data: bytes) -> int:
        return int.from_bytes(data, "big", signed=signed)

    return encode, decode


def _float(value: Any) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, (str, bytes)) or not (
        hasattr(type(value), "__float__") or hasattr(type(value), "__index__")
    ):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    return float(value)


def _float4_encode(value: Any) -> bytes:
    try:
        return struct.pack("!f", _float(value))
    except OverflowError:
        raise ValueError("value out of float32 range") from None


NAN, PLUS_INFINITY, MINUS_INFINITY, NEGATIVE = 0xC000, 0xD000, 0xF000, 0x4000
MAX_SCALE = 0x3FFF


def _numeric_encode(value: Any) -> bytes:
    number = value if isinstance(value, decimal.Decimal) else decimal.Decimal(value)
    sign, digits, exponent = number.as_tuple()
    if isinstance(exponent, str):
        infinity = MINUS_INFINITY if sign else PLUS_INFINITY
        return struct.pack("!hhHh", 0, 0, infinity if exponent == "F" else NAN, 0)
    if -exponent > MAX_SCALE:
        raise ValueError(
            "cannot encode Decimal value into numeric: exponent is too small"
        )
    before = len(digits) + exponent - 1
    weight = before // 4
    if weight > 2**16 - 1:
        raise ValueError(
            "cannot encode Decimal value into numeric: exponent is too large"
        )
    padding = (weight + 1) * 4 - (before + 1)
    count = (len(digits) + padding + 3) // 4
    padded = (0,) * padding + digits + (0,) * 4
    groups = [
        padded[i] * 1000 + padded[i + 1] * 100 + padded[i + 2] * 10 + padded[i + 3]
        for i in range(0, count * 4, 4)
    ]
    head = (count, weight, NEGATIVE if sign else 0, max(0, -exponent))
    return struct.pack(f"!hhHh{count}h", *head, *groups)


def _numeric_decode(data: bytes) -> decimal.Decimal:
    count, weight, sign, scale = struct.unpack_from("!HhHH", data)
    special = {NAN: "NaN", PLUS_INFINITY: "Infinity", MINUS_INFINITY: "-Infinity"}
    if sign in special:
        return decimal.Decimal(special[sign])
    if not count:
        return decimal.Decimal(f"0e-{scale}")
    groups = struct.unpack_from(f"!{count}h", data, 8)
    # Written as asyncpg does it, since a Decimal remembers its exponent.
    first = str(groups[0]) if weight >= 0 else f"{groups[0]:04d}"
    digits = first + "".join(f"{group:04d}" for group in groups[1:])
    missing = scale - (count - weight - 1) * 4
    if scale and missing > 0:
        digits += "0" * missing
    elif scale and missing < 0:
        digits = digits[:missing]
    exponent = (weight + 1) * 4 - (4 - len(first))
    minus = "-" if sign == NEGATIVE else ""
    return decimal.Decimal(f"{minus}0.{digits}E{exponent}")


# -- text and bytes ----------------------------------------------------------


def text_encode(value: Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"expected str, got {type(value).__name__}")
    return value.encode()


def text_decode(data: bytes) -> str:
    return bytes(data).decode()


def _bytea_encode(value: Any) -> bytes:
    try:
        return bytes(memoryview(value))
    except TypeError:
        found = type(value).__name__
        raise TypeError(f"a bytes-like object is required, not '{found}'") from None


def _jsonb_encode(value: Any) -> bytes:
    return b"\x01" + text_encode(value)


def _jsonb_decode(data: bytes) -> str:
    if data[0] != 1:
        raise ValueError(f"unexpected JSONB format: {data[0]}")
    return text_decode(data[1:])


def _bits_encode(value: Any) -> bytes:
    if isinstance(value, types.BitString):
        return struct.pack("!i", len(value)) + value.bytes
    data = _bytea_encode(value)
    return struct.pack("!i", len(data) * 8) + data


def _bits_decode(data: bytes) -> types.BitString:
    [length] = struct.unpack_from("!i", data)
    return types.BitString.frombytes(bytes(data[4:]), length)


def _uuid_encode(value: Any) -> bytes:
    if isinstance(value, str):
        if not 32 <= len(value) <= 36:
            raise ValueError(
                f"invalid UUID {value!r}: length must be between 32..36 characters, "
                f"got {len(value)}"
            )
        try:
            return UUID(value).bytes
        except ValueError:
            raise ValueError(f"invalid UUID {value!r}") from None
    return _bytea_encode(value.bytes)


def _uuid_decode(data: bytes) -> UUID:
    if len(data) != 16:
        raise TypeError(f"cannot decode UUID, expected 16 bytes, got {len(data)}")
    return UUID(bytes=bytes(data))


# -- time --------------------------------------------------------------------

DAY_ZERO = datetime.date(2000, 1, 1).toordinal()
EPOCH = datetime.datetime(2000, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=datetime.UTC)
LAST = datetime.datetime(datetime.MAXYEAR, 12, 31, 23, 59, 59, 999999)
FIRST = datetime.datetime(datetime.MINYEAR, 1, 1)
INFINITY, MINUS = 2**63 - 1, -(2**63)
DATE_INFINITY, DATE_MINUS = 2**31 - 1, -(2**31)
MICROSECOND = datetime.timedelta(microseconds=1)


def _date_encode(value: Any) -> bytes:
    ordinal = value.toordinal()
    if ordinal == LAST.toordinal():
        return struct.pack("!i", DATE_INFINITY)
    if ordinal == FIRST.toordinal():
        return struct.pack("!i", DATE_MINUS)
    return struct.pack("!i", ordinal - DAY_ZERO)


def _date_decode(data: bytes) -> datetime.date:
    [days] = struct.unpack("!i", data)
    if days == DATE_INFINITY:
        return LAST.date()
    if days == DATE_MINUS:
        return FIRST.date()
    return datetime.date.fromordinal(days + DAY_ZERO)


def _moment(value: Any, zone: datetime.tzinfo | None) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=zone)
    raise TypeError(
        "expected a datetime.date or datetime.datetime instance, "
        f"got {type(value).__name__!r}"
    )


def _microseconds(delta: datetime.timedelta) -> bytes:
    return struct.pack("!q", delta // MICROSECOND)


def _timestamp_encode(value: Any) -> bytes:
    moment = _moment(value, None)
    delta = moment - EPOCH
    if moment == LAST:
        return struct.pack("!q", INFINITY)
    if moment == FIRST:
        return struct.pack("!q", MINUS)
    return _microseconds(delta)


def _timestamptz_encode(value: Any) -> bytes:
    here = datetime.datetime.now(datetime.UTC).astimezone().tzinfo
    moment = _moment(value, here)
    if moment == LAST:
        return struct.pack("!q", INFINITY)
    if moment == FIRST:
        return struct.pack("!q", MINUS)
    return _microseconds(moment.astimezone(datetime.UTC) - EPOCH_UTC)


def _moment_decoder(epoch: datetime.datetime) -> Callable[[bytes], datetime.datetime]:
    def decode(data: bytes) -> datetime.datetime:
        [moment] = struct.unpack("!q", data)
        if moment == INFINITY:
            return LAST
        if moment == MINUS:
            return FIRST
        return epoch + datetime.timedelta(microseconds=moment)

    return decode


def _time_encode(value: Any) -> bytes:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return struct.pack("!q", seconds * 1_000_000 + value.microsecond)


def _time_decode(data: bytes) -> datetime.time:
    [moment] = struct.unpack_from("!q", data)
    seconds, microseconds = divmod(moment, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return datetime.time(hour, minute, second, microseconds)


def _timetz_encode(value: Any) -> bytes:
    offset = value.tzinfo.utcoffset(None)
    seconds = offset.days * 86_400 + offset.seconds
    return _time_encode(value) + struct.pack("!i", -seconds)


def _timetz_decode(data: bytes) -> datetime.time:
    [seconds] = struct.unpack_from("!i", data, 8)
    offset = datetime.timedelta(minutes=-int(seconds / 60))
    return _time_decode(data).replace(tzinfo=datetime.timezone(offset))


def _interval_encode(value: Any) -> bytes:
    moment = value.seconds * 1_000_000 + value.microseconds
    return struct.pack("!qii", moment, value.days, 0)


def _interval_decode(data: bytes) -> datetime.timedelta:
    microseconds, days, months = struct.unpack("!qii", data)
    years, months = divmod(abs(months), 12) if months >= 0 else divmod(-months, 12)
    if struct.unpack("!qii", data)[2] < 0:
        years, months = -years, -months
    return datetime.timedelta(
        days=days + months * 30 + years * 365, microseconds=microseconds
    )


def _tuple(name: str, packing: str, order: tuple[int, ...]) -> Pair:
    """The exchange format "tuple": numbers as PostgreSQL has them."""

    def encode(value: Any) -> bytes:
        if len(value) != len(order):
            s = "s" if len(order) > 1 else ""
            raise ValueError(
                f"{name} tuple encoder: expecting {len(order)} element{s} "
                f"in tuple, got {len(value)}"
            )
        return struct.pack(packing, *(value[place] for place in order))

    def decode(data: bytes) -> tuple[int, ...]:
        found = struct.unpack(packing, data)
        return tuple(found[order.index(place)] for place in range(len(order)))

    return encode, decode


# -- addresses and shapes ----------------------------------------------------


def _address(family: int, bits: int, is_cidr: int, packed: bytes) -> bytes:
    return bytes([family, bits, is_cidr, len(packed)]) + packed


def _cidr_encode(value: Any) -> bytes:
    network = ipaddress.ip_network(value)
    family = 2 if network.version == 4 else 3
    return _address(family, network.prefixlen, 1, network.network_address.packed)


def _inet_encode(value: Any) -> bytes:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        interface = ipaddress.ip_interface(value)
        family = 2 if interface.version == 4 else 3
        return _address(family, interface.network.prefixlen, 1, interface.packed)
    family = 2 if address.version == 4 else 3
    return _address(family, address.max_prefixlen, 0, address.packed)


def _network_decode(data: bytes) -> Any:
    _family, bits, is_cidr, length = data[:4]
    packed = bytes(data[4 : 4 + length])
    if is_cidr:
        return ipaddress.ip_network((packed, bits))
    if bits != length * 8:
        return ipaddress.ip_interface((packed, bits))
    return ipaddress.ip_address(packed)


def _doubles(*values: float) -> bytes:
    return struct.pack(f"!{len(values)}d", *values)


def _points(data: bytes, count: int) -> list[tuple[float, float]]:
    flat = struct.unpack(f"!{count * 2}d", data)
    return list(zip(flat[::2], flat[1::2], strict=True))


def _path_encode(value: Any) -> bytes:
    closed = value.is_closed if isinstance(value, types.Path) else True
    if isinstance(value, list):
        closed = False
    flat = [number for point in value for number in point[:2]]
    return struct.pack("!bi", closed, len(value)) + _doubles(*flat)


def _path_decode(data: bytes) -> types.Path:
    closed, count = struct.unpack_from("!bi", data)
    return types.Path(*_points(data[5:], count), is_closed=closed == 1)


def _polygon_encode(value: Any) -> bytes:
    flat = [number for point in value for number in point[:2]]
    return struct.pack("!i", len(value)) + _doubles(*flat)


def _polygon_decode(data: bytes) -> types.Polygon:
    [count] = struct.unpack_from("!i", data)
    return types.Polygon(*_points(data[4:], count))


def _tid_encode(value: Any) -> bytes:
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"list or tuple expected (got type {type(value)})")
    if len(value) != 2:
        raise ValueError(
            f"invalid number of elements in tid tuple, expecting 2, got {len(value)}"
        )
    return struct.pack("!IH", *value)


# -- the types ---------------------------------------------------------------

_text: Pair = (text_encode, text_decode)
_bytea: Pair = (_bytea_encode, bytes)
_uint4, _uint8 = _integer(32, signed=False), _integer(64, signed=False)

BINARY: dict[int, Pair] = {
    16: (_bool_encode, lambda data: data == b"\x01"),
    17: _bytea,
    18: _bytea,
    19: _text,
    20: _integer(64),
    21: _integer(16),
    23: _integer(32),
    25: _text,
    26: _uint4,
    27: (_tid_encode, lambda data: struct.unpack("!IH", data)),
    28: _uint4,
    29: _uint4,
    114: _text,
    142: _text,
    600: (
        lambda value: _doubles(*value),
        lambda data: types.Point(*struct.unpack("!2d", data)),
    ),
    601: (
        lambda value: _doubles(*value[0], *value[1]),
        lambda data: types.LineSegment(*_points(data, 2)),
    ),
    602: (_path_encode, _path_decode),
    603: (
        lambda value: _doubles(*value[0], *value[1]),
        lambda data: types.Box(*_points(data, 2)),
    ),
    604: (_polygon_encode, _polygon_decode),
    628: (
        lambda value: _doubles(*value),
        lambda data: types.Line(*struct.unpack("!3d", data)),
    ),
    650: (_cidr_encode, _network_decode),
    700: (_float4_encode, lambda data: struct.unpack("!f", data)[0]),
    701: (
        lambda value: struct.pack("!d", _float(value)),
        lambda data: struct.unpack("!d", data)[0],
    ),
    718: (
        lambda value: _doubles(*value[0], value[1]),
        lambda data: types.Circle(
            struct.unpack_from("!2d", data), struct.unpack_from("!d", data, 16)[0]
        ),
    ),
    869: (_inet_encode, _network_decode),
    1042: _text,
    1043: _text,
    1082: (_date_encode, _date_decode),
    1083: (_time_encode, _time_decode),
    1114: (_timestamp_encode, _moment_decoder(EPOCH)),
    1184: (_timestamptz_encode, _moment_decoder(EPOCH_UTC)),
    1186: (_interval_encode, _interval_decode),
    1266: (_timetz_encode, _timetz_decode),
    1560: (_bits_encode, _bits_decode),
    1562: (_bits_encode, _bits_decode),
    1700: (_numeric_encode, _numeric_decode),
    2275: _text,
    2278: (lambda value: b"", lambda data: None),
    2950: (_uuid_encode, _uuid_decode),
    3220: _integer(64),
    3802: (_jsonb_encode, _jsonb_decode),
    4072: (_jsonb_encode, _jsonb_decode),
    5069: _uint8,
}
"""By type's number (``pg_type.oid``), in PostgreSQL's binary format."""

_no_encoder: Pair = (None, text_decode)
TEXT: dict[int, Pair] = {
    **dict.fromkeys([19, 25, 142, 1042, 1043], _text),
    **dict.fromkeys([24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089], _text),
    **dict.fromkeys([4096, 4191, 1790, 705, 774, 790, 829, 1033, 210], _text),
    **dict.fromkeys([3402, 3361, 3614, 3615, 702, 703, 704], _text),
    194: _no_encoder,
    3500: _no_encoder,
    3642: _no_encoder,
    1700: (lambda value: str(value).encode(), lambda d: decimal.Decimal(d.decode())),
}
"""By type's number, in text."""

TUPLES: dict[int, Pair] = {
    1082: _tuple("date", "!i", (0,)),
    1083: _tuple("time", "!q", (0,)),
    1114: _tuple("timestamp", "!q", (0,)),
    1184: _tuple("timestamp", "!q", (0,)),
    1266: _tuple("time", "!qi", (0, 1)),
    1186: _tuple("interval", "!qii", (2, 1, 0)),
}
"""The exchange format "tuple" of `asyncpg.Connection.set_type_codec`."""


def _hstore_encode(value: Any) -> bytes:
    if hasattr(value, "items"):
        value = value.items()
    parts = [struct.pack("!i", len(value))]
    for key, item in value:
        if key is None:
            raise ValueError("null value not allowed in hstore key")
        data = text_encode(key)
        parts += [struct.pack("!i", len(data)), data]
        if item is None:
            parts.append(struct.pack("!i", -1))
        else:
            data = text_encode(item)
            parts += [struct.pack("!i", len(data)), data]
    return b"".join(parts)


def _hstore_decode(data: bytes) -> dict[str, str | None]:
    [count] = struct.unpack_from("!i", data)
    place, found = 4, {}
    for _ in range(count):
        texts: list[str | None] = []
        for _ in range(2):
            [length] = struct.unpack_from("!i", data, place)
            place += 4
            texts.append(None)
            if length >= 0:
                texts[-1] = text_decode(data[place : place + length])
                place += length
        found[texts[0] or ""] = texts[1]
    return found


EXTRA: dict[str, Pair] = {"pg_contrib.hstore": (_hstore_encode, _hstore_decode)}
"""By name, for extensions' types."""
