"""Temporary addresses on the modern side; today is 10 December 2024."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from reference_side import ADRESSE, TILMELDING, UNKNOWN, Side, adresse, fresh, tilmelding

ID = "6d1f7a0e-53c5-4f0e-9a43-0000000000a1"
OTHER = "6d1f7a0e-53c5-4f0e-9a43-0000000000a2"
ABROAD = {"adresselinje1": "Exempelgatan 1", "landekode": "SE"}
TO_COME = {"startdato": "2024-12-16T00:00:00", "slutdato": "2024-12-16T00:00:00"}


def abroad(**changes: object) -> dict[str, object]:
    return adresse(**({"postadresse": None, "udenlandskAdresse": ABROAD} | changes))


@pytest.fixture
def side() -> Iterator[Side]:
    with fresh() as opened:
        yield opened


def addresses(side: Side, citizen: str = "dagpengemodtager") -> Any:
    return side.send("GET", ADRESSE, citizen=citizen).json().get("midlertidigAdresse")


def test_a_created_address_is_shown_under_the_callers_id_with_the_time_it_was_registered(side: Side) -> None:
    assert side.send("POST", f"{ADRESSE}/{ID}", body=adresse()).json() == ID
    times = {"dfdgRegistreringstidspunkt": "2024-12-10T12:00:00.000+01:00"}
    assert addresses(side) == [adresse() | {"midlertidigAdresseIdentifier": ID} | times]


def test_a_citizen_who_never_had_one_is_answered_without_the_collection(side: Side) -> None:
    assert side.send("GET", ADRESSE).json() == {}


def test_an_update_replaces_what_the_address_says(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse(coNavn="Test"))
    assert side.send("PUT", f"{ADRESSE}/{ID}", body=abroad()).json() == ID
    (address,) = addresses(side)
    assert address.keys() & {"coNavn", "postadresse", "udenlandskAdresse"} == {"udenlandskAdresse"}


def test_an_id_is_used_once(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse())
    assert side.refusal("POST", f"{ADRESSE}/{ID}", citizen="uden ydelse", body=adresse()) == (409, 4977)


def test_only_an_address_of_the_citizen_is_changed(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse())
    assert side.refusal("PUT", f"{ADRESSE}/{ID}", citizen="uden ydelse", body=adresse()) == (404, 1014)


def test_a_second_address_is_refused_until_the_first_has_ended_or_is_removed(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse())
    assert side.refusal("POST", f"{ADRESSE}/{OTHER}", body=adresse()) == (409, 1014)
    side.send("PUT", f"{ADRESSE}/{ID}", body=adresse(**TO_COME))
    assert side.send("POST", f"{ADRESSE}/{OTHER}", body=adresse()).status_code == 200
    assert len(addresses(side)) == 2


def test_an_address_has_ended_on_the_day_of_its_end(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse(startdato="2024-12-10T00:00:00", slutdato="2024-12-11T00:00:00"))
    assert side.refusal("POST", f"{ADRESSE}/{OTHER}", body=adresse()) == (409, 1014)
    side.now += timedelta(days=1)
    assert side.send("POST", f"{ADRESSE}/{OTHER}", body=adresse()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"slutdato": None}, 4403),
        ({"startdato": None}, 4403),
        (TO_COME, 4401),
        ({"startdato": "2024-12-01T00:00:00", "slutdato": "2024-12-10T00:00:00"}, 4402),
        ({"slutdato": "2025-03-17T00:00:00"}, 4376),
        ({"postadresse": None, "udenlandskAdresse": ABROAD | {"landekode": "DK"}}, 4406),
        ({"udenlandskAdresse": ABROAD}, 1014),
        ({"postadresse": None}, 1014),
        ({"postadresse": {"vejnavn": "Opdigtet Allé"}}, 1014),
        ({"postadresse": {"vejnavn": "Opdigtet Allé", "husnummer": "0"}}, 1014),
        ({"postadresse": {"vejnavn": "Opdigtet Allé", "husnummer": "1", "by": "x"}}, 1014),
        ({"postadresse": "Opdigtet Allé 1"}, 1014),
    ],
)
def test_what_the_documented_rules_refuse_has_its_number(side: Side, changes: dict[str, object], number: int) -> None:
    assert side.refusal("POST", f"{ADRESSE}/{ID}", body=adresse(**changes)) == (400, number)
    assert addresses(side) is None


def test_exactly_90_days_are_allowed(side: Side) -> None:
    assert side.send("POST", f"{ADRESSE}/{ID}", body=adresse(slutdato="2025-03-16T00:00:00")).status_code == 200


def test_an_address_that_has_begun_is_not_removed_by_an_end_on_its_start(side: Side) -> None:
    side.send("POST", f"{ADRESSE}/{ID}", body=adresse(startdato="2024-12-10T00:00:00"))
    ended = adresse(startdato="2024-12-10T00:00:00", slutdato="2024-12-10T00:00:00")
    assert side.refusal("PUT", f"{ADRESSE}/{ID}", body=ended) == (400, 4401)


@pytest.mark.parametrize(("category", "status"), [(1, 200), (4, 409)])
def test_an_address_abroad_needs_a_category_that_is_not_on_cash_benefit(side: Side, category: int, status: int) -> None:
    side.send("POST", f"{TILMELDING}/{OTHER}", body=tilmelding(Klientkategori=category))
    reply = side.send("POST", f"{ADRESSE}/{ID}", body=abroad())
    assert (reply.status_code, reply.json() if status == 200 else reply.json()["errorCode"]) == (
        status,
        ID if status == 200 else 4378,
    )


def test_an_enrolment_that_begins_later_does_not_count(side: Side) -> None:
    side.send("POST", f"{TILMELDING}/{OTHER}", body=tilmelding(Klientkategori=4, Tilmeldingsdato="2024-12-17T00:00:00"))
    assert side.send("POST", f"{ADRESSE}/{ID}", body=abroad()).status_code == 200


@pytest.mark.parametrize(("citizen", "refusal"), [("død", (409, 60007)), (UNKNOWN, (404, 60006))])
def test_this_domain_has_its_own_numbers_for_dead_and_unknown_citizens(
    side: Side, citizen: str, refusal: tuple[int, int]
) -> None:
    assert side.refusal("POST", f"{ADRESSE}/{ID}", citizen=citizen, body=adresse()) == refusal


def test_the_demo_has_an_address_abroad_that_holds_and_one_to_come(side: Side) -> None:
    (held,) = addresses(side, "midlertidig adresse i udlandet")
    (to_come,) = addresses(side, "langtidsledig")
    assert held["startdato"] < "2024-12-10" < held["slutdato"]
    assert held["udenlandskAdresse"]["landekode"] == "SE"
    assert to_come["startdato"] > "2024-12-10"
