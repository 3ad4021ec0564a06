"""What contact groups and categories have in common, and which of them go together."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from overgang.reference.moments import day_of
from overgang.reference.problems import Refusal
from overgang.reference.protocol import Call
from overgang.reference.store import Registration, Transaction

KONTAKTGRUPPE: Final = "kontaktgruppe"
PERSONKATEGORI: Final = "personkategori"

# Absence - ContactGroup - PersonCategory (2022-3), rows 3 and 10; a group that is not here has no category.
_ALL: Final = frozenset(range(4, 16))
_SYGEDAGPENGE: Final = frozenset(range(1, 4))  # reconstructed, as the groups of sygedagpengemodtagere are
_TOGETHER: Final[Mapping[int, frozenset[int]]] = {
    1: frozenset({9, 10, 11}),
    6: _ALL,
    12: frozenset({5, 6, 7, 8}),
    13: _ALL,
    24: _ALL | _SYGEDAGPENGE,
    25: _ALL | _SYGEDAGPENGE,
    28: frozenset({5, 6, 7, 8}),
} | dict.fromkeys((2, 3, 17, 26, 27, 29), frozenset({4, 5, 8}))


def content(call: Call, id_name: str) -> dict[str, Any]:
    """What a body says, its id apart, under the names that reads have."""
    return {name[0].lower() + name[1:]: value for name, value in call.body.items() if name != id_name}


def known(transaction: Transaction, kind: str, id_name: str, call: Call) -> Registration:
    """The citizen's own registration that the path names; no number is documented for an unknown one, so 1014."""
    for each in transaction.live(kind, call.citizen):
        if each.id == call.path[id_name]:
            return each
    raise Refusal(1014, status=404, element=id_name, expected="a registration of this citizen")


def current(transaction: Transaction, kind: str, id_name: str, citizen: str) -> list[dict[str, Any]]:
    """Registrations that run or begin later; the last day is within."""
    live = transaction.live(kind, citizen)
    return [dto(id_name, each) for each in live if last_day(each.content) >= transaction.today]


def dto(id_name: str, registration: Registration) -> dict[str, Any]:
    """A registration as reads show it."""
    return {id_name: registration.id, **registration.content, "dfdgRegistreringstidspunkt": registration.registered_at}


def last_day(content: Mapping[str, Any]) -> date:
    """A registration without an end is taken to last for ever."""
    return day_of(content["sluttidspunkt"]) if "sluttidspunkt" in content else date.max


def require_period(content: Mapping[str, Any]) -> None:
    """1003: an end before its start."""
    if last_day(content) < day_of(content["starttidspunkt"]):
        raise Refusal(1003, element="Sluttidspunkt", expected="a day not before the start")


def require_combination(transaction: Transaction, changed: Registration) -> None:
    """4731: a category that the citizen's contact group can't have, on a day on which both run."""
    others = PERSONKATEGORI if changed.kind == KONTAKTGRUPPE else KONTAKTGRUPPE
    for other in transaction.live(others, changed.citizen):
        pair = {each.kind: each.content for each in (changed, other)}
        group, category = pair[KONTAKTGRUPPE], pair[PERSONKATEGORI]
        allowed = _TOGETHER.get(group["kontaktgruppeType"], frozenset())
        if _overlap(group, category) and category["personkategoriType"] not in allowed:
            raise Refusal(4731)


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first = max(day_of(one["starttidspunkt"]), day_of(other["starttidspunkt"]))
    return first <= min(last_day(one), last_day(other))
