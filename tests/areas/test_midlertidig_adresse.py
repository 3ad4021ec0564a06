from datetime import date, timedelta
from typing import Any

import pytest
from ruling import VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.midlertidig_adresse.area import AREA
from overgang.core.errors import CallerFault, Fault
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context

TODAY = date(2024, 12, 10)
START = date(2024, 12, 16)
END = date(2025, 1, 13)
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
ADRESSER = "/borgerkommunikation/v1/MidlertidigAdresse"
TILMELDING = request("GET", "/visiteringogstatus/v1/Tilmelding")
THERE = request("GET", ADRESSER)
DANISH = {"vejnavn": "Opdigtet Allé", "husnummer": "12B"}
ABROAD = {"adresselinje1": "Exempelgatan 1", "landekode": "SE"}
CREATE, UPDATE = "CreateMidlertidigAdresse", "UpdateMidlertidigAdresse"
DAY = timedelta(days=1)
KONTANTHJAELP = 4


def address(
    start: date | str | None = START, end: date | str | None = END, *, method: str = "POST", **more: Any
) -> RestRequest:
    days = {"startdato": start, "slutdato": end}
    json = {name: midnight(day) if isinstance(day, date) else day for name, day in days.items() if day is not None}
    return request(
        method,
        ADRESSER + "/{midlertidigAdresseIdentifier}",
        json | (more or {"postadresse": DANISH}),
        midlertidigAdresseIdentifier=ID,
    )


def abroad(start: date = START, end: date = END, *, method: str = "POST", **changes: str) -> RestRequest:
    return address(start, end, method=method, udenlandskAdresse=ABROAD | changes)


def operation(asked: RestRequest) -> str:
    return CREATE if asked.method == "POST" else UPDATE


def saved(asked: RestRequest, *replies: RestReply, where: Context | None = None) -> Ruled:
    return ruled(AREA, operation(asked), asked, where or context(day=TODAY), *replies, WRITTEN)


def refused(asked: RestRequest, *replies: RestReply, where: Context | None = None) -> Fault:
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation(asked), asked, where or context(day=TODAY), *replies)
    return raised.value


def enrolled(category: int, since: date = date(2024, 10, 1), ends: date | None = None) -> RestReply:
    enrolment = {"klientkategori": category, "tilmeldingsdato": midnight(since)}
    if ends:
        enrolment["afmeldingsdato"] = midnight(ends)
    return RestReply(200, {"tilmeldinger": [enrolment]})


def there(end: date | None = END, id: str = ID, **more: Any) -> RestReply:
    item = {"midlertidigAdresseIdentifier": id, "startdato": midnight(START)} | (more or {"udenlandskAdresse": ABROAD})
    return RestReply(200, {"midlertidigAdresse": [item if end is None else item | {"slutdato": midnight(end)}]})


# ---- who


@pytest.mark.parametrize("organisation", [A_KASSE, JOBCENTER, ANDEN_AKTOER, KOMMUNE])
def test_those_who_may_save_an_address_may(organisation: int) -> None:
    asked = address()
    assert saved(asked, where=context(organisation, day=TODAY)).sent == (asked,)


@pytest.mark.parametrize("organisation", [STAR, VIRKSOMHED])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_others_may_not(organisation: int, method: str) -> None:
    assert refused(address(method=method), where=context(organisation, day=TODAY)).number == 4575


def test_star_may_read_the_addresses_and_a_company_may_not() -> None:
    ruled(AREA, "GetMidlertidigAdresse", THERE, context(STAR, day=TODAY), RestReply(200, {}))
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, "GetMidlertidigAdresse", THERE, context(VIRKSOMHED, day=TODAY))
    assert raised.value.number == 4575


# ---- one address, both days


@pytest.mark.parametrize("both", [{"postadresse": DANISH, "udenlandskAdresse": ABROAD}, {"coNavn": "Test"}])
@pytest.mark.parametrize(("face", "element"), [(Face.SOAP, "ForeignAddress"), (Face.REST, "udenlandskAdresse")])
def test_two_addresses_or_none_are_refused_in_the_callers_words(both: dict[str, Any], face: Face, element: str) -> None:
    fault = refused(address(**both), where=context(day=TODAY, face=face))
    assert (fault.number, fault.element) == (1014, element)


@pytest.mark.parametrize(
    ("asked", "face", "element"),
    [
        (address(None), Face.SOAP, "StartDate"),
        (address(end=None), Face.SOAP, "EndDate"),
        (address(None, None), Face.REST, "startdato"),
        (address(end=None, method="PUT"), Face.REST, "slutdato"),
    ],
)
def test_a_day_that_is_left_out_is_4403(asked: RestRequest, face: Face, element: str) -> None:
    fault = refused(asked, where=context(day=TODAY, face=face))
    assert (fault.number, fault.element) == (4403, element)


def test_a_day_that_no_calendar_has_is_1014() -> None:
    assert refused(address("10000-01-01T00:00:00")).number == 1014


# ---- the end


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_day_after_the_start_is_the_first_end(method: str) -> None:
    assert saved(address(START, START + DAY, method=method)).cited == ()
    assert refused(address(START, START - DAY, method=method)).number == 4401


def test_an_end_on_the_start_removes_an_address_to_come_and_is_refused_in_a_new_one() -> None:
    assert saved(address(START, START, method="PUT")).json["slutdato"] == midnight(START)
    assert refused(address(START, START)).number == 4401


def test_an_address_that_begins_tomorrow_can_be_removed_and_one_that_begins_today_can_not() -> None:
    assert saved(address(TODAY + DAY, TODAY + DAY, method="PUT")).sent
    assert refused(address(TODAY, TODAY, method="PUT")).number == 4401


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_tomorrow_is_the_first_end_of_an_address_that_has_begun_and_today_is_4402(method: str) -> None:
    begun = TODAY - 9 * DAY
    assert saved(address(begun, TODAY + DAY, method=method)).sent
    assert refused(address(begun, TODAY, method=method)).number == 4402
    assert refused(address(begun, TODAY - DAY, method=method)).number == 4402


def test_days_are_danish_days_whatever_zone_they_are_written_in() -> None:
    assert refused(address("2024-12-01T00:00:00", "2024-12-10T22:59:59Z")).number == 4402
    assert saved(address("2024-12-01T00:00:00", "2024-12-10T23:00:00Z")).sent


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_90_days_are_allowed_and_91_are_4376(method: str) -> None:
    assert saved(address(START, START + 90 * DAY, method=method)).cited == ()
    where = context(day=TODAY)
    assert refused(address(START, START + 91 * DAY, method=method), where=where).number == 4376
    assert where.cited == ["adresse.varighed"]


def test_the_longest_time_can_be_switched_off_for_a_caller() -> None:
    assert saved(address(START, START + 91 * DAY), where=context(day=TODAY, switched_off=["adresse.varighed"])).sent


# ---- abroad


def test_denmark_is_not_abroad() -> None:
    fault = refused(abroad(landekode="DK"))
    assert (fault.number, fault.element) == (4406, "CountryIdentificationCode")


@pytest.mark.parametrize("category", [1, 3, 5])
def test_an_address_abroad_is_allowed_in_the_other_categories(category: int) -> None:
    asked = abroad()
    done = saved(asked, enrolled(category))
    assert (done.sent, done.cited) == ((TILMELDING, asked), ("adresse.udland",))


@pytest.mark.parametrize("category", [2, 4, 6, 7, 8, 9])
def test_an_address_abroad_is_4378_in_the_categories_on_cash_benefit(category: int) -> None:
    fault = refused(abroad(), enrolled(category))
    assert (fault.number, fault.element) == (4378, "ForeignAddress")


def test_a_citizen_who_is_not_enrolled_may_have_one() -> None:
    assert saved(abroad(), RestReply(200, {"tilmeldinger": []})).cited == ("adresse.udland",)


def test_an_address_in_denmark_is_not_looked_up() -> None:
    asked = address()
    assert saved(asked).sent == (asked,)


@pytest.mark.parametrize(
    ("since", "ends", "barred"),
    [
        pytest.param(START, None, True, id="the enrolment begins with the address"),
        pytest.param(START + DAY, None, False, id="it begins the day after"),
        pytest.param(date(2024, 10, 1), START, True, id="it ends on the first day of the address"),
        pytest.param(date(2024, 10, 1), START - DAY, False, id="it ends on the eve"),
    ],
)
def test_the_enrolment_on_the_first_day_counts(since: date, ends: date | None, barred: bool) -> None:
    found = enrolled(KONTANTHJAELP, since, ends)
    if barred:
        assert refused(abroad(), found).number == 4378
    else:
        assert saved(abroad(), found).sent


def test_of_an_address_that_has_begun_the_enrolment_of_today_counts() -> None:
    begun = abroad(TODAY - 5 * DAY, TODAY + 5 * DAY)
    assert saved(begun, enrolled(KONTANTHJAELP, ends=TODAY - DAY)).sent
    assert refused(begun, enrolled(KONTANTHJAELP, since=TODAY)).number == 4378


@pytest.mark.parametrize("registered", [END, END + DAY, None])
def test_an_address_abroad_that_is_registered_may_be_kept_or_shortened(registered: date | None) -> None:
    asked = abroad(method="PUT")
    assert saved(asked, enrolled(KONTANTHJAELP), there(registered)).sent == (TILMELDING, THERE, asked)


@pytest.mark.parametrize(
    "registered",
    [
        pytest.param(there(END - DAY), id="longer than it is registered"),
        pytest.param(there(postadresse=DANISH), id="moved abroad"),
        pytest.param(there(udenlandskAdresse=ABROAD | {"landekode": "NO"}), id="moved on"),
        pytest.param(there(id="b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6072"), id="another address"),
        pytest.param(RestReply(200, {}), id="nothing registered"),
    ],
)
def test_any_other_change_to_an_address_abroad_is_4378(registered: RestReply) -> None:
    assert refused(abroad(method="PUT"), enrolled(KONTANTHJAELP), registered).number == 4378


def test_the_removal_of_an_address_abroad_is_not_looked_up() -> None:
    asked = abroad(START, START, method="PUT")
    assert saved(asked).sent == (asked,)
    assert saved(asked).cited == ()


def test_the_rule_can_be_switched_off_for_a_caller() -> None:
    asked = abroad()
    assert saved(asked, where=context(day=TODAY, switched_off=["adresse.udland"])).sent == (asked,)


@pytest.mark.parametrize(("number", "status", "own"), [(1010, 404, 60006), (4405, 409, 60007), (4575, 403, 4575)])
def test_what_a_look_up_in_another_domain_refuses_has_this_domains_number(number: int, status: int, own: int) -> None:
    reply = RestReply(status, {"errorCode": number})
    fault = refused(abroad(), reply, where=context(day=TODAY, face=Face.REST))
    assert (fault.number, fault.status, fault.key) == (own, status, f"upstream.{own}")


def test_the_laws_name_their_source_and_concern_both_writes() -> None:
    assert [law.id for law in AREA.laws] == ["adresse.varighed", "adresse.udland"]
    for law in AREA.laws:
        assert law.concerns == (CREATE, UPDATE)
        assert all("pQJ7c" in version.source.url for version in law.timeline)
