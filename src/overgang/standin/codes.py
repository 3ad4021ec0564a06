"""The old side's own reading of config/codelists: one TOML file per list, values with their days."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from overgang.standin.refusal import Refused


@dataclass(frozen=True, slots=True)
class Value:
    """`only` and `barred` are kinds of organisation as words: the names of OrganisationType in lower case."""

    id: int
    name: str
    since: date
    ends: date | None = None
    internal: bool = False
    only: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()

    def holds(self, day: date) -> bool:
        """Whether it is valid on a day; both the first and the last are."""
        return self.since <= day and (self.ends is None or day <= self.ends)


CodeLists: TypeAlias = Mapping[str, Mapping[int, Value]]


def read(folder: Path) -> CodeLists:
    """Every list of a folder by name, its values by number. Raises OSError, ValueError or KeyError for a bad file."""
    return dict(_list(path) for path in sorted(folder.glob("*.toml")))


def _list(path: Path) -> tuple[str, Mapping[int, Value]]:
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    return given["name"], {row["id"]: _value(row) for row in given["value"]}


def _value(row: Mapping[str, Any]) -> Value:
    return Value(
        id=row["id"],
        name=row["name"],
        since=row["since"],
        ends=row.get("ends"),
        internal=row.get("internal", False),
        only=frozenset(row.get("only", ())),
        barred=frozenset(row.get("not", ())),
    )


def check(lists: CodeLists, name: str, code: int, day: date, *, unknown: int = 2002) -> Value:
    """A value that may be used on a day: `unknown` when there is none, 2003 out of its days, 6052 an internal one."""
    value = lists[name].get(code)
    if value is None:
        raise Refused(unknown)
    if not value.holds(day):
        raise Refused(2003)
    if value.internal:
        raise Refused(6052)
    return value
