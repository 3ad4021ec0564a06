"""Illness and recovery on the modern side."""

from collections.abc import Iterator
from typing import Any

import pytest
from reference_side import FRAVAER, TILMELDING, Side, fravaer, fresh, tilmelding

SYGEMELDING = "/visiteringogstatus/v1/Sygemelding"
RASKMELD = "/komposit/v1/sygemelding/action/Raskmeld"
KONTAKTGRUPPE = "/visiteringogstatus/v1/PersonVisitering/kontaktgruppe"
ID = "6d1f7a0e-53c5-4f0e-9a43-000000000001"
OTHER = "6d1f7a0e-53c5-4f0e-9a43-000000000002"
WHO = "uden ydelse"


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def illness(**changes: object) -> dict[str, object]:
    """A good illness from 2 December 2024; a change to None leaves the property out."""
    good = {"startdato": "2024-12-02T00:00:00", "fravaerType": 11, "anmeldelsesdato": "2024-12-02T00:00:00"}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def ended(day: str = "2024-12-10", **changes: object) -> dict[str, object]:
    return illness(slutdato=f"{day}T00:00:00", fravaersafslutningsaarsag=1, **changes)


def report(side: Side, sygemelding: object = None, id_: str = ID, **more: object) -> tuple[int, Any]:
    return written(side, "POST", f"{SYGEMELDING}/{id_}", {"sygemelding": sygemelding or illness(), **more})


def recover(side: Side, sygemelding: object = None, id_: str = ID, **more: object) -> tuple[int, Any]:
    return written(side, "PUT", f"{RASKMELD}/{id_}", {"sygemelding": sygemelding or ended(), **more})


def written(side: Side, verb: str, path: str, body: object) -> tuple[int, Any]:
    """Status, and the id or the documented number of the refusal."""
    reply = side.send(verb, path, citizen=WHO, body=body)
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def read(side: Side, path: str, name: str, citizen: str = WHO) -> list[dict[str, Any]]:
    return list(side.send("GET", path, citizen=citizen).json()[name])


def illnesses(side: Side) -> list[dict[str, Any]]:
    return read(side, SYGEMELDING, "sygemeldinger")


def test_an_illness_reads_as_it_was_written(side: Side) -> None:
    employer = {"cvrEnhedsid": "12345678", "pNummer": "1001234567"}
    said = illness(fravaerskommentar="", ledighedsgrad=2, arbejdsgiver=employer)
    assert report(side, said, ID.upper(), sagstype=1) == (200, ID)
    known = {"fravaerIdentifier": ID, "sagstype": 1, "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00"}
    assert illnesses(side) == [said | known]


def test_an_illness_is_an_absence_that_shows_no_employer(side: Side) -> None:
    report(side, illness(arbejdsgiver={"cvrEnhedsid": "12345678"}, ledighedsgrad=1), sagstype=1)
    (shown,) = read(side, FRAVAER, "fravaer")
    assert (shown["fravaerIdentifier"], shown["fravaerType"], shown["yderligereInfo"]) == (ID, 11, [])
    assert not {"arbejdsgiver", "ledighedsgrad", "sagstype"} & shown.keys()


def test_a_corrected_absence_keeps_its_employer(side: Side) -> None:
    employer = {"cvrEnhedsid": "12345678"}
    report(side, illness(arbejdsgiver=employer))
    side.send("PUT", f"{FRAVAER}/{ID}", citizen=WHO, body=fravaer(fravaerType=11))
    (shown,) = illnesses(side)
    assert (shown["arbejdsgiver"], shown["startdato"]) == (employer, "2024-12-16T00:00:00")


def test_another_absence_is_no_illness(side: Side) -> None:
    side.send("POST", FRAVAER, citizen=WHO, body=fravaer(fravaerIdentifier=ID))
    assert illnesses(side) == []
    assert recover(side) == (404, 4632)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (illness(fravaerType=10), (400, 1014)),
        (illness(slutdato="2024-12-03T00:00:00"), (400, 4980)),
        (ended("2024-12-01"), (400, 1003)),
        (illness(arbejdsgiver={"cvrEnhedsid": "1234567x"}), (400, 1014)),
        (illness(arbejdsgiver={"cvrEnhedsid": "12345678", "pNummer": "1"}), (400, 1014)),
    ],
    ids=["another type", "no reason", "before its start", "CVR number", "P number"],
)
def test_an_illness_that_is_not_sound_is_refused(side: Side, said: object, refusal: tuple[int, int]) -> None:
    assert report(side, said) == refusal
    assert illnesses(side) == []


def test_an_id_is_used_once_and_a_day_has_one_illness(side: Side) -> None:
    report(side)
    assert report(side) == (409, 4977)
    assert report(side, id_=OTHER) == (409, 4637)


def test_an_afmelding_comes_along(side: Side) -> None:
    side.send("POST", f"{TILMELDING}/{OTHER}", citizen=WHO, body=tilmelding())
    end = {"afmeldingsdato": "2024-12-11T00:00:00", "afmeldeaarsag": 3}
    assert report(side, afmelding=end) == (200, ID)
    (enrolment,) = read(side, TILMELDING, "tilmeldinger")
    assert enrolment.items() >= end.items()


@pytest.mark.parametrize(("enrolled", "refusal"), [(False, (409, 4367)), (True, (400, 1003))])
def test_an_illness_whose_afmelding_is_refused_is_not_registered(
    side: Side, enrolled: bool, refusal: tuple[int, int]
) -> None:
    if enrolled:
        side.send("POST", f"{TILMELDING}/{OTHER}", citizen=WHO, body=tilmelding())
    assert report(side, afmelding={"afmeldingsdato": "2024-12-01T00:00:00", "afmeldeaarsag": 3}) == refusal
    assert illnesses(side) == []


def test_a_recovery_ends_the_illness_and_keeps_its_case(side: Side) -> None:
    report(side, sagstype=2)
    assert recover(side) == (200, ID)
    before, after = read(side, f"{SYGEMELDING}/historik", "sygemeldinger")
    assert (before["registreringsmetadata"]["erAktuel"], after["registreringsmetadata"]["erAktuel"]) == (False, True)
    assert after.items() >= (ended() | {"sagstype": 2}).items()


@pytest.mark.parametrize(("last", "shown"), [("2024-12-09", 0), ("2024-12-10", 1)], ids=["yesterday", "today"])
def test_an_illness_is_current_on_its_last_day(side: Side, last: str, shown: int) -> None:
    report(side)
    recover(side, ended(last))
    assert len(illnesses(side)) == shown


def test_a_recovery_names_its_own_illness_and_keeps_its_first_day(side: Side) -> None:
    assert recover(side) == (404, 4632)
    report(side)
    assert recover(side, ended(startdato="2024-12-03T00:00:00")) == (409, 4647)


def test_a_tilmelding_and_a_new_contact_group_come_along(side: Side) -> None:
    report(side)
    enrolment = {"klientkategori": 3, "tilmeldingsdato": "2024-12-10T00:00:00", "ledighedsgrad": 1}
    group = {"KontaktgruppeType": 2, "Starttidspunkt": "2024-12-10T00:00:00"}
    assert recover(side, tilmelding=enrolment | {"tilmeldingIdentifier": OTHER.upper()}, kontaktgruppe=group)[0] == 200
    (enrolled,) = read(side, TILMELDING, "tilmeldinger")
    assert (enrolled["tilmeldingId"], enrolled["klientkategori"]) == (OTHER, 3)
    assert [each["kontaktgruppeType"] for each in open_groups(side)] == [2]


def open_groups(side: Side) -> list[dict[str, Any]]:
    return [each for each in read(side, KONTAKTGRUPPE, "kontaktgrupper") if "sluttidspunkt" not in each]


def test_a_recovery_whose_tilmelding_is_refused_is_not_registered(side: Side) -> None:
    report(side)
    side.send("POST", f"{TILMELDING}/{OTHER}", citizen=WHO, body=tilmelding())
    enrolment = {"klientkategori": 3, "tilmeldingsdato": "2024-12-10T00:00:00", "ledighedsgrad": 1}
    assert recover(side, tilmelding=enrolment) == (409, 4316)
    assert "slutdato" not in illnesses(side)[0]


def test_a_new_contact_group_ends_the_open_one_and_a_known_one_is_changed(side: Side) -> None:
    first = {"kontaktgruppeIdentifier": OTHER, "KontaktgruppeType": 2, "Starttidspunkt": "2024-12-02T00:00:00"}
    second = {"KontaktgruppeType": 3, "Starttidspunkt": "2024-12-10T00:00:00"}
    report(side)
    recover(side, kontaktgruppe=first)
    recover(side, kontaktgruppe=second)
    assert [each["kontaktgruppeType"] for each in open_groups(side)] == [3]
    (group,) = open_groups(side)
    end = {"kontaktgruppeIdentifier": group["kontaktgruppeIdentifier"], "Sluttidspunkt": "2024-12-10T00:00:00"}
    assert recover(side, kontaktgruppe=second | end)[0] == 200
    assert open_groups(side) == []


def test_the_id_of_another_citizens_contact_group_is_4977(side: Side) -> None:
    group = {"kontaktgruppeIdentifier": OTHER, "KontaktgruppeType": 2, "Starttidspunkt": "2024-12-10T00:00:00"}
    assert side.send("POST", KONTAKTGRUPPE, citizen="asylsag", body=group).status_code == 200
    report(side)
    assert recover(side, kontaktgruppe=group) == (409, 4977)


def test_the_demo_has_an_illness_from_employment_and_one_from_unemployment(side: Side) -> None:
    shown = [
        read(side, SYGEMELDING, "sygemeldinger", f"sygedagpenge fra {what}") for what in ("beskæftigelse", "ledighed")
    ]
    assert [["arbejdsgiver" in each for each in found] for found in shown] == [[True], [False]]
