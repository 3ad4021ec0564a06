"""The plain values between bytes and flows: what an element of a SOAP message is in Python.

An element's content is one of
  str | bool | int | Decimal | float | bytes    a simple value, by its XSD type
  Tidspunkt | Dato | str                        a date or time; a str that keeps its lexical form (zone, fraction)
  dict[str, Value]                              complex content: local name -> value, in schema order
  list[Value]                                   an element that may repeat, also when it occurs once
  NIL                                           xsi:nil="true"
An absent element has no key. An empty one is "" (or {}). So absent, nil and empty stay three things.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")


class Nil:
    """The type of NIL, the one value that stands for xsi:nil="true"."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NIL"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> "Nil":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Nil":
        return self

    def __reduce__(self) -> str:
        return "NIL"


NIL: Final = Nil()

Value: TypeAlias = "str | bool | int | Decimal | float | bytes | Nil | dict[str, Value] | list[Value]"

_TIDSPUNKT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)


class Unmappable(ValueError):
    """A value that its XSD type allows but that has no place on a calendar here (year 0 or beyond 9999)."""


class Tidspunkt(str):
    """A point in time as xs:dateTime or RFC 3339 writes it; the text is kept, so zone and fraction arrive as they left.

    Without a zone it is Danish local time: the old services were Danish systems talking to Danish systems.
    """

    __slots__ = ()

    @property
    def moment(self) -> datetime:
        """The aware datetime, to the microsecond (further digits stay in the text). Raises Unmappable."""
        return _moment(str(self))

    @property
    def day(self) -> date:
        """The Danish calendar day it falls on. Raises Unmappable."""
        moment = self.moment
        try:
            return moment.astimezone(COPENHAGEN).date()
        except OverflowError as mistake:
            raise Unmappable("not a point in time between the years 1 and 9999") from mistake

    @classmethod
    def of(cls, moment: datetime) -> "Tidspunkt":
        """The text of an aware datetime, in its own zone, with milliseconds."""
        return cls(moment.isoformat(timespec="milliseconds"))


class Dato(str):
    """A day as xs:date writes it; the text is kept, its zone too."""

    __slots__ = ()

    @property
    def day(self) -> date:
        """The day that is written, whatever its zone. Raises Unmappable."""
        try:
            return date.fromisoformat(self[:10]) if self[4:5] == "-" else date.fromisoformat("")
        except ValueError as mistake:
            raise Unmappable("not a day between the years 1 and 9999") from mistake


@lru_cache(maxsize=1024)  # a call asks several times for the same few moments
def _moment(text: str) -> datetime:
    found = _TIDSPUNKT.fullmatch(text)
    if found is None:
        raise Unmappable("not a point in time between the years 1 and 9999")
    midnight = found["clock"] == "24:00:00"
    clock = "00:00:00" if midnight else found["clock"]
    try:
        naive = datetime.fromisoformat(f"{found['day']}T{clock}.{(found['fraction'] or '')[:6]:0<6}")
        if midnight:
            naive += timedelta(days=1)
        return naive.replace(tzinfo=_zone(found["zone"]))
    except (ValueError, OverflowError) as mistake:
        raise Unmappable("not a point in time between the years 1 and 9999") from mistake


def _zone(text: str | None) -> timezone | ZoneInfo:
    if text is None:
        return COPENHAGEN
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
