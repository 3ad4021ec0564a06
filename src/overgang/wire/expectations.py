"""The register of expected differences from its file, config/expected-differences.toml.

Each [[expected]] has `since`, `services`, `place` and `kinds`, then either `rule` or `owner` and `reason`; it may have
`until`, `operations`, `cause`, `old`, `new` and `faces`. What they mean: core/compare/expected.py.
"""

import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from overgang.core.compare.causes import CAUSES
from overgang.core.compare.expected import Entry, Register
from overgang.core.compare.values import Kind
from overgang.core.messages import Face

_KINDS: Final = {kind.value: kind for kind in Kind}
_FACES: Final = tuple(face.value for face in Face)


class ExpectationsError(ValueError):
    """A register that can't be used; `lines` has one line per mistake: file, entry, what was expected."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load(
    path: Path, *, rules: Collection[str] | None = None, operations: Mapping[str, Collection[str]] | None = None
) -> Register:
    """The register in a file. Raises ExpectationsError with all mistakes.

    With `rules` (ids) and `operations` (by "Name/version"), names that are not among them are mistakes too.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as mistake:
        raise ExpectationsError([f"{path.name}: {getattr(mistake, 'strerror', None) or mistake}"]) from mistake
    lines = [f"{path.name}: {_unknown(key, ('expected',))}" for key in given if key != "expected"]
    rows = given.get("expected", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ExpectationsError([*lines, f"{path.name}: expected [[expected]] tables"])
    entries = []
    for number, row in enumerate(rows, start=1):
        reading = _Reading(row)
        entry = reading.entry()
        reading.known(rules, operations)
        lines += [f"{path.name}: entry {number}: {line}" for line in reading.lines]
        entries.append(entry)
    if lines:
        raise ExpectationsError(lines)
    return Register(tuple(entries))


class _Reading:
    """One entry, read as far as it goes; `lines` has what is wrong with it."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row
        self.lines = [_unknown(key, tuple(_KEYS)) for key in row if key not in _KEYS]
        self._values = {key: self._read(key, *_KEYS[key]) for key in _KEYS}

    def entry(self) -> Entry:
        """An entry that is used only when `lines` stays empty."""
        values = self._values
        self._whole()
        return Entry(
            since=values["since"] or date.min,
            until=values["until"],
            services=values["services"] or (),
            operations=values["operations"] or (),
            place=values["place"] or "",
            kinds=frozenset(_KINDS[kind] for kind in values["kinds"] or () if kind in _KINDS),
            cause=values["cause"],
            old=values["old"],
            new=values["new"],
            rule=values["rule"] or "",
            owner=values["owner"] or "",
            reason=values["reason"] or "",
            faces=values["faces"] or (Face.SOAP.value,),
        )

    def known(self, rules: Collection[str] | None, operations: Mapping[str, Collection[str]] | None) -> None:
        """What is named must be there."""
        values = self._values
        if rules is not None and values["rule"]:
            self._among("rule", (values["rule"],), rules)
        if operations is None:
            return
        services = values["services"] or ()
        self._among("service", services, operations)
        names = {name for service in services for name in operations.get(service, ())}
        if names:
            self._among("operation", values["operations"] or (), names)

    def _read(self, key: str, read: Callable[[Any], Any], required: bool) -> Any:
        if key not in self._row:
            if required:
                self.lines.append(f"{key} is missing")
            return None
        try:
            return read(self._row[key])
        except ValueError as mistake:
            self.lines.append(f"{key}: {mistake}")
            return None

    def _whole(self) -> None:
        """What concerns several keys."""
        row, values = self._row, self._values
        if "rule" not in row and not {"owner", "reason"} <= row.keys():
            self.lines.append("expected a rule, or an owner and a reason")
        if "rule" in row and row.keys() & {"owner", "reason"}:
            self.lines.append("expected a rule, or an owner and a reason, not both")
        if values["since"] and values["until"] and values["until"] < values["since"]:
            self.lines.append("until: expected a day not before since")
        self._among("kinds", values["kinds"] or (), _KINDS)
        self._among("faces", values["faces"] or (), _FACES)
        if values["cause"]:
            self._among("cause", (values["cause"],), CAUSES)

    def _among(self, what: str, given: Collection[str], known: Collection[str]) -> None:
        self.lines += [f"{what}: {_unknown(one, known)}" for one in given if one not in known]


def _unknown(given: str, known: Collection[str]) -> str:
    close = get_close_matches(given, known, n=1)
    return f"{given!r} is unknown" + (f"; did you mean {close[0]!r}?" if close else "")


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("expected a day, as 2025-01-01")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("expected a text")
    return value


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise ValueError("expected a list of texts, not an empty one")
    return tuple(value)


_KEYS: Final[dict[str, tuple[Callable[[Any], Any], bool]]] = {  # how each is read, whether it must be there
    "since": (_day, True),
    "until": (_day, False),
    "services": (_texts, True),
    "operations": (_texts, False),
    "place": (_text, True),
    "kinds": (_texts, True),
    "cause": (_text, False),
    "old": (_any_text, False),
    "new": (_any_text, False),
    "rule": (_text, False),
    "owner": (_text, False),
    "reason": (_text, False),
    "faces": (_texts, False),
}
