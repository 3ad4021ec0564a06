"""The old side's message queue: sequences, acknowledgements, and the content of each kind of message."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from standin_side import (
    A_KASSE,
    JOBCENTRE,
    Faulted,
    Side,
    citizen,
    code,
    envelope,
    number_of,
    payload_of,
    registration,
)

from overgang.reference.store import Caller, Registration
from overgang.standin.services import SERVICES
from overgang.wire.envelope import Version

CPR = "PersonCivilRegistrationIdentifier"
RELIABLE = "http://docs.oasis-open.org/ws-rx/wsrm/200702"
WHO = citizen("sygedagpenge fra ledighed")  # of both organisations
START = "2024-12-09T00:00:00+01:00"
FIRST, SECOND = "0101900001", "0101900002"  # numbers that nobody has yet
SIDE = Side()


def numbered(number: int) -> str:
    return f"7c2e4b90-1f3a-4d5c-8e6b-{number:012}"


def of(kind: str, number: int, parent: int | None = None, **content: Any) -> Registration:
    return registration(kind, numbered(number), WHO, content, parent=numbered(parent) if parent else None)


def group(number: int) -> Registration:
    return of("kontaktgruppe", number, kontaktgruppeType=2, starttidspunkt=START)


def absence(number: int, kind: int = 10) -> Registration:
    return of("fravaer", number, fravaerType=kind, startDato=START, anmeldelsesDato=START)


def opened(side: Side, by: tuple[int, str] = JOBCENTRE, **more: str) -> str:
    """A new sequence."""
    body = {"AcksTo": {"Address": "http://www.w3.org/2005/08/addressing/anonymous"}, **more}
    return str(side.ask("WsrmService", "CreateSequence", body, by)["Identifier"])


def handed(side: Side, sequence: str, by: tuple[int, str] = JOBCENTRE, **more: int) -> list[dict[str, Any]]:
    """What waits."""
    told = side.ask("WsrmService", "Sequence", {"Identifier": sequence, **more}, by)
    assert told["Identifier"] == sequence
    return list(told.get("SequenceMessage", []))


def acknowledge(side: Side, sequence: str, *ranges: tuple[int, int], by: tuple[int, str] = JOBCENTRE) -> None:
    given = [{"@Lower": lower, "@Upper": upper} for lower, upper in ranges]
    body = {"Identifier": sequence, "AcknowledgementRange": given}
    assert side.ask("WsrmService", "SequenceAcknowledgement", body, by) == {"Identifier": sequence}


def acknowledged(side: Side, sequence: str) -> list[tuple[int, int]]:
    told = side.ask("WsrmService", "AckRequested", {"AckRequested": {"Identifier": sequence}})
    return [(each["@Lower"], each["@Upper"]) for each in told.get("AcknowledgementRange", [])]


def fetched(side: Side, operation: str, *ids: str, by: tuple[int, str] = JOBCENTRE, version: int = 10) -> Any:
    """The items of an answer."""
    told = side.ask(f"{version}/WsrmMessageService", operation, {"MessageIdentifier": list(ids)}, by)
    assert len(told) <= 1
    return next(iter(told.values()), [])


@pytest.fixture
def side() -> Side:
    """One for all, reset before each: what is acknowledged, and begun, is of events and sequences of its own."""
    SIDE.day = date(2024, 12, 9)
    SIDE.store.reset()
    return SIDE


# the queue ------------------------------------------------------------------------------------------------------------


def test_a_sequence_hands_out_what_waits_oldest_first_until_it_is_acknowledged(side: Side) -> None:
    side.put(*(group(number) for number in range(1, 6)))
    sequence = opened(side)

    first = handed(side, sequence, MaxMessageCount=2)
    again = handed(side, sequence, MaxMessageCount=3)

    assert [each["MessageNumber"] for each in first] == [1, 2]
    assert again[:2] == first
    assert again[2]["MessageNumber"] == 3
    assert {(each["ServiceName"], each["OperationName"]) for each in again} == {
        ("WsrmMessageService", "GetContactGroupVersion1")
    }
    acknowledge(side, sequence, (1, 1), (3, 3))
    assert acknowledged(side, sequence) == [(1, 1), (3, 3)]
    assert [each["MessageNumber"] for each in handed(side, sequence)] == [2, 4, 5]
    acknowledge(side, sequence, (2, 5))
    assert acknowledged(side, sequence) == [(1, 5)]
    assert handed(side, sequence) == []


def test_a_message_keeps_its_id_from_sequence_to_sequence(side: Side) -> None:
    side.put(group(1), group(2))
    one, other = opened(side), opened(side)
    both = handed(side, one)
    acknowledge(side, one, (1, 1))

    (left,) = handed(side, other)

    assert left["MessageIdentifier"] == both[1]["MessageIdentifier"]
    assert left["MessageNumber"] == 1
    assert UUID(left["MessageIdentifier"]).version == 5


def test_each_organisation_has_a_queue_of_its_own(side: Side) -> None:
    side.put(absence(1), of("yderligereInfo", 2, parent=1, yderligereInfoType=1, startDato=START))
    mine, theirs = opened(side), opened(side, A_KASSE)

    assert len(handed(side, mine)) == 2
    assert [each["OperationName"] for each in handed(side, theirs, A_KASSE)] == ["GetAbsenceVersion1"]
    acknowledge(side, theirs, (1, 1), by=A_KASSE)
    assert len(handed(side, mine)) == 2
    with pytest.raises(Faulted, match="19001"):
        handed(side, mine, A_KASSE)


@pytest.mark.parametrize("organisation", [(7, "101"), (1, "1")])
def test_who_gets_no_messages_has_no_queue(side: Side, organisation: tuple[int, str]) -> None:
    with pytest.raises(Faulted, match="4575"):
        opened(side, organisation)
    with pytest.raises(Faulted, match="4575"):
        fetched(side, "GetContactGroupVersion1", numbered(1), by=organisation)


@pytest.mark.parametrize(
    ("wanted", "granted"),
    [(None, 86400), ("PT0S", 86400), ("PT2H", 7200), ("P1DT1S", 86400), ("P999999999999D", 86400), ("PT90.5S", 90)],
)
def test_a_sequence_is_kept_as_long_as_it_is_wanted_and_a_day_at_most(
    side: Side, wanted: str | None, granted: int
) -> None:
    body = {"AcksTo": {"Address": "urn:x"}} | ({} if wanted is None else {"Expires": wanted})

    assert side.ask("WsrmService", "CreateSequence", body, JOBCENTRE)["Expires"] == f"PT{granted}S"


@pytest.mark.parametrize("wanted", ["P1M", "P1Y", "-PT5M"])
def test_a_time_without_a_length_is_refused(side: Side, wanted: str) -> None:
    with pytest.raises(Faulted, match="19006"):
        opened(side, Expires=wanted)


def test_a_closed_sequence_hands_out_nothing_more_and_takes_acknowledgements(side: Side) -> None:
    side.put(group(1), group(2))
    sequence = opened(side)
    handed(side, sequence)
    with pytest.raises(Faulted, match="19004"):
        side.ask("WsrmService", "CloseSequence", {"Identifier": sequence, "LastMsgNumber": 3})

    told = side.ask("WsrmService", "CloseSequence", {"Identifier": sequence, "LastMsgNumber": 2})

    assert told == {"Identifier": sequence}
    with pytest.raises(Faulted, match="19003"):
        handed(side, sequence)
    acknowledge(side, sequence, (1, 2))
    assert acknowledged(side, sequence) == [(1, 2)]
    assert handed(side, opened(side)) == []


def test_a_terminated_sequence_is_over_and_the_next_one_hands_out_what_was_left(side: Side) -> None:
    side.put(group(1))
    sequence = opened(side)
    handed(side, sequence)

    for _ in range(2):  # whoever did not get the answer asks again
        assert side.ask("WsrmService", "TerminateSequence", {"Identifier": sequence}) == {"Identifier": sequence}

    for operation, body in every_use(sequence)[:-1]:
        with pytest.raises(Faulted, match="19002"):
            side.ask("WsrmService", operation, body)
    assert len(handed(side, opened(side))) == 1


def test_a_sequence_is_over_when_its_time_is(side: Side) -> None:
    sequence = opened(side)
    side.day = side.day.replace(day=side.day.day + 1)
    handed(side, sequence)
    side.day = side.day.replace(day=side.day.day + 1)

    with pytest.raises(Faulted, match="19002"):
        handed(side, sequence)


def test_one_sequence_too_many_ends_the_oldest(side: Side) -> None:
    other = opened(side, A_KASSE)
    sequences = [opened(side) for _ in range(21)]

    with pytest.raises(Faulted, match="19002"):
        handed(side, sequences[0])
    handed(side, sequences[1])
    handed(side, other, A_KASSE)


@pytest.mark.parametrize("sequence", [f"urn:uuid:{numbered(1)}", numbered(1), "http://example.invalid/"])
def test_a_sequence_that_nobody_began_is_unknown(side: Side, sequence: str) -> None:
    for operation, body in every_use(sequence):
        with pytest.raises(Faulted, match="19001"):
            side.ask("WsrmService", operation, body)


def every_use(sequence: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("Sequence", {"Identifier": sequence}),
        ("SequenceAcknowledgement", {"Identifier": sequence}),
        ("AckRequested", {"AckRequested": {"Identifier": sequence}}),
        ("CloseSequence", {"Identifier": sequence}),
        ("TerminateSequence", {"Identifier": sequence}),
    ]


def test_an_identifier_may_come_in_upper_case(side: Side) -> None:
    sequence = opened(side)

    handed(side, "urn:uuid:" + sequence.removeprefix("urn:uuid:").upper())


@pytest.mark.parametrize("bounds", [(1, 2), (2, 2), (2, 1)])
def test_what_was_not_handed_out_cant_be_acknowledged_and_nothing_is(side: Side, bounds: tuple[int, int]) -> None:
    side.put(group(1))
    sequence = opened(side)
    handed(side, sequence)

    with pytest.raises(Faulted, match="19004"):
        acknowledge(side, sequence, (1, 1), bounds)

    assert acknowledged(side, sequence) == []


@pytest.mark.parametrize("version", list(Version), ids=lambda version: str(version.value))
@pytest.mark.parametrize(
    ("operation", "body", "number", "name"),
    [
        ("Sequence", {"Identifier": "urn:x"}, "19001", "UnknownSequence"),
        (
            "CreateSequence",
            {"AcksTo": {"Address": "urn:x"}, "Expires": "P1M"},
            "19006",
            "CreateSequenceRefused",
        ),
    ],
)
def test_a_fault_is_bound_as_ws_reliable_messaging_says(
    side: Side, version: Version, operation: str, body: dict[str, Any], number: str, name: str
) -> None:
    service = side.service("WsrmService")

    answer = service.answer(
        envelope(service.contract.operations[operation], body, version=version), version.content_type, []
    )

    root, fault = etree.fromstring(answer.body), payload_of(answer)
    assert number_of(answer) == number
    found = root.find(f".//{{{RELIABLE}}}FaultCode")
    if version is Version.SOAP12:
        assert (found, len(root)) == (None, 1)
        assert fault.findtext("{*}Code/{*}Value") == "s:Sender"
        found = fault.find("{*}Code/{*}Subcode/{*}Value")
    elif number == "19006":
        assert (found, len(root)) == (None, 1)
        found = fault.find("faultcode")
    else:
        assert etree.QName(root[0]).localname == "Header"
        assert fault.findtext("faultcode") == "s:Client"
    assert found is not None
    assert found.text == f"wsrm:{name}"
    assert found.nsmap["wsrm"] == RELIABLE


# the content ----------------------------------------------------------------------------------------------------------


def told_of(side: Side, by: tuple[int, str] = JOBCENTRE) -> dict[str, str]:
    """The one message of each kind that waits: its id by its operation."""
    waiting = handed(side, opened(side, by), by)
    found = {each["OperationName"]: each["MessageIdentifier"] for each in waiting}
    assert len(found) == len(waiting)
    return found


def test_each_kind_of_message_has_the_registration_as_its_history_shows_it(side: Side) -> None:
    by_a_kasse = Caller(*A_KASSE, "test")
    education = absence(5, 32)
    side.put(
        group(1),
        of("personkategori", 2, personkategoriType=3, starttidspunkt=START),
        of("tilmelding", 3, klientkategori=4, ledighedsgrad=1, tilmeldingsdato=START),
        Registration("fravaer", education.id, WHO, education.content, by_a_kasse),
        of("yderligereInfo", 6, parent=5, yderligereInfoType=1, startDato=START),
    )
    ended: dict[str, Any] = {"klientkategori": 4, "ledighedsgrad": 1, "tilmeldingsdato": START, "afmeldingsdato": START}
    side.put(of("tilmelding", 4, **ended, afmeldeaarsag=1))
    messages = told_of(side)
    flags = {"UnemploymentHistory", "ContactGroupHistory", "PersonCategoryHistory", "AbsenceHistory"}
    wanted = {CPR: WHO, "RequestHistoryType": dict.fromkeys(flags, True)}
    history = side.ask("PersonHistoryService", "GetPersonHistory", {"PersonHistoryRequest": _flags(side, wanted)})
    absences = history["AbsenceHistory"]["Absence"]
    (informed,) = [each for each in absences if each["AbsenceIdentifier"] == numbered(5)]
    enrolments = {each["UnemploymentIdentifier"]: each for each in history["UnemploymentHistory"]["Unemployment"]}

    shown = {operation: fetched(side, operation, id_) for operation, id_ in messages.items()}

    expected = {
        "ContactGroup": ("ContactGroup", _of(history["ContactGroupHistory"]["ContactGroup"], numbered(1))),
        "PersonCategory": ("PersonCategory", _of(history["PersonCategoryHistory"]["PersonCategory"], numbered(2))),
        "UnemploymentEnrollment": ("Unemployment", enrolments[numbered(3)]),
        "UnemploymentCancellation": ("Unemployment", enrolments[numbered(4)]),
        "Absence": ("Absence", informed),
        "JobOrientedEducation": ("Absence", informed),
        "AdditionalInformationOnAbsence": (
            "AdditionalInformationOnAbsence",
            informed["AdditionalInformationOnAbsences"]["AdditionalInformationOnAbsence"][0],
        ),
    }
    assert shown.keys() == {f"Get{name}Version1" for name in expected}
    for name, (element, content) in expected.items():
        (item,) = shown[f"Get{name}Version1"]
        metadata = {
            "RegisteringAuthority": content["RegistrationMetadata"]["RegisteringAuthority"],
            "RegistrationDateTime": content["RegistrationDateTime"],
        }
        assert item.pop(element) == content
        assert item.pop("RequestUserMetadata") == metadata
        assert item.pop("MessageIdentifier") == messages[f"Get{name}Version1"]
        assert item.pop(CPR) == WHO
        assert item == ({"AbsenceIdentifier": numbered(5)} if name == "AdditionalInformationOnAbsence" else {})
    assert expected["PersonCategory"][1]["PersonCategoryTypeIdentifier"] == code(3)  # as it was before the law


def _flags(side: Side, wanted: dict[str, Any]) -> dict[str, Any]:
    """The request with every flag that the contract has."""
    body = side.service("PersonHistoryService").contract.operations["GetPersonHistory"].input.body
    assert body is not None
    (request,) = body.type.elements()  # type: ignore[union-attr] # it is a structure
    flags = next(each for each in request.type.elements() if each.name == "RequestHistoryType")  # type: ignore[union-attr]
    names = [each.name for each in flags.type.elements()]  # type: ignore[union-attr]
    return wanted | {"RequestHistoryType": {name: name in wanted["RequestHistoryType"] for name in names}}


def _of(items: list[dict[str, Any]], id_: str) -> dict[str, Any]:
    (found,) = [each for each in items if each["MessageIdentifier"] == id_]
    return found


def test_a_message_shows_the_newest_version_deleted_or_not(side: Side) -> None:
    side.put(absence(1), absence(1, 12))
    with side.store.transaction() as transaction:
        (now,) = (each for each in transaction.live("fravaer", WHO) if each.id == numbered(1))
        transaction.put(Registration(now.kind, now.id, WHO, now.content, now.caller, comment="Fejl", deleted=True))
    ids = [each["MessageIdentifier"] for each in handed(side, opened(side))]

    items = fetched(side, "GetAbsenceVersion1", *ids[::-1])

    assert [each["MessageIdentifier"] for each in items] == ids
    assert {each["Absence"]["CorrectionComment"] for each in items} == {"Fejl"}
    assert {each["Absence"]["RegistrationMetadata"]["IsDeleted"] for each in items} == {True}


def test_both_versions_of_the_service_answer_alike_whatever_the_case_and_number_of_ids(side: Side) -> None:
    side.put(group(1))
    ((_, id_),) = told_of(side).items()

    assert fetched(side, "GetContactGroupVersion1", id_, version=11) == fetched(
        side, "GetContactGroupVersion1", id_.upper(), id_
    )


def test_messages_of_others_and_of_other_kinds_have_no_item(side: Side) -> None:
    side.put(absence(1))
    ours, theirs = told_of(side), told_of(side, A_KASSE)

    assert fetched(side, "GetAbsenceVersion1", theirs["GetAbsenceVersion1"], numbered(1)) == []
    assert fetched(side, "GetJobOrientedEducationVersion1", ours["GetAbsenceVersion1"]) == []


def test_an_acknowledged_message_can_still_be_fetched(side: Side) -> None:
    side.put(group(1))
    sequence = opened(side)
    (message,) = handed(side, sequence)
    acknowledge(side, sequence, (1, 1))

    assert len(fetched(side, "GetContactGroupVersion1", message["MessageIdentifier"])) == 1


def test_a_citizen_whom_the_organisation_has_lost_has_no_item(side: Side) -> None:
    side.put(absence(1))
    ours, theirs = told_of(side), told_of(side, A_KASSE)
    with side.store.transaction() as transaction:
        transaction.events.affiliate(WHO, JOBCENTRE[0], "10199")

    assert fetched(side, "GetAbsenceVersion1", ours["GetAbsenceVersion1"]) == []
    assert len(fetched(side, "GetAbsenceVersion1", theirs["GetAbsenceVersion1"], by=A_KASSE)) == 1


def test_a_registration_that_is_not_there_has_no_item(side: Side) -> None:
    with side.store.transaction() as transaction:
        transaction.events.tell("Kontaktgruppe", 1, (8,), WHO, numbered(99))

    assert fetched(side, "GetContactGroupVersion1", *told_of(side).values()) == []


def test_a_new_number_is_told_with_the_one_before_and_earlier_messages_follow(side: Side) -> None:
    side.put(group(1))
    with side.store.transaction() as transaction:
        transaction.renumber(WHO, FIRST)
        transaction.renumber(FIRST, SECOND)
    waiting = handed(side, opened(side))
    assert [each["OperationName"] for each in waiting[1:]] == ["GetCprChangedVersion1"] * 2

    changes = fetched(side, "GetCprChangedVersion1", *(each["MessageIdentifier"] for each in waiting))
    (item,) = fetched(side, "GetContactGroupVersion1", waiting[0]["MessageIdentifier"])

    assert [(each[CPR], each[f"Former{CPR}"]) for each in changes] == [
        (SECOND, WHO),
        (SECOND, FIRST),
    ]
    assert item[CPR] == SECOND
    with side.store.transaction() as transaction:
        transaction.events.affiliate(SECOND, JOBCENTRE[0], None)
    assert fetched(side, "GetCprChangedVersion1", *(each["MessageIdentifier"] for each in waiting)) == []


@pytest.mark.parametrize("version", [10, 11])
def test_what_other_parts_of_dfdg_tell_is_not_served(side: Side, version: int) -> None:
    service = side.service(f"{version}/WsrmMessageService")
    not_served = [name for name, served in SERVICES["WsrmMessageService", version].items() if served is None]

    for name in not_served:
        call = envelope(service.contract.operations[name], {"MessageIdentifier": [numbered(1)]})
        answer = service.answer(call, Version.SOAP11.content_type, [])
        assert (answer.operation, number_of(answer)) == ("", "1014")
    assert not_served
