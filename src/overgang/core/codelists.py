"""Code lists with dated values: what a code means, and on which days it may be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from overgang.core.errors import CallerFault


@dataclass(frozen=True, slots=True)
class CodeValue:
    """One value; `since` and `ends` are its first and last valid day (`ends` None: still valid).

    `only` and `barred` name organisation types (ids of the OrganisationType list) that alone may, or may not, use it.
    """

    id: int
    name: str
    since: date
    ends: date | None
    internal: bool
    only: frozenset[int]
    barred: frozenset[int]
    documented: bool
    source: str

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.ends is None or day <= self.ends)

    @property
    def validity(self) -> str:
        """Its days in words: which code it is is not said, when it is valid is."""
        return f"valid from {self.since.isoformat()}" + (f" to {self.ends.isoformat()}" if self.ends else "")


@dataclass(frozen=True, slots=True)
class CodeList:
    """`name` is the old list's, `modern` the modern one's; both share their ids."""

    name: str
    modern: str
    title: str
    values: Mapping[int, CodeValue]

    def check(self, code: int, day: date, element: str, *, unknown: int = 2002) -> CodeValue:
        """The value, if it may be used on `day`.

        Raises CallerFault: `unknown` (2002 or the list's own number) for an id that is not on the list, 2003 outside
        its validity, 6052 for one that is for internal use (rules.md kodeliste.udloebet).
        """
        value = self.values.get(code)
        if value is None:
            raise CallerFault(unknown, "code.unknown", element=element, expected=f"a value of code list {self.name}")
        if not value.holds(day):
            raise CallerFault(
                2003,
                "code.expired",
                element=element,
                expected=f"a value of code list {self.name} valid on the day; this one is {value.validity}",
            )
        if value.internal:
            expected = f"a public value of code list {self.name}; this one is internal and {value.validity}"
            raise CallerFault(6052, "code.internal", element=element, expected=expected)
        return value
