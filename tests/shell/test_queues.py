"""The queue over both faces: what came is handed out, fetched and acknowledged, to its receiver and nobody else."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from gateway_side import Modern, loaded, replied
from messages_side import A_KASSE, CPR, GROUP, JOBCENTER, NOW, OTHER, Side, event

from modern_calls import REST_CALLER
from overgang.shell.config_messages import MessageSettings
from overgang.shell.example import envelope
from overgang.shell.queues import DOMAIN, Queues
from overgang.shell.store import StoreError

RM = "http://docs.oasis-open.org/ws-rx/wsrm/200702"
MSG = "http://service.bm.dk/WsrmMessageService/2024/06/01/"
QUEUE = "http://service.bm.dk/WsrmService/2024/06/01/"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"
ID = re.compile(r"Identifier>([^<]+)<")


def soap(side: Side, service: str, version: int, body: str, caller: str = JOBCENTER, soap12: bool = False) -> str:
    """The answer to an old call, its Header and Body."""
    kind, _, code = caller.partition("/")
    told = next(one for one in loaded().services if one.key == f"{service}/{version}")
    bridge = next(iter(told.bridges.values()))
    content = envelope(bridge, body, (int(kind), code), NOW.isoformat())
    headers = {"content-type": "text/xml"}
    if soap12:
        content = content.replace(
            b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
        )
        headers = {"content-type": "application/soap+xml"}
    return side.ask("POST", f"/PjakTassWCF/{version}/{service}.svc", content=content, headers=headers).text


def walk(side: Side, body: str, caller: str = JOBCENTER, **more: Any) -> str:
    return soap(side, "WsrmService", 1, body, caller, **more)


def begun(side: Side, caller: str = JOBCENTER, expires: str = "") -> str:
    address = f"<AcksTo><Address>{ANONYMOUS}</Address></AcksTo>"
    answer = walk(side, f'<CreateSequence xmlns="{RM}">{address}{expires}</CreateSequence>', caller)
    found = ID.search(answer)
    assert found, answer
    return found[1]


def sequence(id_: str, most: int | None = None) -> str:
    count = "" if most is None else f"<MaxMessageCount>{most}</MaxMessageCount>"
    return f'<SequenceRequest xmlns="{QUEUE}"><Identifier>{id_}</Identifier>{count}</SequenceRequest>'


def acknowledgement(id_: str, lower: int, upper: int) -> str:
    ranges = f'<AcknowledgementRange Lower="{lower}" Upper="{upper}"/>'
    return f'<SequenceAcknowledgement xmlns="{RM}"><Identifier>{id_}</Identifier>{ranges}</SequenceAcknowledgement>'


def ended(name: str, id_: str) -> str:
    return f'<{name} xmlns="{RM}"><Identifier>{id_}</Identifier></{name}>'


def fetched(side: Side, ids: list[str], version: int = 10, **more: Any) -> str:
    asked = "".join(f"<MessageIdentifier>{one}</MessageIdentifier>" for one in ids)
    body = f'<GetContactGroupVersion1Request xmlns="{MSG}">{asked}</GetContactGroupVersion1Request>'
    return soap(side, "WsrmMessageService", version, body, **more)


def handed(answer: str) -> list[tuple[str, str]]:
    """Numbers and ids of what is handed out."""
    return list(
        zip(re.findall(r"MessageNumber>(\d+)<", answer), re.findall(r"MessageIdentifier>([^<]+)<", answer), strict=True)
    )


def history(*groups: str) -> Any:
    made = {"organisationType": 8, "organisationskode": "10101"}
    state = {"erSlettet": False, "erAktuel": True, "registrerendeMyndighed": made}
    moments = {"starttidspunkt": "2025-12-01T00:00:00+01:00", "dfdgRegistreringstidspunkt": "2025-12-01T09:00:00+01:00"}
    return {
        "kontaktgrupper": [
            {"kontaktgruppeIdentifier": one, "kontaktgruppeType": 2, **moments, "registreringsmetadata": state}
            for one in groups
        ]
    }


@pytest.mark.parametrize("version", [10, 11])
def test_a_message_goes_from_the_event_to_the_acknowledgement(version: int) -> None:
    side = Side(Modern(replied(200, history(GROUP))))
    side.told()
    id_ = begun(side)
    ((number, message),) = handed(walk(side, sequence(id_)))
    assert (number, "GetContactGroupVersion1" in walk(side, sequence(id_))) == ("1", True)
    answer = fetched(side, [message], version=version)
    assert f">{CPR}<" in answer
    assert f">{GROUP}<" in answer
    assert side.modern.sent[0].citizen == CPR
    walk(side, acknowledgement(id_, 1, 1))
    assert handed(walk(side, sequence(id_))) == []
    assert "TerminateSequenceResponse" in walk(side, ended("TerminateSequence", id_))
    (kept,) = side.kept()
    assert (kept.state, kept.times, kept.fetched) == ("acknowledged", 2, NOW)


def test_an_answer_is_of_the_callers_own_queue() -> None:
    side = Side()
    side.told(id_="a")
    side.told(id_="b", receiver=A_KASSE)
    ours, theirs = begun(side), begun(side, A_KASSE)
    (mine,) = handed(walk(side, sequence(ours)))
    assert "19001" in walk(side, sequence(theirs))
    assert "19001" in walk(side, acknowledgement(theirs, 1, 1))
    assert fetched(side, [mine[1]], caller=A_KASSE).count("Message>") == 0
    assert handed(walk(side, sequence(theirs), A_KASSE)) != [mine]


def test_many_are_walked_in_pieces_in_their_order() -> None:
    side = Side()
    for n in range(7):
        side.told(id_=f"e{n}", citizen=(CPR, OTHER)[n % 2])
    id_, seen = begun(side), []
    while found := handed(walk(side, sequence(id_, 3))):
        seen += found
        walk(side, acknowledgement(id_, int(found[0][0]), int(found[-1][0])))
    assert [number for number, _ in seen] == [str(n) for n in range(1, 8)]
    assert [message for _, message in seen] == [one.id for one in side.kept()]


def test_the_content_is_what_stands_when_it_is_fetched_and_each_citizen_is_read_once() -> None:
    side = Side(Modern(replied(200, history(GROUP)), replied(403, {"errorCode": 6005}), replied(200, history())))
    side.told(id_="a")
    side.told(event(Aendringstype=2), id_="b")
    side.told(citizen=OTHER, id_="c")
    messages = [one.id for one in side.kept()]
    answer = fetched(side, messages)
    assert [request.citizen for request in side.modern.sent] == [CPR, OTHER]
    assert re.findall(r"ContactGroupMessage><[^>]*MessageIdentifier>([^<]+)<", answer) == messages[:2]
    assert "ContactGroupMessage" not in fetched(side, messages[2:])


def test_a_message_whose_content_can_not_be_read_now_stays() -> None:
    from overgang.shell.upstream import trouble

    side = Side(Modern(trouble("upstream.timeout", unclear=False)))
    side.told()
    id_ = begun(side)
    ((_, message),) = handed(walk(side, sequence(id_)))
    assert "upstream.timeout" in fetched(side, [message])
    assert len(handed(walk(side, sequence(id_)))) == 1


FAULTS = [
    ("UnknownSequence", lambda side, id_: sequence("urn:uuid:0f1e2d3c-4b5a-4697-8877-665544332211")),
    ("UnknownSequence", lambda side, id_: sequence("urn:x")),
    ("UnknownSequence", lambda side, id_: ended("TerminateSequence", "urn:uuid:0f1e2d3c-4b5a-4697-8877-665544332211")),
    ("InvalidAcknowledgement", lambda side, id_: acknowledgement(id_, 1, 2)),
    ("SequenceClosed", lambda side, id_: walk(side, ended("CloseSequence", id_)) and sequence(id_)),
    ("SequenceTerminated", lambda side, id_: walk(side, ended("TerminateSequence", id_)) and sequence(id_)),
    ("SequenceTerminated", lambda side, id_: side.clock.go(25 * 3600) or sequence(id_)),
]


@pytest.mark.parametrize(("name", "body"), FAULTS, ids=[f"{n} {name}" for n, (name, _) in enumerate(FAULTS)])
@pytest.mark.parametrize("soap12", [False, True])
def test_the_faults_are_those_of_ws_reliablemessaging(name: str, body: Any, soap12: bool) -> None:
    side = Side()
    side.told()
    id_ = begun(side)
    walk(side, sequence(id_))
    answer = walk(side, body(side, id_), soap12=soap12)
    assert f"wsrm:{name}<" in answer
    assert f'xmlns:wsrm="{RM}"' in answer
    place = "<s:Subcode><s:Value" if soap12 else "<s:Header><wsrm:SequenceFault"
    assert place in answer
    assert ("s:Sender" if soap12 else "s:Client") in answer
    assert "<ErrorCode>1900" in answer
    assert "urn:" not in answer  # what was sent is not told back


@pytest.mark.parametrize("expires", ["P1M", "PT1H1X", "-PT1H"])
def test_a_sequence_of_no_known_length_is_refused(expires: str) -> None:
    address = f"<AcksTo><Address>{ANONYMOUS}</Address></AcksTo><Expires>{expires}</Expires>"
    answer = walk(Side(), f'<CreateSequence xmlns="{RM}">{address}</CreateSequence>')
    assert "19006" in answer or "1014" in answer
    if expires == "P1M":
        assert f'<faultcode xmlns:wsrm="{RM}">wsrm:CreateSequenceRefused</faultcode>' in answer


def test_a_sequence_is_kept_as_long_as_is_asked_and_no_longer_than_is_granted() -> None:
    side = Side(messages=MessageSettings(sequence_hours=2))
    id_ = begun(side, expires="<Expires>PT10M</Expires>")
    side.clock.go(11 * 60)
    assert "SequenceTerminated" in walk(side, sequence(id_))
    id_ = begun(side, expires="<Expires>P9D</Expires>")
    side.clock.go(2 * 3600 + 1)
    assert "SequenceTerminated" in walk(side, sequence(id_))


def test_the_numbers_of_a_sequence_come_to_an_end() -> None:
    side = Side()
    queues = Queues(side.store, side.keeping.keepers, side.clock, keeps=timedelta(hours=1), last=2)
    inside = side.app.soap._face._face._driver._upstream  # type: ignore[attr-defined]
    inside._own[DOMAIN] = queues
    for n in range(3):
        side.told(id_=f"e{n}")
    id_ = begun(side)
    assert len(handed(walk(side, sequence(id_)))) == 2
    walk(side, acknowledgement(id_, 1, 2))
    assert "MessageNumberRollover" in walk(side, sequence(id_))
    assert len(handed(walk(side, sequence(begun(side))))) == 1


def test_the_same_poll_again_hands_out_what_waits_by_then() -> None:
    """A client that never changes its RegistrationDateTime is not answered with what it got before."""
    side = Side()
    first, second = begun(side), begun(side)
    assert first != second
    assert handed(walk(side, sequence(first))) == []
    side.told()
    assert len(handed(walk(side, sequence(first)))) == 1


def rest(side: Side, method: str, path: str, **what: Any) -> httpx.Response:
    headers = {**REST_CALLER, "x-activeOrganisationTypeIdentifier": "8", "x-activeOrganisationCode": "10101"}
    return side.ask(method, f"/beskeder/v1/{path}", headers=headers, **what)


def test_a_migrated_system_reads_the_same_queue_over_rest() -> None:
    side = Side()
    for n in range(3):
        side.told(id_=f"e{n}")
    first = rest(side, "GET", "Besked", params={"antal": "2"}).json()["beskeder"]
    assert [one["entitetNavn"] for one in first] == ["Kontaktgruppe"] * 2
    assert (first[0]["civilregistrationIdentifier"], first[0]["eksternIdentifier"]) == (CPR, GROUP)
    (last,) = rest(side, "GET", "Besked", params={"efter": str(first[-1]["beskednummer"])}).json()["beskeder"]
    assert rest(side, "PUT", "Besked/Kvittering", json={"tilOgMed": first[-1]["beskednummer"]}).json() == {"antal": 2}
    assert [one.state for one in side.kept()] == ["acknowledged", "acknowledged", "waiting"]
    assert rest(side, "GET", "Besked").json()["beskeder"] == [last]
    again = rest(side, "GET", "Besked", params={"efter": "0"}).json()["beskeder"]
    assert again == [*first, last]
    assert rest(side, "GET", "Besked", params={"antal": "101"}).status_code == 400


def test_who_only_acknowledges_reads_on_and_on() -> None:
    side = Side()
    for n in range(7):
        side.told(id_=f"e{n}", citizen=(CPR, OTHER)[n % 2])
    seen: list[int] = []
    while found := rest(side, "GET", "Besked", params={"antal": "3"}).json()["beskeder"]:
        seen += [one["beskednummer"] for one in found]
        assert rest(side, "PUT", "Besked/Kvittering", json={"tilOgMed": seen[-1]}).json() == {"antal": len(found)}
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_what_was_read_over_rest_is_told_again_when_it_changes_again() -> None:
    side = Side()
    side.told()
    side.told()
    assert len(rest(side, "GET", "Besked").json()["beskeder"]) == 1
    side.told()
    assert len(rest(side, "GET", "Besked").json()["beskeder"]) == 2
    assert [one.times for one in side.kept()] == [2, 1]


def test_a_dead_letter_is_not_read_and_comes_last_when_it_is_released() -> None:
    side = Side()
    side.told(event(EntitetId=4711, EntitetNavn="Ny"), id_="unknown")
    side.told(id_="known")
    (known,) = rest(side, "GET", "Besked").json()["beskeder"]
    assert rest(side, "PUT", "Besked/Kvittering", json={"tilOgMed": known["beskednummer"]}).json() == {"antal": 1}
    (dead,) = side.store.ended_messages("dead")
    assert side.store.release(dead.id, "ContactGroup", side.clock.now)
    (read,) = rest(side, "GET", "Besked", params={"efter": str(known["beskednummer"])}).json()["beskeder"]
    assert read["beskedIdentifier"] == dead.id


def test_a_rest_system_can_walk_by_sequences_too() -> None:
    side = Side()
    side.told()
    id_ = rest(side, "POST", "Sekvens", json={}).json()["sekvensIdentifier"]
    assert rest(side, "POST", "Sekvens", json={}).json()["sekvensIdentifier"] != id_
    (one,) = rest(side, "GET", f"Sekvens/{id_}/Besked").json()["beskeder"]
    assert one["sekvensnummer"] == 1
    ranges = {"intervaller": [{"fra": 1, "til": 1}]}
    assert rest(side, "PUT", f"Sekvens/{id_}/Kvittering", json=ranges).json() == {"antal": 1}
    assert rest(side, "GET", f"Sekvens/{id_}/Kvittering").json() == ranges
    assert rest(side, "PUT", f"Sekvens/{id_}/Luk", json={}).json() == {"sidsteNummer": 1}
    assert rest(side, "GET", f"Sekvens/{id_}/Besked").json()["errorCode"] == 19003
    assert rest(side, "DELETE", f"Sekvens/{id_}").status_code == 204


def test_a_queue_that_can_not_be_reached_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    side = Side()
    id_ = begun(side)

    def broken(*_: object, **__: object) -> None:
        raise StoreError("others hold the store")

    monkeypatch.setattr(side.store, "hand_out", broken)
    assert "store.unavailable" in walk(side, sequence(id_))


def test_who_fetched_what_about_whom_is_in_the_audit() -> None:
    side = Side(Modern(replied(200, history(GROUP))))
    side.told()
    fetched(side, [side.kept()[0].id])
    last = side.records()[-1]
    assert (last["operation"], last["organisation"], last["event"]) == ("GetContactGroupVersion1", JOBCENTER, "read")
    assert [call[1] for call in last["calls"]] == [
        "/beskeder/v1/Besked/Opslag",
        "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe/historik",
    ]


def test_each_citizen_whom_an_answer_tells_of_has_a_record() -> None:
    side = Side(Modern(replied(200, history(GROUP)), replied(200, history(GROUP))))
    side.told(id_="a")
    side.told(id_="b", citizen=OTHER)
    fetched(side, [one.id for one in side.kept()])
    rest(side, "GET", "Besked")
    side.keeping.auditor.close()
    for number in (CPR, OTHER):
        operations = [json.loads(one.entry)["operation"] for one in side.store.about(number)]
        assert sorted(operations) == ["GetBeskeder", "GetContactGroupVersion1", "Webhook"]
