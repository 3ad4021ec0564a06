"""PersonStatusService and PersonHistoryService: what holds about a citizen, and every version of it.

Core, Authority and CV are not among what is registered here; asked for, they are answered empty.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from overgang.reference.store import Registration
from overgang.standin import kinds, shown
from overgang.standin.calls import Answer, Call, Operation
from overgang.standin.enrolment import profession
from overgang.standin.joblog import job_search_entry
from overgang.standin.moments import day, ends

Part: TypeAlias = Callable[[Call], Mapping[str, Any]]


def _status(call: Call) -> Answer:
    return _asked(call.body["VariablePersonStatusRequest"]["RequestVariableType"], _STATUS, "Info", call)


def _history(call: Call) -> Answer:
    return _asked(call.body["PersonHistoryRequest"]["RequestHistoryType"], _HISTORY, "", call)


def _asked(flags: Mapping[str, bool], parts: Mapping[str, Part], ending: str, call: Call) -> Answer:
    return {f"{flag}{ending}": part(call) for flag, part in parts.items() if flags.get(flag)}


# status ---------------------------------------------------------------------------------------------------------------


def _address(call: Call) -> Answer:
    """The one that holds or is to come; the day of its end is no part of it."""
    lasting = [
        each
        for each in call.live(kinds.ADDRESS)
        if ends(each.content, "slutdato") > max(call.today, day(each.content["startdato"]))
    ]
    return {"TemporaryAddress": shown.temporary_address(lasting[-1])} if lasting else {}


def _running(call: Call, kind: str, end: str) -> list[Registration]:
    """What has no end, or one today or later."""
    return [each for each in call.live(kind) if ends(each.content, end) >= call.today]


def _unemployment(call: Call) -> Answer:
    return {"Unemployment": [shown.unemployment(each) for each in _running(call, kinds.ENROLMENT, "afmeldingsdato")]}


def _contact_group(call: Call) -> Answer:
    return {
        "ContactGroup": [shown.contact_group(each) for each in _running(call, kinds.CONTACT_GROUP, "sluttidspunkt")]
    }


def _category(call: Call) -> Answer:
    return {"PersonCategory": [shown.person_category(each) for each in _running(call, kinds.CATEGORY, "sluttidspunkt")]}


def _health(call: Call) -> Answer:
    return {"HealthLimitation": [shown.health_limitation(each) for each in _running(call, kinds.HEALTH, "slutdato")]}


def _absences(call: Call) -> Answer:
    """Illnesses are absences too."""
    informations = call.live(kinds.INFORMATION)

    def one(each: Registration) -> dict[str, Any]:
        own = [shown.additional_information(part) for part in informations if part.parent == each.id]
        return shown.absence(each, own)

    return {"Absence": [one(each) for each in _running(call, kinds.ABSENCE, "slutDato")]}


def _illnesses(call: Call) -> Answer:
    running = _running(call, kinds.ABSENCE, "slutDato")
    return {"Illness": [shown.illness(each) for each in running if is_illness(each)]}


def _nothing(_: Call) -> Answer:
    return {}


_STATUS: Final[Mapping[str, Part]] = {
    "Core": _nothing,
    "AddressContact": _address,
    "Authority": _nothing,
    "CV": _nothing,
    "Unemployment": _unemployment,
    "ContactGroup": _contact_group,
    "PersonCategory": _category,
    "HealthLimitation": _health,
    "Absence": _absences,
    "Illness": _illnesses,
}

# history --------------------------------------------------------------------------------------------------------------


def is_illness(absence: Registration) -> bool:
    """Whether an absence is an illness."""
    return bool(absence.content["fravaerType"] == kinds.ILLNESS_TYPE)


def _versions(call: Call, kind: str) -> list[Registration]:
    return call.transaction.versions(kind, call.citizen)


def _old_addresses(call: Call) -> Answer:
    """Each as it is now: the contract has no versions of addresses."""
    return {"TemporaryAddress": [shown.temporary_address(each) for each in call.live(kinds.ADDRESS)]}


def _all(item: str, kind: str, show: Callable[[Registration], dict[str, Any]]) -> Part:
    def part(call: Call) -> Answer:
        return {item: [show(each) | shown.metadata(each) for each in _versions(call, kind)]}

    return part


def _old_absences(call: Call) -> Answer:
    """An absence's newest version carries every version of its additional information."""
    informations = _versions(call, kinds.INFORMATION)
    return {"Absence": [past_absence(version, informations) for version in _versions(call, kinds.ABSENCE)]}


def past_absence(version: Registration, informations: Iterable[Registration]) -> dict[str, Any]:
    """A version of an absence; `informations` are all versions of the citizen's."""
    own = [each for each in informations if version.newest and each.parent == version.id]
    parts = [corrected(shown.additional_information(each), each) for each in own]
    return corrected(shown.absence(version, parts), version)


def _old_illnesses(call: Call) -> Answer:
    versions = _versions(call, kinds.ABSENCE)
    return {"Illness": [corrected(shown.illness(each), each) for each in versions if is_illness(each)]}


def _old_entries(call: Call) -> Answer:
    versions = _versions(call, kinds.JOBLOG)
    return {"JobSearchEntry": [job_search_entry(call, each) | shown.metadata(each) for each in versions]}


def _professions(version: Registration) -> dict[str, Any]:
    wishes = [profession(wish) for wish in version.content["joboensker"]]
    return {"ProfessionType": wishes, "RegistrationDateTime": version.registered_at}


def corrected(item: dict[str, Any], version: Registration) -> dict[str, Any]:
    """What is shown of a version that may have been deleted, with the reason."""
    return item | {"CorrectionComment": version.comment} | shown.metadata(version)


_HISTORY: Final[Mapping[str, Part]] = {
    "TemporaryAddressHistory": _old_addresses,
    "UnemploymentHistory": _all("Unemployment", kinds.ENROLMENT, shown.unemployment),
    "ContactGroupHistory": _all("ContactGroup", kinds.CONTACT_GROUP, shown.contact_group),
    "PersonCategoryHistory": _all("PersonCategory", kinds.CATEGORY, shown.person_category),
    "AbsenceHistory": _old_absences,
    "IllnessHistory": _old_illnesses,
    "JobSearchHistory": _old_entries,
    "ProfessionHistory": _all("ProfessionCollection", kinds.WISHES, _professions),
}

STATUS: Final = {"GetVariablePersonStatus": Operation(_status)}
HISTORY: Final = {"GetPersonHistory": Operation(_history)}
