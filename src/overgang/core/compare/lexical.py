"""The values behind the texts of XSD's built-in types: two texts are equal when their values are.

A value is any hashable thing; only its equality counts. Equality is that of XSD 1.1: an instant is the same in any
zone, a time with a zone never equals one without, a date with a zone is the instant at which it begins.
"""

import base64
import re
import struct
from collections.abc import Callable, Hashable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

DAY: Final = 86_400  # seconds
_BLANKS: Final = re.compile("[ \t\n\r]+")


def replace(text: str) -> str:
    """whiteSpace="replace"."""
    return text.replace("\t", " ").replace("\n", " ").replace("\r", " ")


def collapse(text: str) -> str:
    """whiteSpace="collapse"."""
    return _BLANKS.sub(" ", text).strip(" ")


def preserve(text: str) -> str:
    return text


WHITE_SPACE: Final[dict[str, Callable[[str], str]]] = {"preserve": preserve, "replace": replace, "collapse": collapse}
_KEPT: Final = {"string": "preserve", "anySimpleType": "preserve", "normalizedString": "replace"}


def white_space(builtin: str) -> str:
    """The whiteSpace of a built-in type: preserve, replace or collapse."""
    return _KEPT.get(builtin, "collapse")


class Moment(NamedTuple):
    """A point in time: with or without a zone, whole seconds, and the digits of the fraction without trailing zeros."""

    zoned: bool
    seconds: int
    fraction: str


_ZONE: Final = r"(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_CLOCK: Final = r"([0-9]{2}):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?"
_CALENDAR: Final = r"(-?[0-9]{4,9}-[0-9]{2}-[0-9]{2})"
_DATE_TIME: Final = re.compile(f"{_CALENDAR}T{_CLOCK}{_ZONE}").fullmatch
_DATE: Final = re.compile(_CALENDAR + _ZONE).fullmatch
_TIME: Final = re.compile(_CLOCK + _ZONE).fullmatch
_PART: Final = re.compile(rf"(-?[0-9]{{4,}}(?:-[0-9]{{2}})?|--[0-9]{{2}}(?:-[0-9]{{2}})?|---[0-9]{{2}}){_ZONE}")
_DURATION: Final = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
)
_WHOLE: Final = re.compile("[+-]?[0-9]+").fullmatch
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|-?INF|NaN").fullmatch
_HEX: Final = re.compile("(?:[0-9A-Fa-f]{2})*").fullmatch


def moment(text: str) -> Moment:
    """xs:dateTime. Raises ValueError."""
    found = _DATE_TIME(text)
    if found is None:
        raise ValueError("no xs:dateTime")
    calendar, hour, minute, second, fraction, zone = found.groups()
    fraction = fraction.rstrip("0") if fraction else ""
    seconds = _midnight(calendar) + _clock(hour, minute, second, fraction) - offset(zone)
    return Moment(zone is not None, seconds, fraction)


def day(text: str) -> Moment:
    """xs:date: the moment at which it begins. Raises ValueError."""
    found = _DATE(text)
    if found is None:
        raise ValueError("no xs:date")
    calendar, zone = found.groups()
    return Moment(zone is not None, _midnight(calendar) - offset(zone), "")


def time(text: str) -> Moment:
    """xs:time. Raises ValueError."""
    found = _TIME(text)
    if found is None:
        raise ValueError("no xs:time")
    hour, minute, second, fraction, zone = found.groups()
    fraction = fraction.rstrip("0") if fraction else ""
    return Moment(zone is not None, (_clock(hour, minute, second, fraction) - offset(zone)) % DAY, fraction)


def _clock(hour: str, minute: str, second: str, fraction: str) -> int:
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    if seconds >= DAY and (seconds > DAY or fraction):
        raise ValueError("an hour beyond 24:00:00")
    return seconds


@lru_cache(maxsize=4096)  # the days of an answer lie close together
def _midnight(calendar: str) -> int:
    """Seconds since a fixed day; the calendar repeats every 400 years, so Python's serves for any year."""
    year = int(calendar[:-6])
    inside = year % 400 + 2000
    day_number = date(inside, int(calendar[-5:-3]), int(calendar[-2:])).toordinal()
    return (day_number + (year - inside) // 400 * 146_097) * DAY


@lru_cache(maxsize=256)
def offset(zone: str | None) -> int:
    """The seconds of a zone, "+01:00" or "Z"; 0 for none."""
    if zone is None or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds


def calendar_part(text: str) -> Hashable:
    """xs:gYear, gYearMonth, gMonthDay, gMonth, gDay. Raises ValueError."""
    found = _PART.fullmatch(text)
    if found is None:
        raise ValueError("no part of a calendar")
    return found[1], None if found[2] is None else offset(found[2])


def duration(text: str) -> Hashable:
    """xs:duration as months, seconds and the digits of the fraction, with their signs. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("no xs:duration")
    sign, years, months, days, hours, minutes, seconds = found.groups("0")
    way = -1 if sign == "-" else 1
    whole, _, fraction = seconds.partition(".")
    clock = int(days) * DAY + int(hours) * 3600 + int(minutes) * 60 + int(whole)
    fraction = fraction.rstrip("0")
    return way * (int(years) * 12 + int(months)), way * clock, fraction and sign + fraction


def boolean(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise ValueError("no xs:boolean")
    return text in ("true", "1")


def decimal(text: str) -> Decimal:
    if _DECIMAL(text) is None:
        raise ValueError("no xs:decimal")
    return Decimal(text)


def integer(lower: int | None = None, upper: int | None = None) -> Callable[[str], Decimal]:
    """Readers of the integer types with these bounds; a Decimal, because int() refuses thousands of digits."""

    def read(text: str) -> Decimal:
        if _WHOLE(text) is None:
            raise ValueError("no whole number")
        number = Decimal(text)
        if (lower is not None and number < lower) or (upper is not None and number > upper):
            raise ValueError("a number outside of its type")
        return number

    return read


def double(text: str) -> Hashable:
    if _FLOAT(text) is None:
        raise ValueError("no xs:double")
    return "NaN" if text == "NaN" else float(text)  # a NaN equals no NaN in Python


def single(text: str) -> Hashable:
    """xs:float: the nearest number of 32 bits."""
    number = double(text)
    if not isinstance(number, float):
        return number
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def base64_binary(text: str) -> bytes:
    return base64.b64decode(text.replace(" ", ""), validate=True)


def hex_binary(text: str) -> bytes:
    if _HEX(text) is None:
        raise ValueError("no xs:hexBinary")
    return bytes.fromhex(text)


READERS: Final[dict[str, Callable[[str], Hashable]]] = {
    "boolean": boolean,
    "decimal": decimal,
    "integer": integer(),
    "nonPositiveInteger": integer(upper=0),
    "negativeInteger": integer(upper=-1),
    "nonNegativeInteger": integer(lower=0),
    "positiveInteger": integer(lower=1),
    "long": integer(-(2**63), 2**63 - 1),
    "int": integer(-(2**31), 2**31 - 1),
    "short": integer(-(2**15), 2**15 - 1),
    "byte": integer(-(2**7), 2**7 - 1),
    "unsignedLong": integer(0, 2**64 - 1),
    "unsignedInt": integer(0, 2**32 - 1),
    "unsignedShort": integer(0, 2**16 - 1),
    "unsignedByte": integer(0, 2**8 - 1),
    "float": single,
    "double": double,
    "dateTime": moment,
    "date": day,
    "time": time,
    "gYear": calendar_part,
    "gYearMonth": calendar_part,
    "gMonthDay": calendar_part,
    "gMonth": calendar_part,
    "gDay": calendar_part,
    "duration": duration,
    "base64Binary": base64_binary,
    "hexBinary": hex_binary,
}


def value(builtin: str, text: str) -> Hashable:
    """The value of a text by its built-in type; a text of another type ("" included) is its own value.

    Raises ValueError when the text is not of that type.
    """
    text = WHITE_SPACE[white_space(builtin)](text)
    reader = READERS.get(builtin)
    return text if reader is None else reader(text)


def same(builtin: str, one: str, other: str) -> bool:
    """Whether two texts are the same value; texts that are not of the type are the same when they are alike."""
    try:
        return one == other or value(builtin, one) == value(builtin, other)
    except ValueError:
        return False
