"""Every operation of every old contract answers a good call, in both versions of SOAP, as its contract says."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from lxml import etree
from standin_side import STAR, Side, citizen, payload_of, registration, sample

from overgang.reference.store import Registration
from overgang.standin.services import SERVICES
from overgang.wire.envelope import Version

WHO = citizen("uden ydelse")
ABSENCE, INFORMATION = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071", "0e9d8c7b-6a59-4847-b635-241302f1e0dc"
ENTRY = "5b1c9a70-2e4d-4f6a-9b8c-0d1e2f3a4b5c"
START = "2024-12-09T00:00:00+01:00"


def _numbered(number: int) -> str:
    return f"7c2e4b90-1f3a-4d5c-8e6b-{number:012}"


def _absence(kind: int = 10, start: str = "2024-12-16T00:00:00+01:00") -> Registration:
    content = {"fravaerType": kind, "startDato": start, "anmeldelsesDato": start}
    return registration("fravaer", ABSENCE, WHO, content)


def _information() -> Registration:
    content = {"yderligereInfoType": 1, "startDato": START}
    return registration("yderligereInfo", INFORMATION, WHO, content, parent=ABSENCE)


def _entry() -> Registration:
    return registration("jobsoegningslogning", ENTRY, WHO, {"joblogOpgaver": {}, "stillingsbetegnelse": "Opdigtet"})


def _enrolment() -> Registration:
    content = {"klientkategori": 4, "ledighedsgrad": 1, "tilmeldingsdato": START}
    return registration("tilmelding", _numbered(101), WHO, content)


def _of(kind: str, number: int, parent: int | None = None, **content: Any) -> Registration:
    return registration(kind, _numbered(number), WHO, content, parent=_numbered(parent) if parent else None)


def _health(number: int) -> Registration:
    return _of("helbredsbegraensning", number, dokumentationForHelbredsbegrasening=True, startdato=START)


class Good(NamedTuple):
    """What makes the sample call a good one."""

    before: Sequence[Registration] = ()
    day: str = "2024-12-09"
    by: tuple[int, str] = (8, "10101")
    without: str = ""  # an element that the sample has only to show it


ILL = _absence(11, "2025-01-06T00:00:00+01:00")
GOOD = {
    "UpdateAbsenceActiveStatus": Good([_absence(), _information()]),
    "UpdateAbsence": Good([_absence()]),
    "CreateAdditionalInformationOnAbsence": Good([_absence()]),
    "UpdateAdditionalInformationOnAbsence": Good([_absence(), _information()]),
    "DeleteAdditionalInformationOnAbsence": Good([_absence(), _information()]),
    "UpdateJobSearchEntry": Good([_entry()]),
    "DeleteJobSearchEntry": Good([_entry()]),
    "GetJobSearchEntry": Good([_entry()]),
    "CreateIllness": Good([_enrolment()], day="2025-01-06"),
    "CreateRecovery": Good([ILL], day="2025-01-13"),
    "ReportIllnessRecoveryAndBook": Good([ILL], day="2025-01-10", by=STAR),
    "UnemploymentCancellation": Good([_enrolment()]),
    "AddInterviewParticipant": Good([_of("old.interview", 5)]),
    "UpdateInterviewParticipant": Good([_of("old.participant", 8, parent=7)]),
    "DeleteInterviewParticipant": Good([_of("old.participant", 10, parent=9)]),
    "UpdatePersonInterview": Good([_of("old.interview", 3)]),
    "CreatePersonCategory": Good([_enrolment()]),
    "CreatePersonCategoryAndInterview": Good([_enrolment()]),
    "UpdatePersonCategory": Good([_enrolment(), _of("personkategori", 12, personkategoriType=8, starttidspunkt=START)]),
    "UpdateContactGroup": Good([_of("kontaktgruppe", 17, kontaktgruppeType=2, starttidspunkt=START)]),
    "UpdateHealthLimitation": Good([_health(19)]),
    "DeleteHealthLimitation": Good([_health(20)]),
    "UpdatePersonGroupMarking": Good([_of("old.marking", 22)]),
    "DeletePersonGroupMarking": Good([_of("old.marking", 23)]),
    "DeleteCivicConsent": Good([_of("old.consent", 25)]),
    "RegisterUnemploymentFundParticipationCv": Good(by=STAR),
    "SavePersonTemporaryAddress": Good(without="ForeignAddress"),
    "SavePersonTemporaryAddressCV": Good(by=STAR, without="ForeignAddress"),
}
EVERY = [
    (f"{version}/{service}", operation)
    for (service, version), operations in SERVICES.items()
    for operation, served in operations.items()
    if served is not None
]
SEQUENCE = b"urn:uuid:0f1e2d3c-4b5a-4697-8877-665544332211"  # that the samples name


@pytest.fixture(scope="module")
def side() -> Side:
    """One for all: making it takes longer than a call, and it is reset before each."""
    return Side()


@pytest.mark.parametrize("version", list(Version), ids=lambda version: str(version.value))
@pytest.mark.parametrize(("service", "operation"), EVERY, ids=lambda name: str(name))
def test_a_good_call_is_answered_as_its_contract_says(
    side: Side, service: str, operation: str, version: Version
) -> None:
    good = GOOD.get(operation, Good())
    side.day = type(side.day).fromisoformat(good.day)
    side.store.reset()
    side.put(*good.before)
    served = side.service(service)

    call = _call(served.contract.name, operation, good, version)
    if SEQUENCE in call:
        call = call.replace(SEQUENCE, _begun(side))
    answer = served.answer(call, version.content_type, [])

    assert answer.status == 200, answer.body
    assert answer.content_type == version.content_type
    root, payload = etree.fromstring(answer.body), payload_of(answer)
    told = served.contract.operations[operation].output
    assert told is not None
    assert told.body is not None
    assert root.tag == f"{{{version.namespace}}}Envelope"
    assert payload.tag == told.body.qname
    assert served.contract.problems(payload) == []
    assert answer.operation == operation


def test_every_operation_of_every_frozen_contract_is_there(side: Side) -> None:
    told = [name for each in side.app.services.values() for name in each.contract.operations]
    not_served = [name for each in SERVICES.values() for name, served in each.items() if served is None]

    assert sorted(told) == sorted([*(name for _, name in EVERY), *not_served])
    assert len(told) == 46 + 6 + 2 * 8 + 5
    assert len(not_served) == 5


def _begun(side: Side) -> bytes:
    """A sequence in which three messages were handed out, for the organisation of the samples."""
    content = {"kontaktgruppeType": 2, "starttidspunkt": START}
    side.put(*(registration("kontaktgruppe", _numbered(900 + number), WHO, content) for number in range(3)))
    by = (8, "10101")
    made = side.ask("WsrmService", "CreateSequence", {"AcksTo": {"Address": "urn:x"}}, by)
    handed = side.ask("WsrmService", "Sequence", {"Identifier": made["Identifier"], "MaxMessageCount": 3}, by)
    assert len(handed["SequenceMessage"]) == 3
    return str(made["Identifier"]).encode()


def _call(service: str, operation: str, good: Good, version: Version) -> bytes:
    text = sample(service, operation, WHO, good.by)
    text = text.replace(Version.SOAP11.namespace.encode(), version.namespace.encode())
    if good.without:
        root = etree.fromstring(text)
        for node in root.iter(f"{{*}}{good.without}"):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)
        text = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text
