"""The built-in simple types: what their text becomes, how a value is written, and which texts they allow."""

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple

from lxml import etree

from overgang.core.values import Dato, Tidspunkt, Value

MAX_DIGITS: Final = 4000  # int() refuses to read more than 4,300
_OUTER = " \t\n\r"


class Builtin(NamedTuple):
    """`parse` trusts a text that is valid; `render` gives None for a value of another kind; `valid` looks at a text."""

    white_space: str  # preserve, replace or collapse
    parse: Callable[[str], Any]
    render: Callable[[Any], str | None]
    valid: Callable[[str], bool]
    family: str  # string, number, boolean, time, binary, qname: which facets make sense


def _string(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _flag(text: str) -> bool:
    return text.strip(_OUTER) in ("true", "1")


def _render_flag(value: Value) -> str | None:
    return ("true" if value else "false") if isinstance(value, bool) else None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # thousands of digits: harmless when they are leading zeros
        text = text.strip(_OUTER)
        return int(f"{'-' if text.startswith('-') else ''}{text.lstrip('+-').lstrip('0') or '0'}")


def _render_whole(value: Value) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LONG else None


_TOO_LONG: Final = 10**MAX_DIGITS


def _render_decimal(value: Value) -> str | None:
    if isinstance(value, int):
        return _render_whole(value)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > MAX_DIGITS:
        return None
    text = str(value)
    return f"{value:f}" if "E" in text else text  # "f" takes thrice as long


def _render_float(value: Value) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (float, int)):
        return None
    text = repr(float(value))
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text, text)


def _render_base64(value: Value) -> str | None:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else None


def _base64_valid(text: str) -> bool:
    try:
        base64.b64decode(text.replace(" ", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _render_hex(value: Value) -> str | None:
    return value.hex().upper() if isinstance(value, bytes) else None


_URI: Final = etree.XMLSchema(
    etree.fromstring(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="uri" type="xs:anyURI"/></xs:schema>'
    )
)


def _uri_valid(text: str) -> bool:
    """What the validator takes, so that what was read can be written: XSD has no grammar of its own for URIs."""
    place = etree.Element("uri")
    try:
        place.text = text
    except ValueError:  # characters that XML does not have
        return False
    return _URI.validate(place)


def _matches(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern).fullmatch
    return lambda text: found(text) is not None


_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEAR = r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_LONG_MONTHS = ("01", "03", "05", "07", "08", "10", "12")


def _calendar(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern).fullmatch
    most = re.compile(pattern.replace(_YEAR, "[1-9][0-9]{3}").replace(_DAY, "(?:0[1-9]|1[0-9]|2[0-8])")).fullmatch

    def valid(text: str) -> bool:
        if most(text) is not None:
            return True
        parts = found(text)
        if parts is None:
            return False
        year, month, day = parts.groups()
        return year.strip("-0") != "" and (day < "29" or day <= _last_day(year, month))

    return valid


def _last_day(year: str, month: str) -> str:
    if month != "02":
        return "31" if month in _LONG_MONTHS else "30"
    tail, head = int(year[-2:]), int(year.lstrip("-")[:-2][-2:])
    return "29" if (tail % 4 == 0 and (tail != 0 or head % 4 == 0)) else "28"


def _text(white_space: str, pattern: str | None = None) -> Builtin:
    return Builtin(white_space, str, _string, _matches(pattern) if pattern else lambda text: True, "string")


def _time(pattern: str, parse: Callable[[str], Any] = str, *, calendar: bool = False) -> Builtin:
    valid = _calendar(pattern) if calendar else _matches(pattern)
    return Builtin("collapse", parse, _string, valid, "time")


def _integer(lower: int | None = None, upper: int | None = None) -> Builtin:
    found = re.compile("[+-]?[0-9]+").fullmatch

    def valid(text: str) -> bool:
        if found(text) is None:
            return False
        if len(text) > MAX_DIGITS and len(text.lstrip("+-0")) > MAX_DIGITS:
            return False
        number = _whole(text)
        return (lower is None or number >= lower) and (upper is None or number <= upper)

    return Builtin("collapse", _whole, _render_whole, valid, "number")


_NCNAME = r"[^\W\d][\w.\-\u00b7]*"
_FLOAT = Builtin(
    "collapse",
    float,
    _render_float,
    _matches(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|-?INF|NaN"),
    "number",
)

BUILTINS: Final[dict[str, Builtin]] = {
    "string": _text("preserve"),
    "normalizedString": _text("replace"),
    "token": _text("collapse"),
    "language": _text("collapse", "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    "Name": _text("collapse", r"(?:[^\W\d]|:)[\w.\-:\u00b7]*"),
    "NCName": _text("collapse", _NCNAME),
    "ID": _text("collapse", _NCNAME),
    "IDREF": _text("collapse", _NCNAME),
    "NMTOKEN": _text("collapse", r"[\w.\-:\u00b7]+"),
    "anyURI": Builtin("collapse", str, _string, _uri_valid, "string"),
    "anySimpleType": _text("preserve"),
    "boolean": Builtin("collapse", _flag, _render_flag, _matches("true|false|1|0"), "boolean"),
    "decimal": Builtin(
        "collapse", Decimal, _render_decimal, _matches(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"), "number"
    ),
    "integer": _integer(),
    "nonPositiveInteger": _integer(upper=0),
    "negativeInteger": _integer(upper=-1),
    "nonNegativeInteger": _integer(lower=0),
    "positiveInteger": _integer(lower=1),
    "long": _integer(-(2**63), 2**63 - 1),
    "int": _integer(-(2**31), 2**31 - 1),
    "short": _integer(-(2**15), 2**15 - 1),
    "byte": _integer(-(2**7), 2**7 - 1),
    "unsignedLong": _integer(0, 2**64 - 1),
    "unsignedInt": _integer(0, 2**32 - 1),
    "unsignedShort": _integer(0, 2**16 - 1),
    "unsignedByte": _integer(0, 2**8 - 1),
    "float": _FLOAT,
    "double": _FLOAT,
    "dateTime": _time(f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}", Tidspunkt, calendar=True),
    "date": _time(f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}", Dato, calendar=True),
    "time": _time(_CLOCK + _ZONE),
    "gYear": _time(_YEAR + _ZONE),
    "gYearMonth": _time(f"{_YEAR}-{_MONTH}{_ZONE}"),
    "gMonthDay": _time(f"--(?:{_MONTH}-(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31){_ZONE}"),
    "gMonth": _time(f"--{_MONTH}{_ZONE}"),
    "gDay": _time(f"---{_DAY}{_ZONE}"),
    "duration": _time(
        r"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
        # The validator takes "6.S" and ".5S" too: what was read can be written.
        r"(?:T(?=[0-9.])(?:[0-9]+H)?(?:[0-9]+M)?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)S)?)?"
    ),
    "base64Binary": Builtin("collapse", base64.b64decode, _render_base64, _base64_valid, "binary"),
    "hexBinary": Builtin(
        "collapse",
        lambda text: bytes.fromhex(text.strip(_OUTER)),
        _render_hex,
        _matches("(?:[0-9A-Fa-f]{2})*"),
        "binary",
    ),
    "QName": Builtin("collapse", str, _string, _matches(rf"(?:{_NCNAME}:)?{_NCNAME}"), "qname"),
}

LISTS: Final = {"NMTOKENS": "NMTOKEN", "IDREFS": "IDREF"}
REFUSED: Final = {
    "anyType": "content of any type has no plan",
    "ENTITY": "needs a DTD",
    "ENTITIES": "needs a DTD",
    "NOTATION": "needs notations",
}
