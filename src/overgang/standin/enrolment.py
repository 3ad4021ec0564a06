"""UnemploymentEnrollmentService: a citizen has at most one enrolment at a time.

What the error table has and only the old system's own data could tell (4318, 4641, 4645, 4720, 4725, 4750, 4763) is
never refused here.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from overgang.reference.store import Registration
from overgang.standin import codes, kinds
from overgang.standin.calls import A_KASSE, Answer, Call, Operation, receipt
from overgang.standin.moments import day, kept
from overgang.standin.refusal import Refused

_BACK: Final = timedelta(days=10)
_AHEAD: Final = timedelta(days=60)  # which citizens have only 30 ("a less intensive effort" has 60) is not public
_NOT_UNEMPLOYED, _WITHOUT_BENEFIT = 3, 3  # CurrentUnemploymentStatusType, ClientCategoryType


def _enrol(call: Call) -> Answer:
    asked = call.body["UnemploymentEnrollment"]
    enrolment = enrol(call, asked, str(uuid4()))
    if "Profession" in asked:
        _wish(call, asked["Profession"].get("ProfessionType", []))
    return {
        "CreatedItemIdentifier": enrolment.id,
        "ServiceReceipt": {"EventDate": enrolment.registered_at},
    }


def enrol(call: Call, asked: Mapping[str, Any], id_: str) -> Registration:
    """Register an enrolment: 4338 not within the last ten days, 4313, 4314, 4339, 4316 while another one runs."""
    start = kept(asked["EnrollmentDate"])
    if not call.today - _BACK <= day(start) <= call.today:
        raise Refused(4338)
    category = call.code(asked["ClientCategoryTypeIdentifier"], "ClientCategoryType", day(start), unknown=4313)
    status = call.code(
        asked["CurrentUnemploymentStatusTypeIdentifier"], "CurrentUnemploymentStatusType", day(start), unknown=4314
    )
    if status == _NOT_UNEMPLOYED and category != _WITHOUT_BENEFIT:
        raise Refused(4339)
    for earlier in call.live(kinds.ENROLMENT):
        if "afmeldingsdato" not in earlier.content or day(start) < day(earlier.content["afmeldingsdato"]):
            raise Refused(4316)
    content = {"klientkategori": category, "tilmeldingsdato": start, "ledighedsgrad": status}
    if "EmailAddressIdentifier" in asked:
        content["emailAdresse"] = asked["EmailAddressIdentifier"]
    return call.put(kinds.ENROLMENT, id_, content)


def _wish(call: Call, professions: list[Mapping[str, Any]]) -> None:
    """The professions become the citizen's job wishes, in place of those before: 4698 and 4710 for their numbers."""
    wishes = [_wished(each) for each in professions]
    before = call.live(kinds.WISHES)
    call.put(kinds.WISHES, before[0].id if before else str(uuid4()), {"joboensker": wishes})


def _wished(asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked["YearLastUsed"] < 0 or asked["MonthsOfExperience"] < 0:
        raise Refused(4698)
    if not 1000 <= asked["YearLastUsed"] <= 9999:
        raise Refused(4710)
    alias = {"aliasIdentifier": asked["AliasIdentifier"].lower()} if "AliasIdentifier" in asked else {}
    return {
        "conceptUriDa": asked["ConceptUriDa"],
        **alias,
        "harUddannelse": asked["HasEducation"],
        "aarSidstBrugt": asked["YearLastUsed"],
        "maanedersErfaring": asked["MonthsOfExperience"],
    }


def _cancel(call: Call) -> Answer:
    return receipt(cancel(call, call.body))


def cancel(call: Call, asked: Mapping[str, Any]) -> Registration:
    """End the open enrolment: 4322 not today or within the window ahead, the cause's own numbers, 4367 none is open."""
    end = kept(asked["CancellationDate"])
    if not call.today <= day(end) <= call.today + _AHEAD:
        raise Refused(4322)
    cause = _cause(call, asked["CauseTypeIdentifier"])
    enrolment = next((each for each in call.live(kinds.ENROLMENT) if "afmeldingsdato" not in each.content), None)
    if enrolment is None:
        raise Refused(4367)
    content = {**enrolment.content, "afmeldingsdato": end, "afmeldeaarsag": cause}
    return call.put(kinds.ENROLMENT, enrolment.id, content)


def _cause(call: Call, element: Mapping[str, int]) -> int:
    """4340; 2003; 6052; 9118 for one that is only a-kasser's; 9298 for one that is not theirs."""
    cause = codes.check(call.lists, "CauseType", element["CodeListItemIdentifier"], call.today, unknown=4340)
    is_a_kasse = call.caller.organisation_type == A_KASSE
    if cause.only and not is_a_kasse:
        raise Refused(9118)
    if cause.barred and is_a_kasse:
        raise Refused(9298)
    return cause.id


def _professions(call: Call) -> Answer:
    """Nothing at all when the citizen seeks none."""
    wishes = [wish for each in call.live(kinds.WISHES) for wish in each.content["joboensker"]]
    return {"ProfessionCollection": {"ProfessionType": [profession(each) for each in wishes]}} if wishes else {}


def profession(wish: Mapping[str, Any]) -> dict[str, Any]:
    """A job wish as the old services show it."""
    return {
        "ConceptUriDa": wish["conceptUriDa"],
        "AliasIdentifier": wish.get("aliasIdentifier"),
        "HasEducation": wish["harUddannelse"],
        "YearLastUsed": wish["aarSidstBrugt"],
        "MonthsOfExperience": wish["maanedersErfaring"],
    }


OPERATIONS: Final = {
    "UnemploymentEnrollment": Operation(_enrol, refuses_dead=True),
    "UnemploymentCancellation": Operation(_cancel, refuses_dead=True),
    "GetProfessionCollection": Operation(_professions),
}
