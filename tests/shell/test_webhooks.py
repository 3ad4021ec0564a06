"""The webhook receiver: an event is kept before it is answered, once, and only from whom and for whom it may."""

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from messages_side import A_KASSE, CPR, GROUP, JOBCENTER, NOW, OTHER, Side, event
from sqlalchemy import text

from certificates import UNIT, authority
from overgang.core import beskeder
from overgang.shell.config_clients import Clients
from overgang.shell.config_messages import MessageSettings, Subscription
from overgang.shell.queues import besked
from overgang.shell.store import StoreError

ID = "3f0e9c1a-1d2b-4c3d-8e4f-5a6b7c8d9e0f"


def key(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["errorCode"], answer.json()["key"]


def test_an_event_is_kept_for_its_receiver_when_it_is_answered() -> None:
    side = Side()
    assert side.told(id_=ID).status_code == 200
    (kept,) = side.kept()
    assert (kept.kind, kept.entity_id, kept.citizen, kept.change) == ("ContactGroup", GROUP, CPR, 1)
    assert (kept.entity_type, kept.entity_name, kept.state, kept.made) == (100008, "Kontaktgruppe", "waiting", NOW)
    assert side.kept(A_KASSE) == ()


def test_the_same_event_again_is_kept_once_also_when_both_come_at_once() -> None:
    side = Side()
    headers = {"x-civilRegistrationIdentifier": CPR, "x-requestId": ID}

    async def twins(asks: httpx.AsyncClient) -> list[int]:
        sent = (asks.post(f"/beskeder/v1/Webhook/{JOBCENTER}", json=event(), headers=headers) for _ in range(20))
        return [answer.status_code for answer in await asyncio.gather(*sent)]

    assert set(side.run(twins)) == {200}
    assert side.told(id_=ID).status_code == 200
    assert len(side.kept()) == 1
    assert side.app.webhooks is not None
    assert side.app.webhooks.counts == {("Kontaktgruppe", "kept"): 1, ("Kontaktgruppe", "repeated"): 20}


def test_the_same_id_for_another_receiver_is_another_event() -> None:
    side = Side()
    side.told(id_=ID)
    assert side.told(id_=ID, receiver="8/10111").status_code == 200
    assert [len(side.kept(one)) for one in (JOBCENTER, "8/10111")] == [1, 1]


@pytest.mark.parametrize(
    "other",
    [{"EntitetId": 100009, "EntitetNavn": "Personkategori"}, {"EksternIdentifier": ID}, {"Aendringstype": 2}],
    ids=["entity", "registration", "change"],
)
def test_one_request_may_tell_of_several_registrations(other: dict[str, Any]) -> None:
    side = Side()
    for said in (event(), event(**other), event(), event(**other)):
        assert side.told(said, id_="one request").status_code == 200
    assert len(side.kept()) == 2


NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((event(EksternIdentifier=NOBODY), CPR), (event(EksternIdentifier=NOBODY), OTHER)),
        ((event(VersionIdentifier="1"), CPR), (event(VersionIdentifier="2"), CPR)),
        (
            (event(EntitetId=60007, EksternIdentifier=NOBODY), CPR),
            (event(EntitetId=60007, EksternIdentifier=NOBODY), OTHER),
        ),
    ],
    ids=["citizens", "versions", "dead letters"],
)
def test_what_says_something_else_is_another_event(one: tuple[Any, str], other: tuple[Any, str]) -> None:
    side = Side()
    for said, citizen in (one, other, one, other):
        assert side.told(said, citizen=citizen, id_=ID).status_code == 200
    assert len(side.kept()) + len(side.store.ended_messages("dead")) == 2


def test_the_case_of_an_identifier_makes_no_other_event() -> None:
    side = Side()
    side.told(id_=ID)
    side.told(event(EksternIdentifier=GROUP.upper()), id_=ID)
    assert len(side.kept()) == 1


def test_without_an_id_equal_events_are_one_until_somebody_was_handed_it() -> None:
    side = Side()
    for _ in range(3):
        assert side.told().status_code == 200
    side.told(event(Aendringstype=2))
    side.told(citizen=OTHER)
    assert len(side.kept()) == 3
    side.store.fetch_messages(JOBCENTER, [side.kept()[0].id], NOW)
    side.told()
    assert len(side.kept()) == 4


@pytest.mark.parametrize("kind", beskeder.KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("camel", [False, True])
def test_every_kind_is_known_with_either_first_letter(kind: beskeder.Besked, camel: bool) -> None:
    side = Side()
    body = {"tidligereCivilregistrationIdentifier": OTHER} if kind is beskeder.CPR_CHANGED else ...
    said = event(EntitetNavn=kind.entity_name, EntitetId=kind.entity, Body=body, VersionIdentifier="1", Ukendt="felt")
    said = {name[0].lower() + name[1:]: value for name, value in said.items()} if camel else said
    assert side.told(said).status_code == 200
    assert [one.kind for one in side.kept()] == [kind.name]


def test_an_entity_that_is_not_known_is_kept_as_a_dead_letter_and_not_handed_out() -> None:
    side = Side()
    assert side.told(event(EntitetNavn="Frist", EntitetId=90001)).status_code == 200
    (kept,) = side.store.ended_messages("dead")
    assert (kept.kind, kept.entity_type, kept.entity_name, kept.state) == ("", 90001, "Frist", "dead")


def test_a_name_that_could_be_a_citizens_number_is_not_kept() -> None:
    side = Side()
    side.told(event(EntitetNavn=f"Om{CPR}", EntitetId=4711))
    assert [one.entity_name for one in side.store.ended_messages("dead")] == ["?"]


BAD: list[tuple[Any, int, str, str | None]] = [
    (b"{", 1014, "json.invalid", None),
    (b"[]", 1014, "value.invalid", "body"),
    (b'{"EntitetId":1,"EntitetId":2}', 1014, "json.duplicate", None),
    (b'{"EntitetId":1,"entitetId":2}', 1014, "json.duplicate", None),
    (b"\xff", 1014, "json.encoding", None),
    (event(EntitetNavn=...), 1014, "value.missing", "entitetNavn"),
    (event(EntitetId="100008"), 1014, "value.invalid", "entitetId"),
    (event(EntitetId=True), 1014, "value.invalid", "entitetId"),
    (event(EntitetId=0), 1014, "value.invalid", "entitetId"),
    (event(EntitetId=2**31), 1014, "value.invalid", "entitetId"),
    (event(EksternIdentifier=...), 1014, "value.missing", "eksternIdentifier"),
    (event(EksternIdentifier=CPR), 1014, "value.invalid", "eksternIdentifier"),
    (event(Aendringstype=4), 1014, "value.invalid", "aendringstype"),
    (event(Aendringstype=None), 1014, "value.missing", "aendringstype"),
    (event(IdentifikationstypeId=2), 1014, "value.invalid", "identifikationstypeId"),
    (event(Body="x"), 1014, "value.invalid", "body"),
    (
        event(EntitetId=100013, EntitetNavn="CprSkift"),
        1001,
        "value.invalid",
        "body/tidligereCivilregistrationIdentifier",
    ),
]


@pytest.mark.parametrize(("said", "number", "name", "element"), BAD, ids=range(len(BAD)))
def test_a_damaged_event_is_refused_and_changes_nothing(said: Any, number: int, name: str, element: str | None) -> None:
    side = Side()
    answer = side.told(said)
    assert key(answer) == (number, name)
    assert answer.json().get("element") == element
    assert CPR not in answer.text
    assert side.kept() == ()


def test_an_event_without_a_citizen_or_with_none_is_refused() -> None:
    side = Side()
    assert key(side.told(citizen=None)) == (1014, "value.missing")
    assert key(side.told(citizen="9999999999")) == (1001, "value.invalid")
    assert key(side.told(id_="x" * 47)) == (1014, "value.invalid")
    assert key(side.told(headers={"content-type": "text/plain"})) == (1014, "http.media_type")
    assert side.told(b" " * 70_000).status_code == 413
    assert side.kept() == ()


def test_other_places_and_methods_are_refused() -> None:
    side = Side()
    assert side.told(receiver="8").status_code == 404
    assert side.told(receiver="8/10101/x").status_code == 404
    assert side.ask("GET", f"/beskeder/v1/Webhook/{JOBCENTER}").status_code == 405


def test_only_who_is_subscribed_and_entitled_receives() -> None:
    side = Side(messages=MessageSettings(subscriptions=(Subscription(JOBCENTER, (100008,)), Subscription(A_KASSE, ()))))
    assert side.told(id_="a").status_code == 200
    assert key(side.told(id_="b", receiver="8/10111")) == (4575, "webhook.receiver")
    info = event(EntitetNavn="YderligeInfoOmFravaer", EntitetId=100012)
    assert key(side.told(info, id_="c", receiver=A_KASSE)) == (4575, "webhook.entitled")
    assert side.told(info, id_="c").status_code == 200
    assert key(Side().told(receiver="24/12345678")) == (4575, "webhook.entitled")
    assert (len(side.kept()), side.kept(A_KASSE), side.kept("8/10111")) == (2, (), ())


ACTORS = """
[[actor]]
name = "STAR"
cvr = "12345678"
units = ["{unit}"]
organisations = ["8/*"]
messages = {messages}
"""


@pytest.mark.parametrize("messages", ["true", "false"])
def test_only_a_sender_of_messages_may_send_them(tmp_path: Path, messages: str) -> None:
    import base64

    (tmp_path / "actors.toml").write_text(ACTORS.format(unit=UNIT, messages=messages))
    issuer = authority()
    (tmp_path / "authorities.pem").write_bytes(issuer.pem)
    clients = Clients("client-cert", tmp_path / "actors.toml", b"p" * 32, tmp_path / "authorities.pem")
    side = Side(clients=clients)
    certificate = {"Client-Cert": f":{base64.b64encode(issuer.issue().der).decode()}:", "Overgang-Proxy": "p" * 32}
    assert key(side.told()) == (1101, "identity.proxy")
    answer = side.told(headers=certificate)
    if messages == "true":
        assert answer.status_code == 200
        assert len(side.kept()) == 1
    else:
        assert key(answer) == (4575, "webhook.sender")
        assert side.kept() == ()


def test_what_can_not_be_kept_is_not_answered_well(monkeypatch: pytest.MonkeyPatch) -> None:
    side = Side()

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(side.store, "insert_messages", broken)
    answer = side.told()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert key(answer) == (1100, "store.unavailable")
    monkeypatch.undo()
    assert side.told().status_code == 200


def test_each_event_is_in_the_audit_with_its_citizen_hashed_and_its_values_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    side = Side()
    side.told(id_=ID)
    side.told(b"{", id_="other")
    records = side.records()
    assert [(one["event"], one["operation"], one["organisation"]) for one in records] == [
        ("event", "Webhook", JOBCENTER),
        ("refused", "Webhook", JOBCENTER),
    ]
    assert records[0]["asked"] == ["entitet 100008"]
    assert CPR not in json.dumps(records)
    assert CPR not in caplog.text


def test_what_waits_follows_a_citizen_to_another_number() -> None:
    side = Side()
    side.told(id_="before")
    body = {"tidligereCivilregistrationIdentifier": CPR}
    side.told(event(EntitetNavn="CprSkift", EntitetId=100013, Body=body), citizen="0309932497", id_="change")
    assert [(one.kind, one.citizen) for one in side.kept()] == [
        ("ContactGroup", "0309932497"),
        ("CprChanged", "0309932497"),
    ]
    side.told(event(Aendringstype=2), id_="late")
    side.told(event(Aendringstype=2), id_="theirs", receiver="8/10111")
    assert side.kept()[-1].citizen == "0309932497"
    assert side.kept("8/10111")[0].citizen == CPR


def test_the_store_shows_no_number(tmp_path: Path) -> None:
    side = Side(store=f"sqlite:///{tmp_path / 'store.sqlite'}")
    body = {"tidligereCivilregistrationIdentifier": OTHER}
    side.told(event(EntitetNavn="CprSkift", EntitetId=100013, Body=body))
    with side.store.reading() as connection:
        (row,) = connection.execute(text("SELECT * FROM message")).all()
    assert CPR not in repr(row)
    assert OTHER not in repr(row)
    assert replace(side.kept()[0], content=None).citizen == CPR
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert CPR.encode() not in content
        assert OTHER.encode() not in content


@pytest.mark.parametrize("body", [b'{"tidligereCivilregistrationIdentifier":5}', b'{"x":1e400}', b'{"x":[{}]}'])
def test_an_odd_body_does_not_stop_the_queue(body: bytes) -> None:
    side = Side()
    said = json.dumps(event(Body="BODY")).encode().replace(b'"BODY"', body)
    assert side.told(said).status_code == 200
    (kept,) = side.kept()
    assert kept.content is None
    assert json.dumps(besked(kept), allow_nan=False)


def test_what_stands_for_an_event_without_an_id_can_not_be_computed_without_the_key(tmp_path: Path) -> None:
    stored = []
    for number, key in enumerate((b"k" * 32, b"l" * 32)):
        side = Side(store=f"sqlite:///{tmp_path / str(number)}", identity_key=key)
        assert side.told().status_code == 200
        with side.store.reading() as connection:
            stored.append(connection.execute(text("SELECT digest FROM message")).scalar_one())
    assert stored[0] != stored[1]


def test_the_body_of_an_entity_that_is_not_known_is_kept_and_not_handed_out() -> None:
    side = Side()
    said = json.dumps(event(EntitetId=4711, EntitetNavn="Ny", Body="BODY")).encode().replace(b'"BODY"', b'{"x":1e400}')
    assert side.told(said).status_code == 200
    (kept,) = side.store.ended_messages("dead")
    assert kept.content == b'{"body":{"x":1E+400}}'
    assert "indhold" not in besked(kept)
