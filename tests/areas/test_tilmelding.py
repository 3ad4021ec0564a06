from datetime import date, timedelta
from typing import Any

import pytest
from ruling import MAY_CALL, VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.tilmelding.area import AREA
from overgang.core.errors import CallerFault, Fault
from overgang.core.messages import Face, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context

RELEASE = date(2024, 12, 8)
EVE = date(2024, 12, 7)
TODAY = date(2024, 12, 20)
FORTID = "tilmelding.fortid"
GIVEN = ("tilmelding.haendelsesdato", "tilmelding.haendelsesdato-aktoer")
ID = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d01"

DAGPENGEMODTAGER, KONTANTHJAELP, UDEN_YDELSE = 1, 2, 3
MAY_GIVE = {
    (JOBCENTER, KONTANTHJAELP),
    (JOBCENTER, UDEN_YDELSE),
    (A_KASSE, DAGPENGEMODTAGER),
    (A_KASSE, UDEN_YDELSE),
    (STAR, DAGPENGEMODTAGER),
    (STAR, KONTANTHJAELP),
    (STAR, UDEN_YDELSE),
}
ACTORS = [(organisation, category) for organisation in MAY_CALL for category in (1, 2, 3)]


def enrolment(dato: date | str, kategori: int = KONTANTHJAELP, grad: int = 1, **more: Any) -> RestRequest:
    sent = dato if isinstance(dato, str) else midnight(dato)
    body = {"Klientkategori": kategori, "Tilmeldingsdato": sent, "Ledighedsgrad": grad} | more
    return request("POST", "/visiteringogstatus/v1/Tilmelding/{tilmeldingId}", body, tilmeldingId=ID)


def wishes(**wish: int) -> RestRequest:
    return request("POST", "/jobsearch/v2/Joboenske", {"joboensker": [{"conceptUriDa": "u"}, wish]})


def enrol(asked: RestRequest, where: Context) -> Ruled:
    return ruled(AREA, "CreateTilmelding", asked, where, WRITTEN)


def wish(asked: RestRequest, where: Context) -> Ruled:
    return ruled(AREA, "CreateJoboensker", asked, where, WRITTEN)


def refused(asked: RestRequest, where: Context, operation: str = "CreateTilmelding") -> Fault:
    """The fault of a request that never reaches the modern side."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, asked, where)
    return raised.value


# ---- an old enrolment date


@pytest.mark.parametrize("back", [1, 10])
def test_an_old_past_date_becomes_today_with_that_day_as_haendelsesdato(back: int) -> None:
    sent = TODAY - timedelta(days=back)
    done = enrol(enrolment(sent), context(day=TODAY))
    assert done.json["Tilmeldingsdato"] == "2024-12-20T00:00:00+01:00"
    assert done.json["Haendelsesdato"] == midnight(sent)
    assert done.cited == (FORTID, *GIVEN)


def test_today_in_summer_has_the_summer_offset() -> None:
    done = enrol(enrolment(date(2025, 6, 30)), context(day=date(2025, 7, 1)))
    assert done.json["Tilmeldingsdato"] == "2025-07-01T00:00:00+02:00"


def test_a_conversion_keeps_the_rest_of_the_request() -> None:
    asked = enrolment(date(2024, 12, 19), EmailAdresse="borger@example.invalid")
    done = enrol(asked, context(day=TODAY))
    assert done.json["EmailAdresse"] == "borger@example.invalid"
    assert (done.sent[-1].path, done.sent[-1].citizen) == (asked.path, asked.citizen)


def test_an_old_date_of_today_is_sent_as_it_is() -> None:
    asked = enrolment("2024-12-20T23:59:59")
    done = enrol(asked, context(day=TODAY))
    assert done.sent == (asked,)
    assert done.cited == ()


@pytest.mark.parametrize("back", [11, -1])
def test_an_old_date_outside_the_window_is_4338(back: int) -> None:
    where = context(day=TODAY)
    fault = refused(enrolment(TODAY - timedelta(days=back)), where)
    assert (fault.number, fault.key, fault.element) == (4338, "tilmelding.dato", "EnrollmentDate")
    assert where.cited == ["tilmelding.vindue"]


@pytest.mark.parametrize(("organisation", "category"), ACTORS)
def test_an_old_past_date_is_converted_only_for_who_may_give_a_haendelsesdato(organisation: int, category: int) -> None:
    asked, where = enrolment(date(2024, 12, 19), category), context(organisation, day=TODAY)
    if (organisation, category) in MAY_GIVE:
        assert "Haendelsesdato" in enrol(asked, where).json
    else:
        assert refused(asked, where).number == 4338
        assert where.cited == [FORTID]


@pytest.mark.parametrize("back", [1, 10])
def test_on_the_eve_of_the_release_an_old_past_date_is_sent_as_it_is(back: int) -> None:
    asked = enrolment(EVE - timedelta(days=back))
    done = enrol(asked, context(day=EVE))
    assert (done.sent, done.cited) == ((asked,), ())


@pytest.mark.parametrize("back", [1, 10])
def test_on_the_release_day_an_old_past_date_is_converted_also_one_of_before_the_release(back: int) -> None:
    sent = RELEASE - timedelta(days=back)
    done = enrol(enrolment(sent), context(day=RELEASE))
    assert done.json["Tilmeldingsdato"] == "2024-12-08T00:00:00+01:00"
    assert done.json["Haendelsesdato"] == midnight(sent)
    assert done.cited == (FORTID, *GIVEN)


@pytest.mark.parametrize("day", [EVE, RELEASE])
def test_the_window_of_ten_days_holds_on_both_sides_of_the_release(day: date) -> None:
    where = context(day=day)
    assert refused(enrolment(day - timedelta(days=11)), where).number == 4338
    assert where.cited == ["tilmelding.vindue"]


@pytest.mark.parametrize("registered", [RELEASE, date(2024, 12, 12), date(2024, 12, 17)])
def test_what_becomes_of_an_old_date_follows_the_day_of_registration_and_not_the_date_itself(registered: date) -> None:
    done = enrol(enrolment(EVE), context(day=registered))
    assert done.json["Tilmeldingsdato"].startswith(str(registered))
    assert done.json["Haendelsesdato"] == midnight(EVE)


def test_on_the_eve_who_may_give_a_haendelsesdato_is_not_asked() -> None:
    asked = enrolment(EVE - timedelta(days=1), DAGPENGEMODTAGER)
    assert enrol(asked, context(JOBCENTER, day=EVE)).sent == (asked,)
    assert refused(asked, context(JOBCENTER, day=RELEASE)).number == 4338


def test_a_caller_without_the_conversion_gets_4338() -> None:
    where = context(day=TODAY, switched_off=[FORTID])
    assert refused(enrolment(date(2024, 12, 19)), where).number == 4338
    assert where.cited == ["tilmelding.dato"]


def test_a_caller_without_the_conversion_still_enrols_today() -> None:
    assert enrol(enrolment(TODAY), context(day=TODAY, switched_off=[FORTID])).cited == ()


def test_a_caller_without_the_conversion_and_the_rule_on_past_dates_enrols_as_before_the_release() -> None:
    asked = enrolment(date(2024, 12, 19))
    done = enrol(asked, context(day=TODAY, switched_off=[FORTID, "tilmelding.dato"]))
    assert (done.sent, done.cited) == ((asked,), ())


def test_without_a_law_on_who_may_give_one_nothing_is_converted() -> None:
    where = context(day=TODAY, switched_off=["tilmelding.haendelsesdato-aktoer"])
    assert refused(enrolment(date(2024, 12, 19)), where).number == 4338


def test_a_caller_without_the_window_is_held_to_the_conversion() -> None:
    where = context(day=TODAY, switched_off=["tilmelding.vindue"])
    assert enrol(enrolment(date(2024, 12, 9)), where).json["Haendelsesdato"] == "2024-12-09T00:00:00"


# ---- the modern enrolment date and hændelsesdato


def rest(organisation: int = JOBCENTER, day: date = TODAY, **more: Any) -> Context:
    return context(organisation, day=day, face=Face.REST, **more)


def test_a_modern_past_date_is_4338_and_not_converted() -> None:
    where = rest()
    fault = refused(enrolment(date(2024, 12, 19)), where)
    assert (fault.number, fault.element) == (4338, "Tilmeldingsdato")
    assert where.cited == ["tilmelding.dato"]


@pytest.mark.parametrize("ahead", [0, 1, 90])
def test_a_modern_date_of_today_or_later_is_accepted(ahead: int) -> None:
    assert enrol(enrolment(TODAY + timedelta(days=ahead)), rest()).cited == ()


@pytest.mark.parametrize("sent", [date(2024, 12, 6), date(2020, 1, 1)])
def test_a_modern_past_date_is_accepted_until_the_eve_and_refused_from_the_release_day_on(sent: date) -> None:
    asked = enrolment(sent)
    assert enrol(asked, rest(day=EVE)).sent == (asked,)
    for day in (RELEASE, TODAY):
        fault = refused(asked, rest(day=day))
        assert (fault.number, fault.element) == (4338, "Tilmeldingsdato")


@pytest.mark.parametrize("given", ["2024-12-20T00:00:00", "2024-12-20T23:59:59", "2020-01-01T00:00:00"])
def test_a_haendelsesdato_up_to_the_enrolment_date_is_accepted(given: str) -> None:
    asked = enrolment(TODAY, Haendelsesdato=given)
    done = enrol(asked, rest())
    assert done.sent == (asked,)
    assert done.cited == GIVEN


def test_a_haendelsesdato_a_day_after_the_enrolment_date_is_refused() -> None:
    fault = refused(enrolment(TODAY, Haendelsesdato="2024-12-21T00:00:00"), rest())
    assert (fault.number, fault.key) == (1014, "tilmelding.haendelsesdato")


@pytest.mark.parametrize("sent", [EVE, RELEASE])
def test_a_haendelsesdato_is_refused_on_the_eve_whatever_the_enrolment_date(sent: date) -> None:
    fault = refused(enrolment(sent, Haendelsesdato=midnight(EVE)), rest(day=EVE))
    assert (fault.number, fault.expected) == (1014, "none before 2024-12-08")


@pytest.mark.parametrize("sent", [RELEASE, TODAY])
def test_a_haendelsesdato_is_accepted_on_the_release_day(sent: date) -> None:
    assert enrol(enrolment(sent, Haendelsesdato=midnight(EVE)), rest(day=RELEASE)).cited == GIVEN


def test_a_haendelsesdato_of_null_is_none() -> None:
    assert enrol(enrolment(TODAY, DAGPENGEMODTAGER, Haendelsesdato=None), rest(KOMMUNE)).cited == ()


@pytest.mark.parametrize(("organisation", "category"), ACTORS)
def test_who_may_give_a_haendelsesdato(organisation: int, category: int) -> None:
    asked, where = enrolment(TODAY, category, Haendelsesdato=midnight(EVE)), rest(organisation)
    if (organisation, category) in MAY_GIVE:
        assert enrol(asked, where).sent == (asked,)
    else:
        fault = refused(asked, where)
        assert (fault.number, fault.key) == (4575, "tilmelding.haendelsesdato-aktoer")
        assert where.cited == list(GIVEN)


def test_who_may_give_one_follows_the_day_of_registration_also_with_an_enrolment_date_of_the_eve() -> None:
    where = rest(KOMMUNE, RELEASE, switched_off=["tilmelding.dato"])
    fault = refused(enrolment(EVE, Haendelsesdato=midnight(EVE)), where)
    assert (fault.number, fault.key) == (4575, "tilmelding.haendelsesdato-aktoer")


def test_without_a_law_on_who_may_give_one_a_haendelsesdato_is_anyones() -> None:
    where = rest(ANDEN_AKTOER, switched_off=["tilmelding.haendelsesdato-aktoer"])
    assert enrol(enrolment(TODAY, Haendelsesdato=midnight(EVE)), where).cited == ("tilmelding.haendelsesdato",)


# ---- codes and numbers


@pytest.mark.parametrize(("category", "grad"), [(c, g) for c in (1, 2, 3, 4) for g in (1, 2, 3)])
def test_ikke_ledig_goes_with_uden_ydelse_only(category: int, grad: int) -> None:
    asked = enrolment(TODAY, category, grad)
    if grad == 3 and category != UDEN_YDELSE:
        fault = refused(asked, context(day=TODAY))
        assert (fault.number, fault.element) == (6014, "CurrentUnemploymentStatusTypeIdentifier")
    else:
        assert enrol(asked, context(day=TODAY)).sent == (asked,)


@pytest.mark.parametrize(("category", "grad", "number"), [(77, 1, 4313), (2, 77, 4314)])
def test_an_unknown_code_has_the_number_of_its_list(category: int, grad: int, number: int) -> None:
    assert refused(enrolment(TODAY, category, grad), context(day=TODAY)).number == number


@pytest.mark.parametrize("year", [1900, 2023, 2024])
def test_a_year_of_last_use_up_to_this_year_is_accepted(year: int) -> None:
    assert wish(wishes(aarSidstBrugt=year), context(day=TODAY)).sent


@pytest.mark.parametrize("year", [1899, 2025])
def test_a_year_of_last_use_that_has_not_been_is_4710(year: int) -> None:
    fault = refused(wishes(aarSidstBrugt=year), context(day=TODAY), "CreateJoboensker")
    assert (fault.number, fault.element) == (4710, "YearLastUsed")


def test_negative_experience_is_4698_and_none_is_accepted() -> None:
    fault = refused(wishes(maanedersErfaring=-1), context(day=TODAY), "CreateJoboensker")
    assert (fault.number, fault.element) == (4698, "MonthsOfExperience")
    assert wish(wishes(maanedersErfaring=0), context(day=TODAY)).sent


# ---- who may call

REQUESTS = {
    "CreateTilmelding": enrolment(TODAY),
    "AfmeldTilmelding": request(
        "PUT",
        "/visiteringogstatus/v1/Tilmelding/action/Afmeld/{tilmeldingId}",
        {"afmeldingsdato": midnight(TODAY), "afmeldeaarsag": 1},
        tilmeldingId=ID,
    ),
    "GetTilmeldinger": request("GET", "/visiteringogstatus/v1/Tilmelding"),
    "GetTilmeldingHistorik": request("GET", "/visiteringogstatus/v1/Tilmelding/historik"),
    "CreateJoboensker": wishes(aarSidstBrugt=2024),
    "GetJoboensker": request("GET", "/jobsearch/v2/Joboenske"),
    "Getjoboenskehistorik": request("GET", "/jobsearch/v2/Joboenske/historik"),
}


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("organisation", MAY_CALL)
def test_organisations_that_may_call(operation: str, organisation: int) -> None:
    asked = REQUESTS[operation]
    assert ruled(AREA, operation, asked, context(organisation, day=TODAY), WRITTEN).sent == (asked,)


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("face", list(Face))
def test_a_company_may_call_nothing(operation: str, face: Face) -> None:
    fault = refused(REQUESTS[operation], context(VIRKSOMHED, day=TODAY, face=face), operation)
    assert (fault.number, fault.key) == (4575, "permission.organisation")
