"""The queues of the old side and of the gateway, on the same events: the same messages with the same content."""

from collections.abc import Iterator
from typing import Any

import pytest
from both_sides import post_both
from lxml import etree
from standin_side import A_KASSE, JOBCENTRE, Side, citizen, code, envelope, registration

from overgang.core.compare.values import Kind
from overgang.reference.events import Event
from overgang.reference.sending import message
from overgang.reference.store import Caller, Registration
from overgang.standin.messages import identifier_of, operation_of
from overgang.standin.services import SERVICES
from running import Site, midnight

ORGANISATIONS = (JOBCENTRE, (8, "10101"), A_KASSE)
BOTH, NEW, LOST = citizen("sygedagpenge fra ledighed"), citizen("dagpengemodtager"), citizen("uden ydelse")
SICK = citizen("sygedagpenge fra beskæftigelse")
NUMBERS = ("0101900003", "0101900004")  # that nobody has yet
OPERATIONS = {
    version: [name for name, served in SERVICES["WsrmMessageService", version].items() if served is not None]
    for version in (10, 11)
}
START, END = "2024-12-09T00:00:00.1234567+01:00", "2024-12-20T00:00:00"
XML = {"Content-Type": "text/xml; charset=utf-8"}
CATEGORY = "PersonCategoryMessage/PersonCategory"
LAW = {  # visitation.kategori3-laesning: an open 3 is shown as a 2 that began on the day of the law
    (Kind.CHANGED, f"{CATEGORY}/PersonCategoryTypeIdentifier/CodeListItemIdentifier"),
    (Kind.CHANGED, f"{CATEGORY}/StartDate"),
}


@pytest.fixture
def side(site: Site) -> Side:
    """An old side on the registrations of the site's modern side, which begin anew."""
    site.modern.store.reset()
    return Side(store=site.modern.store)


def numbered(number: int) -> str:
    return f"7c2e4b90-1f3a-4d5c-8e6b-{number:012}"


def registrations(who: str, first: int) -> Iterator[Registration]:
    """Each kind that is told of, with and without what may be missing, and changed."""
    education = {"fravaerType": 32, "startDato": START, "anmeldelsesDato": START}
    yield Registration("fravaer", numbered(first), who, education, Caller(*A_KASSE, "test"))
    ended = {"slutDato": END, "fravaersKommentar": "Ringet ind; æøå <&>", "fravaersAfslutningsAarsag": 1}
    illness = {"fravaerType": 11, "startDato": START, "anmeldelsesDato": START, "sagstype": 1, "ledighedsgrad": 1}
    yield registration("fravaer", numbered(first + 1), who, illness)
    yield registration("fravaer", numbered(first + 1), who, illness | ended)
    information = {"yderligereInfoType": 1, "startDato": START}
    for number, more in ((2, {}), (3, {"slutDato": END, "kommentar": ""})):
        yield registration("yderligereInfo", numbered(first + number), who, information | more, numbered(first + 1))
    yield registration(
        "yderligereInfo", numbered(first + 2), who, information | {"kommentar": "Ny"}, numbered(first + 1)
    )
    for number, more in ((4, {}), (5, {"sluttidspunkt": END, "haendelsestidspunkt": START})):
        group = {"kontaktgruppeType": 13, "starttidspunkt": START}
        yield registration("kontaktgruppe", numbered(first + number), who, group | more)
        category = {"personkategoriType": 8, "starttidspunkt": START}
        yield registration("personkategori", numbered(first + number), who, category | {"sluttidspunkt": END})
    enrolment = {"klientkategori": 4, "ledighedsgrad": 1, "tilmeldingsdato": START, "emailAdresse": "b@example.invalid"}
    yield registration("tilmelding", numbered(first + 6), who, enrolment)
    yield registration("tilmelding", numbered(first + 7), who, enrolment)
    cancelled = {"afmeldingsdato": END, "afmeldeaarsag": 1, "haendelsesdato": START}
    yield registration("tilmelding", numbered(first + 7), who, enrolment | cancelled)


def deleted(each: Registration) -> Registration:
    """The version that says it was a mistake."""
    return Registration(each.kind, each.id, each.citizen, each.content, each.caller, each.parent, "Ved en fejl", True)


def told(site: Site, side: Side) -> list[Event]:
    """All events, each told to the gateway as the modern side does."""
    with side.store.transaction() as transaction:
        events = [event for organisation in ORGANISATIONS for event in transaction.events.of(organisation)]
    for event in sorted(events, key=lambda each: each.seq):
        headers = {"x-civilRegistrationIdentifier": event.citizen, "x-requestId": event.id}
        kind, number = event.organisation
        answer = site.client.post(f"/beskeder/v1/Webhook/{kind}/{number}", json=message(event), headers=headers)
        assert answer.status_code == 200, answer.text
    return events


def differences(site: Site, side: Side, events: list[Event]) -> set[tuple[Kind, str]]:
    """What any organisation is answered otherwise when it asks for the content of all messages."""
    ids = [identifier_of(event) for event in events][::-1]
    found = set()
    for version, operations in OPERATIONS.items():
        service = f"{version}/WsrmMessageService"
        for operation in operations:
            called = side.service(service).contract.operations[operation]
            for organisation in ORGANISATIONS:
                for some in (ids[at : at + 100] for at in range(0, len(ids), 100)):
                    call = envelope(called, {"MessageIdentifier": some}, organisation)
                    found |= {(each.kind, each.place) for each in post_both(site, side, service, operation, call)}
    return found


def items(side: Side, events: list[Event], organisation: tuple[int, str]) -> int:
    """How many messages of an organisation have content."""
    mine = [event for event in events if event.organisation == organisation]
    answers = [
        side.ask(
            "10/WsrmMessageService", operation_of(event), {"MessageIdentifier": [identifier_of(event)]}, organisation
        )
        for event in mine
    ]
    return sum(len(answer) for answer in answers)


def test_the_content_of_every_message_agrees(site: Site, side: Side) -> None:
    put = [*registrations(BOTH, 100), *registrations(NEW, 200), *registrations(LOST, 300)]
    side.put(*put)
    side.put(*(deleted(each) for each in put if each.kind in ("fravaer", "yderligereInfo") and each.citizen == BOTH))
    with side.store.transaction() as transaction:
        transaction.renumber(NEW, NUMBERS[0])
        transaction.renumber(NUMBERS[0], NUMBERS[1])
        transaction.events.affiliate(LOST, 8, "10111")
        transaction.events.tell("Kontaktgruppe", 1, (8,), BOTH, numbered(999))
    events = told(site, side)

    assert differences(site, side, events) == set()

    assert {event.entity for event in events if event.organisation == JOBCENTRE} == {
        "Kontaktgruppe", "Personkategori", "Tilmelding", "Afmelding", "Fravaer", "YderligeInfoOmFravaer",
        "JobrettetUddannelse",
    }  # fmt: skip
    assert {event.entity for event in events if event.citizen in NUMBERS} == {"CprSkift"}
    lost = [event for event in events if event.citizen == LOST]
    for organisation in ORGANISATIONS:
        mine = [event for event in events if event.organisation == organisation]
        without = [event for event in mine if event in lost or event.external == numbered(999)]
        assert items(side, events, organisation) == len(mine) - len(without) > 0
    assert lost


def test_what_either_side_registers_both_tell_alike(site: Site, side: Side) -> None:
    today = midnight().isoformat()
    group = {"ContactGroupTypeIdentifier": code(24), "StartDate": today, "EventDate": today}
    by = (8, "10101")
    body = {"PersonCivilRegistrationIdentifier": SICK, "ContactGroup": group}
    side.ask("PersonRegistrationService", "CreateContactGroup", body, by)
    called = side.service("PersonRegistrationService").contract.operations["CreateContactGroup"]
    call = envelope(called, body | {"PersonCivilRegistrationIdentifier": LOST}, by)
    answer = site.client.post("/PjakTassWCF/9/PersonRegistrationService.svc", content=call, headers=XML)
    assert answer.status_code == 200, answer.text
    events = told(site, side)

    assert [event.citizen for event in events] == [SICK, LOST]
    assert differences(site, side, events) == set()


def test_an_open_category_3_differs_by_the_law_alone(site: Site, side: Side) -> None:
    content = {"personkategoriType": 3, "starttidspunkt": START}
    side.put(registration("personkategori", numbered(1), SICK, content))

    assert differences(site, side, told(site, side)) == LAW


def test_both_sides_hand_out_the_same_messages_in_the_same_order(site: Site, side: Side) -> None:
    walked(site, side, gateway=True)
    put = list(registrations(BOTH, 100))
    side.put(*put)
    told(site, side)

    gateways, old = walked(site, side, gateway=True), walked(site, side, gateway=False)

    assert gateways == old
    assert len(old) == len(put) + 1  # the education is told of twice


def walked(site: Site, side: Side, *, gateway: bool) -> list[tuple[str, str]]:
    """Everything that waits for an organisation, fetched two at a time and acknowledged."""

    def ask(operation: str, body: dict[str, Any]) -> Any:
        if not gateway:
            return side.ask("WsrmService", operation, body)
        called = side.service("WsrmService").contract.operations[operation]
        call = envelope(called, body)
        answer = site.client.post("/PjakTassWCF/1/WsrmService.svc", content=call, headers=XML)
        assert answer.status_code == 200, answer.text
        assert called.output is not None
        assert called.output.body is not None
        return called.output.body.decode(etree.fromstring(answer.content)[-1][0])

    sequence = ask("CreateSequence", {"AcksTo": {"Address": "urn:x"}})["Identifier"]
    found: list[tuple[str, str]] = []
    while waiting := ask("Sequence", {"Identifier": sequence, "MaxMessageCount": 2}).get("SequenceMessage"):
        assert [each["MessageNumber"] for each in waiting] == [len(found) + n for n in range(1, len(waiting) + 1)]
        found += [(each["OperationName"], each["MessageIdentifier"]) for each in waiting]
        done = {"@Lower": len(found) - len(waiting) + 1, "@Upper": len(found)}
        ask("SequenceAcknowledgement", {"Identifier": sequence, "AcknowledgementRange": [done]})
    told = ask("AckRequested", {"AckRequested": {"Identifier": sequence}})
    assert told.get("AcknowledgementRange", []) == ([{"@Lower": 1, "@Upper": len(found)}] if found else [])
    ask("CloseSequence", {"Identifier": sequence, **({"LastMsgNumber": len(found)} if found else {})})
    ask("TerminateSequence", {"Identifier": sequence})
    return found


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown": ("Sequence", {"Identifier": f"urn:uuid:{numbered(1)}"}),
    "no urn": ("AckRequested", {"AckRequested": {"Identifier": "http://example.invalid/"}}),
    "refused": ("CreateSequence", {"AcksTo": {"Address": "urn:x"}, "Expires": "P1M"}),
    "to end": ("TerminateSequence", {"Identifier": f"urn:uuid:{numbered(1)}"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_refusal_differs_in_its_text_alone(site: Site, side: Side, name: str) -> None:
    """The gateway's faults also name the element and a stable key."""
    operation, body = FAULTS[name]
    called = side.service("WsrmService").contract.operations[operation]

    found = post_both(site, side, "WsrmService", operation, envelope(called, body))

    assert {(each.kind, each.place) for each in found} == {(Kind.FAULT_DETAIL, "/Fault/Detail/FaultDetails/Message")}
