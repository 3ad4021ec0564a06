"""The other eighteen operations of PersonRegistrationService, which the gateway does not translate.

Health limitations are registered where the status reads them. The rest is kept as registrations of kinds that only the
old side has ("old.interview" and so on), so that what is changed or deleted must be there (1014); their code lists are
not public and not looked at. A citizen known by a CV customer number only is not known here: that call is acknowledged.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from overgang.standin import contact_group, kinds
from overgang.standin.calls import CITIZEN, EVERYONE, STAR, Answer, Call, Operation, receipt
from overgang.standin.moments import day, ends, kept, written_now
from overgang.standin.refusal import Refused


def _created(kind: str, part: str) -> Callable[[Call], Answer]:
    """`part` names the element with what is registered; its MessageIdentifier is the caller's own id."""

    def create(call: Call) -> Answer:
        asked = call.body[part]
        id_ = call.unused(kind, asked.get("MessageIdentifier", str(uuid4())))
        return receipt(call.put(kind, id_, _content(asked)))

    return create


def _updated(kind: str, part: str) -> Callable[[Call], Answer]:
    def update(call: Call) -> Answer:
        asked = call.body[part]
        return receipt(call.put(kind, call.known(kind, asked["MessageIdentifier"], 1014).id, _content(asked)))

    return update


def _deleted(kind: str, name: str) -> Callable[[Call], Answer]:
    """`name` names the element with the id."""

    def delete(call: Call) -> Answer:
        return receipt(call.delete(call.known(kind, call.body[name], 1014), call.body.get("CorrectionComment")))

    return delete


def _content(asked: Mapping[str, Any]) -> dict[str, Any]:
    """As it came, without its id; 1003."""
    content = {name: value for name, value in asked.items() if name != "MessageIdentifier"}
    for name in content.keys() & {"StartDate", "EndDate"}:
        content[name] = kept(content[name])
    if "StartDate" in content and ends(content, "EndDate") < day(content["StartDate"]):
        raise Refused(1003)
    return content


# participants and choices ---------------------------------------------------------------------------------------------


def _participant(call: Call) -> Answer:
    interview = call.known(kinds.INTERVIEW, call.body["InterviewIdentifier"], 1014)
    id_ = call.unused(kinds.PARTICIPANT, call.body.get("ParticipantIdentifier", str(uuid4())))
    return receipt(call.put(kinds.PARTICIPANT, id_, {"name": call.body["ParticipantName"]}, parent=interview.id))


def _renamed(call: Call) -> Answer:
    known = call.known(kinds.PARTICIPANT, call.body["ParticipantIdentifier"], 1014)
    return receipt(call.put(kinds.PARTICIPANT, known.id, {"name": call.body["ParticipantName"]}, parent=known.parent))


def _noted(kind: str) -> Callable[[Call], Answer]:
    """One registration per call: what it says, without the citizen."""

    def note(call: Call) -> Answer:
        content = {name: value for name, value in call.body.items() if name != CITIZEN}
        return receipt(call.put(kind, str(uuid4()), content))

    return note


def _acknowledged(call: Call) -> Answer:
    return {"ServiceReceipt": {"EventDate": written_now(call.today), "MessageIdentifier": str(uuid4())}}


def _category_and_interview(call: Call) -> Answer:
    """Both or none; the receipt is the category's."""
    category = contact_group.new_category(call, call.body["PersonCategory"])
    _created(kinds.INTERVIEW, "PersonInterview")(call)
    return receipt(category)


# health limitations ---------------------------------------------------------------------------------------------------


def _limited(call: Call) -> Answer:
    asked = call.body["HealthLimitation"]
    id_ = call.unused(kinds.HEALTH, asked.get("MessageIdentifier", str(uuid4())))
    return receipt(call.put(kinds.HEALTH, id_, _limitation(asked, {})))


def _limited_otherwise(call: Call) -> Answer:
    """What the old call has no element for stays."""
    asked = call.body["HealthLimitation"]
    known = call.known(kinds.HEALTH, asked["MessageIdentifier"], 1014)
    return receipt(call.put(kinds.HEALTH, known.id, _limitation(asked, known.content)))


def _limitation(asked: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    said = _content(asked)
    stays = {name: value for name, value in before.items() if name != "slutdato"}
    end = {"slutdato": said["EndDate"]} if "EndDate" in said else {}
    return {
        "dokumentationForHelbredsbegrasening": False,
        **stays,
        "beskrivelseAfHelbredsbegraensning": said["HealthLimitationDescription"],
        "startdato": said["StartDate"],
        **end,
    }


_ANSWERS: Final[Mapping[str, Callable[[Call], Answer]]] = {
    "CreatePersonInterview": _created(kinds.INTERVIEW, "PersonInterview"),
    "UpdatePersonInterview": _updated(kinds.INTERVIEW, "PersonInterview"),
    "AddInterviewParticipant": _participant,
    "UpdateInterviewParticipant": _renamed,
    "DeleteInterviewParticipant": _deleted(kinds.PARTICIPANT, "ParticipantIdentifier"),
    "CreatePersonCategoryAndInterview": _category_and_interview,
    "CreateHealthLimitation": _limited,
    "UpdateHealthLimitation": _limited_otherwise,
    "DeleteHealthLimitation": _deleted(kinds.HEALTH, "MessageIdentifier"),
    "CreatePersonGroupMarking": _created(kinds.MARKING, "PersonGroupMarking"),
    "UpdatePersonGroupMarking": _updated(kinds.MARKING, "PersonGroupMarking"),
    "DeletePersonGroupMarking": _deleted(kinds.MARKING, "MessageIdentifier"),
    "CreateCivicConsent": _created(kinds.CONSENT, "CivicConsent"),
    "DeleteCivicConsent": _deleted(kinds.CONSENT, "MessageIdentifier"),
    "UpdatePersonJobcenter": _noted(kinds.JOBCENTRE),
    "RegisterUnemploymentFundParticipation": _noted(kinds.PARTICIPATION),
    "RegisterUnemploymentFundParticipationCv": _acknowledged,
    "RegisterUnemploymentFundParticipationChoice": _noted(kinds.CHOICE),
}
_JOBNET: Final = frozenset({"RegisterUnemploymentFundParticipationCv"})

OPERATIONS: Final = contact_group.OPERATIONS | {
    name: Operation(answer, unknown=4404, allowed=frozenset({STAR}) if name in _JOBNET else EVERYONE)
    for name, answer in _ANSWERS.items()
}
