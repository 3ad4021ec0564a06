"""Enrolments on the modern side."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from reference_side import NUMBERS, TILMELDING, UNKNOWN, Side, fresh, tilmelding


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def create(side: Side, id_: str = "", *, citizen: str = "dagpengemodtager", **changes: object) -> tuple[int, object]:
    reply = side.send("POST", f"{TILMELDING}/{id_ or uuid4()}", citizen=citizen, body=tilmelding(**changes))
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def end(side: Side, id_: str, day: str = "2024-12-20", *, citizen: str = "dagpengemodtager") -> tuple[int, object]:
    body = {"afmeldingsdato": f"{day}T00:00:00", "afmeldeaarsag": 1}
    reply = side.send("PUT", f"{TILMELDING}/action/Afmeld/{id_}", citizen=citizen, body=body)
    return reply.status_code, reply.json() if reply.status_code == 200 else reply.json()["errorCode"]


def test_a_new_enrolment_is_answered_with_its_bare_id_and_can_be_read(side: Side) -> None:
    id_ = str(uuid4())
    dates = {"Haendelsesdato": "2024-12-08T08:00:00.1234567+01:00", "EmailAdresse": "a@example.invalid"}
    assert create(side, id_, **dates) == (200, id_)
    assert side.send("GET", TILMELDING).json() == {
        "tilmeldinger": [
            {
                "tilmeldingId": id_,
                "klientkategori": 1,
                "tilmeldingsdato": "2024-12-10T00:00:00",
                "ledighedsgrad": 1,
                "haendelsesdato": "2024-12-08T08:00:00.1234567+01:00",
                "emailAdresse": "a@example.invalid",
                "dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00",
            }
        ]
    }


def test_an_id_is_one_id_in_upper_and_lower_case(side: Side) -> None:
    id_ = str(uuid4())
    assert create(side, id_.upper()) == (200, id_)
    assert create(side, id_, citizen="uden ydelse") == (409, 4977)


def test_a_second_open_enrolment_overlaps(side: Side) -> None:
    assert create(side)[0] == 200
    assert create(side, Tilmeldingsdato="2025-01-10T00:00:00") == (409, 4316)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        pytest.param("2024-12-09", 409, id="before the earlier one"),
        pytest.param("2024-12-19", 409, id="the eve of its end"),
        pytest.param("2024-12-20", 200, id="the day it ends is free again"),
    ],
)
def test_a_new_enrolment_begins_at_the_end_of_the_earlier_one_or_later(side: Side, day: str, status: int) -> None:
    id_ = str(uuid4())
    create(side, id_)
    assert end(side, id_)[0] == 200
    assert create(side, Tilmeldingsdato=f"{day}T00:00:00")[0] == status


@pytest.mark.parametrize(
    ("citizen", "refusal"), [("død", (409, 4405)), (UNKNOWN, (404, 1010))], ids=["a dead one", "an unknown one"]
)
def test_only_a_living_known_citizen_is_enrolled(side: Side, citizen: str, refusal: tuple[int, int]) -> None:
    assert create(side, citizen=citizen) == refusal


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        pytest.param("2024-12-10", 1, id="today"),
        pytest.param("2024-12-09", 0, id="yesterday"),
    ],
)
def test_an_enrolment_is_current_on_the_day_it_ends(side: Side, day: str, shown: int) -> None:
    id_ = str(uuid4())
    create(side, id_, Tilmeldingsdato="2024-12-01T00:00:00")
    assert end(side, id_, day) == (200, id_)
    assert len(side.send("GET", TILMELDING).json()["tilmeldinger"]) == shown


@pytest.mark.parametrize(("day", "status"), [("2024-12-09", 400), ("2024-12-10", 200)], ids=["before", "same day"])
def test_an_enrolment_does_not_end_before_it_begins(side: Side, day: str, status: int) -> None:
    id_ = str(uuid4())
    create(side, id_)
    assert end(side, id_, day)[0] == status


def test_only_the_citizens_own_enrolment_is_ended_and_only_once(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_)
    assert end(side, str(uuid4())) == (409, 4367)
    assert end(side, id_, citizen="uden ydelse") == (409, 4367)
    assert end(side, id_) == (200, id_)
    assert end(side, id_) == (409, 4317)


def test_the_history_shows_each_version_and_who_registered_it(side: Side) -> None:
    id_ = str(uuid4())
    create(side, id_)
    end(side, id_)
    before, after = side.send("GET", f"{TILMELDING}/historik").json()["tilmeldinger"]
    assert "afmeldingsdato" not in before
    assert after["afmeldingsdato"] == "2024-12-20T00:00:00"
    assert before["registreringsmetadata"] == {
        "erSlettet": False,
        "erAktuel": False,
        "registrerendeMyndighed": {"organisationType": 8, "organisationskode": "10111"},
    }
    assert after["registreringsmetadata"]["erAktuel"] is True


def test_the_demo_has_enrolled_citizens_from_the_start(side: Side) -> None:
    enrolled = {
        label: [each["tilmeldingsdato"] for each in side.send("GET", TILMELDING, citizen=label).json()["tilmeldinger"]]
        for label in NUMBERS
    }
    assert {label: dates for label, dates in enrolled.items() if dates} == {
        "tilmeldt": ["2024-10-31T00:00:00"],
        "løbende fravær": ["2024-10-11T00:00:00"],
        "langtidsledig": ["2024-05-24T00:00:00"],
        "nytilmeldt": ["2024-12-05T00:00:00"],
        "jobrettet uddannelse": ["2024-09-01T00:00:00"],
    }


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"Klientkategori": None}, "Klientkategori"),
        ({"Klientkategori": "1"}, "Klientkategori"),
        ({"Klientkategori": True}, "Klientkategori"),
        ({"Klientkategori": 10_001}, "Klientkategori"),
        ({"Ledighedsgrad": -1}, "Ledighedsgrad"),
        ({"Tilmeldingsdato": "2024-12-10"}, "Tilmeldingsdato"),
        ({"Tilmeldingsdato": "2024-02-30T00:00:00"}, "Tilmeldingsdato"),
        ({"Tilmeldingsdato": "0001-01-01T00:00:00+14:00"}, "Tilmeldingsdato"),
        ({"Haendelsesdato": "2024-12-10T24:00:00"}, "Haendelsesdato"),
        ({"EmailAdresse": "not an address"}, "EmailAdresse"),
        ({"EmailAdresse": "\ud800@example.invalid"}, "EmailAdresse"),
        ({"klientkategori": 1}, "requestBody"),
        ({"Stillingsbetegnelser": [{"ConceptUriDa": "a"}, {}]}, "Stillingsbetegnelser[2]/ConceptUriDa"),
        ({"Stillingsbetegnelser": [{"ConceptUriDa": "a"}] * 201}, "Stillingsbetegnelser"),
        ({"Stillingsbetegnelser": ["a"]}, "Stillingsbetegnelser[1]"),
    ],
)
def test_a_body_outside_the_contract_is_1014_and_names_the_property(
    side: Side, changes: dict[str, object], element: str
) -> None:
    problem = side.send("POST", f"{TILMELDING}/{uuid4()}", body=tilmelding(**changes)).json()
    assert (problem["errorCode"], problem["element"]) == (1014, element)


def test_an_equal_to_the_limit_body_is_taken(side: Side) -> None:
    wishes = [{"ConceptUriDa": "a"}] * 200
    assert create(side, Klientkategori=10_000, Ledighedsgrad=0, Stillingsbetegnelser=wishes)[0] == 200
