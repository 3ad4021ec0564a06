"""JSON as the REST side speaks it, read strictly: what two parsers could read in two ways is refused.

Refused besides what RFC 8259 refuses: NaN and Infinity, a name twice in one object, any encoding but UTF-8, a byte
order mark, half of a surrogate pair, numbers of absurd size, nesting beyond a limit. A number with a fraction or an
exponent is a Decimal, so it is written again as it came.
"""

import re
from decimal import Decimal, DecimalException
from json import JSONDecodeError, JSONDecoder, JSONEncoder
from typing import Any, NoReturn

_LARGEST = 400  # decimal places before or after the point; int() itself stops at 4300 digits
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonError(ValueError):
    """Bytes that are no acceptable JSON. Neither text nor attributes carry anything of the content.

    `key` is json.encoding, json.invalid, json.duplicate, json.number, json.depth, json.values or json.text; `where`
    says the place ("character 17") where it is known, else it is empty.
    """

    def __init__(self, key: str, where: str = "") -> None:
        super().__init__(f"{key} at {where}" if where else key)
        self.key = key
        self.where = where


def loads(raw: bytes, *, depth: int = 64, values: int = 1_000_000) -> Any:
    """The value; objects are dicts, fractions Decimals. `depth` counts nested lists and objects. Raises JsonError.

    `values` is the most that it may be made of: each costs many times the bytes that it is written with.
    """
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > values:
        raise JsonError("json.values")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as mistake:
        # Chained exceptions would keep the document alive, so none is chained here.
        raise JsonError("json.encoding", f"byte {mistake.start}") from None
    if text.startswith("\ufeff"):
        raise JsonError("json.encoding", "byte 0")
    value = _parse(text)
    if raw.count(b"[") + raw.count(b"{") > depth:
        _check_depth(value, depth)
    if _SURROGATE.search(raw):
        _check_text(value)
    return value


def dumps(value: Any) -> bytes:
    """Compact UTF-8; a Decimal digit for digit. Raises ValueError or TypeError for what JSON can't say."""
    try:
        text = _ENCODER.encode(value)
    except _HasDecimal:
        text = _write(value)
    return text.encode("utf-8")


def _parse(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except JSONDecodeError as mistake:
        raise JsonError("json.invalid", f"character {mistake.pos}") from None
    except RecursionError:
        raise JsonError("json.depth") from None
    except JsonError:
        raise
    except ValueError:  # int() refuses more than 4300 digits
        raise JsonError("json.number") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("json.duplicate")
    return found


def _fraction(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except DecimalException:
        raise JsonError("json.number") from None
    # 1e999999999 is short here and a gigabyte as an int.
    if len(text) > _LARGEST or abs(number.adjusted()) > _LARGEST:
        raise JsonError("json.number")
    return number


def _constant(_: str) -> NoReturn:
    raise JsonError("json.number")


def _inner(value: Any) -> Any:
    return value.values() if type(value) is dict else value


def _check_depth(value: Any, depth: int) -> None:
    level = [value] if type(value) in (dict, list) else []
    while level:
        if depth == 0:
            raise JsonError("json.depth")
        depth -= 1
        level = [item for outer in level for item in _inner(outer) if type(item) is dict or type(item) is list]


def _check_text(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is str:
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                raise JsonError("json.text") from None
        elif type(item) is dict:
            waiting += item.keys()
            waiting += item.values()
        elif type(item) is list:
            waiting += item


class _HasDecimal(Exception):
    pass


def _not_native(value: object) -> NoReturn:
    if isinstance(value, Decimal):
        raise _HasDecimal
    raise TypeError(f"{type(value).__name__} is no JSON type")


def _write(value: Any) -> str:
    """The stdlib encoder has no way to write a Decimal as a number, so the containers around one are written here."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a number that is not finite is no JSON")
        return str(value)
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("a name that is no str is no JSON")
        return "{" + ",".join(f"{_ENCODER.encode(name)}:{_write(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_write(item) for item in value) + "]"
    return _ENCODER.encode(value)


_DECODER = JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_constant=_constant)
_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_not_native)
