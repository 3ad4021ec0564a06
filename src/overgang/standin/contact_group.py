"""Contact groups and categories of PersonRegistrationService, and which of them go together.

Not refused here: what depends on the citizen's age (6033) and on tables whose cells are not public (4645, 4654).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import uuid4

from overgang.reference.store import Registration
from overgang.standin import kinds
from overgang.standin.calls import JOBCENTRE, MUNICIPALITY, OTHER_ACTOR, STAR, Answer, Call, Operation, receipt
from overgang.standin.moments import day, ends, kept
from overgang.standin.refusal import Refused

_ALLOWED: Final = frozenset({JOBCENTRE, MUNICIPALITY, OTHER_ACTOR, STAR})
_JOB_READY, _ACTIVITY_READY = 4, 5  # PersonCategoryType
# Which categories a contact group can have; one that is not here has none. Absence - ContactGroup - PersonCategory
# (2022-3), aligned by its rows 3 and 10. That groups 24 and 25 have the categories of sickness benefit, 1 to 3, follows
# from their names.
_WITH_CATEGORIES: Final[Mapping[int, frozenset[int]]] = {
    1: frozenset({9, 10, 11}),
    **{group: frozenset({4, 5, 8}) for group in (2, 3, 17, 26, 27, 29)},
    **{group: frozenset({5, 6, 7, 8}) for group in (12, 28)},
    **{group: frozenset(range(4, 16)) for group in (6, 13)},
    **{group: frozenset(range(1, 16)) for group in (24, 25)},
}


def _create_group(call: Call) -> Answer:
    """4703: it begins today."""
    asked = call.body["ContactGroup"]
    content = _group(call, asked)
    if day(content["starttidspunkt"]) != call.today:
        raise Refused(4703)
    id_ = call.unused(kinds.CONTACT_GROUP, asked.get("MessageIdentifier", str(uuid4())))
    return receipt(_put_group(call, id_, content))


def _update_group(call: Call) -> Answer:
    """1014 no such contact group of this citizen, for which no number is public; 8096: it has ended."""
    asked = call.body["ContactGroup"]
    group = call.known(kinds.CONTACT_GROUP, asked["MessageIdentifier"], 1014)
    if ends(group.content, "sluttidspunkt") < call.today:
        raise Refused(8096)
    return receipt(_put_group(call, group.id, _group(call, asked)))


def _group(call: Call, asked: Mapping[str, Any]) -> dict[str, Any]:
    """4675 and the codes' other numbers; 1003."""
    start = kept(asked["StartDate"])
    kind = call.code(asked["ContactGroupTypeIdentifier"], "ContactGroupType", day(start), unknown=4675)
    event = {"haendelsestidspunkt": kept(asked["EventDate"])} if "EventDate" in asked else {}
    return _period({"kontaktgruppeType": kind, **event, "starttidspunkt": start}, asked)


def _period(content: dict[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    if "EndDate" in asked:
        content["sluttidspunkt"] = kept(asked["EndDate"])
    if ends(content, "sluttidspunkt") < day(content["starttidspunkt"]):
        raise Refused(1003)
    return content


def _put_group(call: Call, id_: str, content: Mapping[str, Any]) -> Registration:
    """4644 while another one is open; 4731."""
    for other in call.live(kinds.CONTACT_GROUP):
        if other.id != id_ and "sluttidspunkt" not in other.content:
            raise Refused(4644)
    for category in call.live(kinds.CATEGORY):
        _require_fit(content, category.content)
    return call.put(kinds.CONTACT_GROUP, id_, content)


def switch(call: Call, asked: Mapping[str, Any]) -> None:
    """The contact group that comes with a recovery: a new one, before which the open one ends, or the end of one."""
    content = _group(call, asked)
    id_ = asked.get("ContactGroupIdentifier", str(uuid4())).lower()
    own = {each.id for each in call.live(kinds.CONTACT_GROUP)}
    if id_ not in own:
        call.unused(kinds.CONTACT_GROUP, id_)
    for other in call.live(kinds.CONTACT_GROUP):
        if other.id != id_ and "sluttidspunkt" not in other.content:
            closed = {**other.content, "sluttidspunkt": content["starttidspunkt"]}
            call.put(kinds.CONTACT_GROUP, other.id, closed)
    _put_group(call, id_, content)


def _create_category(call: Call) -> Answer:
    return receipt(new_category(call, call.body["PersonCategory"]))


def new_category(call: Call, asked: Mapping[str, Any]) -> Registration:
    """Register a category: 4977 and what _put_category refuses."""
    id_ = call.unused(kinds.CATEGORY, asked.get("MessageIdentifier", str(uuid4())))
    return _put_category(call, id_, asked)


def _update_category(call: Call) -> Answer:
    """1014 no such category of this citizen, for which no number is public."""
    asked = call.body["PersonCategory"]
    return receipt(_put_category(call, call.known(kinds.CATEGORY, asked["MessageIdentifier"], 1014).id, asked))


def _put_category(call: Call, id_: str, asked: Mapping[str, Any]) -> Registration:
    """2002; 1003; 4655 and 4656 for one that runs today or later; 4731. To the old side 3 is as good as ever."""
    start = kept(asked["StartDate"])
    kind = call.code(asked["PersonCategoryTypeIdentifier"], "PersonCategoryType", _before_2025(day(start)))
    content = _period({"personkategoriType": kind, "starttidspunkt": start}, asked)
    if ends(content, "sluttidspunkt") >= call.today:
        _require_enrolment(call, kind)
    for group in call.live(kinds.CONTACT_GROUP):
        _require_fit(group.content, content)
    return call.put(kinds.CATEGORY, id_, content)


def _before_2025(start: date) -> date:
    """The list as it was before category 3 went: the old services never heard of that."""
    return min(start, date(2024, 12, 31))


def _require_enrolment(call: Call, category: int) -> None:
    enrolled = any(ends(each.content, "afmeldingsdato") >= call.today for each in call.live(kinds.ENROLMENT))
    if category == _JOB_READY and not enrolled:
        raise Refused(4656)
    if category == _ACTIVITY_READY and enrolled:
        raise Refused(4655)


def _require_fit(group: Mapping[str, Any], category: Mapping[str, Any]) -> None:
    """4731: a category that the group can't have, on a day on which both hold."""
    first = max(day(group["starttidspunkt"]), day(category["starttidspunkt"]))
    together = first <= min(ends(group, "sluttidspunkt"), ends(category, "sluttidspunkt"))
    if together and category["personkategoriType"] not in _WITH_CATEGORIES.get(group["kontaktgruppeType"], ()):
        raise Refused(4731)


OPERATIONS: Final = {
    name: Operation(answer, allowed=_ALLOWED, unknown=4404, refuses_dead=True)
    for name, answer in {
        "CreateContactGroup": _create_group,
        "UpdateContactGroup": _update_group,
        "CreatePersonCategory": _create_category,
        "UpdatePersonCategory": _update_category,
    }.items()
}
