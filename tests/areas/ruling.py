"""What the rule tests share: one modern request under an area's rules, with small code lists, without any I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from overgang.core.area import Area
from overgang.core.codelists import CodeList, CodeValue
from overgang.core.flow import play
from overgang.core.messages import Caller, Face, Organisation, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.paths import path
from overgang.core.rules import Context, Governed, govern
from overgang.core.values import Tidspunkt

VIRKSOMHED = 24
MAY_CALL = (A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE, STAR)
WRITTEN = RestReply(200, "5b6f1f3e-8a1d-4c8e-9b5a-2f6d7c8e9a01")
CITIZEN = "1203852326"


@dataclass(frozen=True, slots=True)
class Ruled:
    """`sent` is what went to the modern side, look-ups too; `cited` the rules that were applied; `answer` the reply."""

    sent: tuple[Any, ...]
    cited: tuple[str, ...]
    answer: Any = None

    @property
    def json(self) -> Any:
        """The body of the last request."""
        return self.sent[-1].json


def ruled(area: Area, operation: str, request: RestRequest, context: Context, *replies: RestReply) -> Ruled:
    """Drive the request through the rules of a modern operation; raises what they raise."""
    replying, after = area.reply_rules.get(operation, ()), area.afterwards.get(operation, ())
    governed = Governed(operation, frozenset(), area.rules[operation], replying, after)
    played = play(govern(governed, request, context), *replies)
    return Ruled(played.requests, tuple(context.cited), played.answer)


def context(
    organisation: int = JOBCENTER, *, day: date, face: Face = Face.SOAP, switched_off: Iterable[str] = ()
) -> Context:
    """A call of an organisation type on `day`."""
    own = Organisation(organisation, "1")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt(f"{day}T10:00:00+01:00"))
    return Context(face, caller, day, CODELISTS, frozenset(switched_off))


def request(method: str, template: str, json: Any = None, **places: str) -> RestRequest:
    """A request for the citizen; `places` are the values of the template."""
    return RestRequest(method, path(template, **places), citizen=CITIZEN, json=json)


def midnight(day: date) -> str:
    """A Danish day as a point in time without a zone, which is Danish local time."""
    return f"{day}T00:00:00"


def _value(
    id: int,
    *,
    since: date = date(2010, 1, 1),
    ends: date | None = None,
    internal: bool = False,
    only: Iterable[int] = (),
    barred: Iterable[int] = (),
) -> CodeValue:
    return CodeValue(id, str(id), since, ends, internal, frozenset(only), frozenset(barred), False, "a test")


def _list(name: str, *values: CodeValue) -> CodeList:
    return CodeList(name, name, name, {value.id: value for value in values})


CODELISTS = {
    codelist.name: codelist
    for codelist in (
        _list("ClientCategoryType", *map(_value, (1, 2, 3, 4))),
        _list("CurrentUnemploymentStatusType", *map(_value, (1, 2, 3))),
        _list(
            "AbsenceType", *map(_value, (10, 11, 31, 32)), _value(40, since=date(2025, 1, 1), ends=date(2025, 6, 30))
        ),
        _list("SustenanceSystemCaseType", *map(_value, (1, 2))),
        _list("ContactGroupType", *map(_value, (1, 2, 12))),
        _list("PersonCategoryType", *map(_value, (1, 2, 4, 8)), _value(3, ends=date(2024, 12, 31))),
        _list("AbsenceCauseType", _value(2), _value(6, internal=True)),
        _list(
            "AdditionalInformationOnAbsenceType",
            _value(1),
            _value(2, ends=date(2024, 12, 31)),
            _value(4, since=date(2025, 1, 1)),
        ),
        _list(
            "CauseType",
            _value(1),
            _value(6, only=[A_KASSE]),
            _value(7, barred=[A_KASSE]),
            _value(8, internal=True),
            _value(9, ends=date(2024, 12, 31)),
            _value(10, since=date(2025, 1, 1)),
        ),
    )
}
