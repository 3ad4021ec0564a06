"""Which side answers whom: a mode per service, operation and caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overgang.core.compare.values import Mode

ANY: Final = "*"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a mode is set for: a service "Name/version", an operation, a caller "8/101"; each may be ANY."""

    service: str = ANY
    operation: str = ANY
    caller: str = ANY

    def __str__(self) -> str:
        return f"{self.service} {self.operation} for {self.caller}"


class Modes:
    """The modes that are set, and the one that holds where none is.

    The closest scope decides: one that names the caller before one that does not, then one that names the operation,
    then one that names the service.
    """

    __slots__ = ("_rows", "_services", "default")

    def __init__(self, rows: Mapping[Scope, Mode], default: Mode = Mode.NEW) -> None:
        self.default = default
        self._rows = dict(rows)
        others = {scope.service for scope, mode in rows.items() if mode is not Mode.NEW}
        self._services = frozenset({ANY} if default is not Mode.NEW else others)

    def of(self, service: str, operation: str, caller: str) -> Mode:
        """The mode of one call."""
        for who in (caller, ANY):
            for scope in (
                Scope(service, operation, who),
                Scope(ANY, operation, who),
                Scope(service, ANY, who),
                Scope(ANY, ANY, who),
            ):
                if (found := self._rows.get(scope)) is not None:
                    return found
        return self.default

    def all_new(self, service: str) -> bool:
        """Whether no call of the service can have another mode than NEW, so that it need not be looked into."""
        return not self._services & {ANY, service}

    @property
    def rows(self) -> Mapping[Scope, Mode]:
        """The modes that are set, by their scopes."""
        return dict(self._rows)
