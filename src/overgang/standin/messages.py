"""WsrmMessageService: the content of an organisation's technical messages, as it is when it is asked for.

There is an item for each message asked for, in the order of the queue, but for those of other organisations and of
other kinds, of a citizen whom the organisation has lost, and of a registration that is not there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from overgang.reference.events import Event
from overgang.reference.store import Registration
from overgang.standin import kinds, shown
from overgang.standin.calls import A_KASSE, CITIZEN, JOBCENTRE, Answer, Call, Operation
from overgang.standin.person_reading import corrected, past_absence

_RECEIVERS: Final = frozenset({A_KASSE, JOBCENTRE})
_CPR_CHANGE: Final = "CprSkift"
_FORMER: Final = "tidligereCivilregistrationIdentifier"


def identifier_of(event: Event) -> str:
    """The message's id: one for each event and organisation, whoever tells of it."""
    kind, code = event.organisation
    return str(uuid5(NAMESPACE_URL, f"{kind}/{code} {event.id}"))


def operation_of(event: Event) -> str:
    """The operation that fetches the message's content."""
    return f"Get{_MESSAGES[event.entity]}Version1"


@dataclass(frozen=True, slots=True)
class _Content:
    """`element` is what a message has of a registration of this `kind`, as `show` shows its newest version."""

    entity: str
    kind: str
    element: str
    show: Callable[[Call, Registration], dict[str, Any]]

    def answer(self, call: Call) -> Answer:
        items = []
        for event, citizen in _asked(call, self.entity):
            versions = call.transaction.versions(self.kind, citizen)
            newest = next((each for each in versions if each.id == event.external and each.newest), None)
            if newest is not None:
                items.append(_item(event, citizen, newest) | {self.element: self.show(call, newest)})
        return {f"{_MESSAGES[self.entity]}Message": items}


def _item(event: Event, citizen: str, version: Registration) -> dict[str, Any]:
    authority = shown.metadata(version)["RegistrationMetadata"]["RegisteringAuthority"]
    item = {
        "MessageIdentifier": identifier_of(event),
        "RequestUserMetadata": {"RegisteringAuthority": authority, "RegistrationDateTime": version.registered_at},
        CITIZEN: citizen,
    }
    return item if version.parent is None else item | {"AbsenceIdentifier": version.parent}


def _cpr_changed(call: Call) -> Answer:
    items = [
        {"MessageIdentifier": identifier_of(event), CITIZEN: citizen, f"Former{CITIZEN}": event.body[_FORMER]}
        for event, citizen in _asked(call, _CPR_CHANGE)
        if event.body is not None
    ]
    return {"CprChangedMessage": items}


def _asked(call: Call, entity: str) -> Iterator[tuple[Event, str]]:
    """The events of a kind that are asked for and may be told of, oldest first, each with the citizen's number now."""
    ids = {each.lower() for each in call.body["MessageIdentifier"]}
    events = call.transaction.events.of(call.organisation)
    for event in events:
        if event.entity == entity and identifier_of(event) in ids:
            citizen = _number_now(event, events)
            there = call.transaction.citizen_is_dead(citizen) is not None
            if there and not call.transaction.events.left(citizen, call.organisation):
                yield event, citizen


def _number_now(event: Event, events: list[Event]) -> str:
    """The number that the citizen of an event got since: the registrations went along to it."""
    number = event.citizen
    for later in events:
        if later.seq > event.seq and later.body is not None and later.body.get(_FORMER) == number:
            number = later.citizen
    return number


def _version(show: Callable[[Registration], dict[str, Any]]) -> Callable[[Call, Registration], dict[str, Any]]:
    return lambda _, version: show(version) | shown.metadata(version)


def _absence(call: Call, version: Registration) -> dict[str, Any]:
    return past_absence(version, call.transaction.versions(kinds.INFORMATION, version.citizen))


def _information(_: Call, version: Registration) -> dict[str, Any]:
    return corrected(shown.additional_information(version), version)


_MESSAGES: Final[Mapping[str, str]] = {
    "Kontaktgruppe": "ContactGroup",
    "Personkategori": "PersonCategory",
    "Tilmelding": "UnemploymentEnrollment",
    "Afmelding": "UnemploymentCancellation",
    "Fravaer": "Absence",
    "YderligeInfoOmFravaer": "AdditionalInformationOnAbsence",
    "JobrettetUddannelse": "JobOrientedEducation",
    _CPR_CHANGE: "CprChanged",
}
_UNEMPLOYMENT: Final = (kinds.ENROLMENT, "Unemployment", _version(shown.unemployment))
_CONTENTS: Final = (
    _Content("Kontaktgruppe", kinds.CONTACT_GROUP, "ContactGroup", _version(shown.contact_group)),
    _Content("Personkategori", kinds.CATEGORY, "PersonCategory", _version(shown.person_category)),
    _Content("Tilmelding", *_UNEMPLOYMENT),
    _Content("Afmelding", *_UNEMPLOYMENT),
    _Content("Fravaer", kinds.ABSENCE, "Absence", _absence),
    _Content("YderligeInfoOmFravaer", kinds.INFORMATION, "AdditionalInformationOnAbsence", _information),
    _Content("JobrettetUddannelse", kinds.ABSENCE, "Absence", _absence),
)
_BOTH: Final[Mapping[str, Operation]] = {
    **{f"Get{_MESSAGES[each.entity]}Version1": Operation(each.answer, allowed=_RECEIVERS) for each in _CONTENTS},
    "GetCprChangedVersion1": Operation(_cpr_changed, allowed=_RECEIVERS),
}
# What the messages of other parts of DFDG hold is not public.
VERSION_10: Final[Mapping[str, Operation | None]] = {
    **_BOTH,
    "GetInterviewDeadlineVersion1": None,
    "GetInterviewDeadlineVersion2": None,
    "GetProviderStatusChangedVersion1": None,
}
VERSION_11: Final[Mapping[str, Operation | None]] = {
    **_BOTH,
    "GetAppropriationNotificationVersion5": None,
    "GetBenefitsAccountFromFormerUnemploymentFundVersion3": None,
}
