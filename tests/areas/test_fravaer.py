from datetime import date
from typing import Any

import pytest
from ruling import CITIZEN, MAY_CALL, VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.fravaer.area import AREA
from overgang.core.errors import CallerFault, Fault, UpstreamFault
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context

TODAY = date(2024, 12, 20)
JOBRETTET = "fravaer.jobrettet-uddannelse"
DELTID, FULDTID, FERIE = 31, 32, 10
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
INFO_ID = "0e9d8c7b-6a59-4847-b635-241302f1e0dc"
ONE = {"fravaerIdentifier": ID}
ONE_INFO = ONE | {"yderligereInfoOmFravaerIdentifier": INFO_ID}
FRAVAER = "/visiteringogstatus/v1/Fravaer"
READ = RestReply(200, {"fravaer": []})
TILMELDING = request("GET", "/visiteringogstatus/v1/Tilmelding")


def absence(start: date | str, kind: int = FERIE, **more: Any) -> RestRequest:
    sent = start if isinstance(start, str) else midnight(start)
    return request("POST", FRAVAER, {"fravaerType": kind, "startDato": sent, "anmeldelsesDato": sent} | more)


def changed(start: date, kind: int = FERIE) -> RestRequest:
    return request("PUT", FRAVAER + "/{fravaerIdentifier}", absence(start, kind).json, **ONE)


def information(start: str = "2024-12-16T00:00:00", kind: int = 1, **more: Any) -> RestRequest:
    json = {"yderligereInfoType": kind, "startDato": start} | more
    return request("POST", FRAVAER + "/{fravaerIdentifier}/YderligereInfo", json, **ONE)


def enrolled(*enrolments: dict[str, str]) -> RestReply:
    return RestReply(200, {"tilmeldinger": list(enrolments)})


def since(day: date, ends: date | None = None, haendelse: date | None = None) -> dict[str, str]:
    enrolment = {"tilmeldingsdato": midnight(day)}
    if ends:
        enrolment["afmeldingsdato"] = midnight(ends)
    if haendelse:
        enrolment["haendelsesdato"] = midnight(haendelse)
    return enrolment


def register(asked: RestRequest, where: Context, *replies: RestReply, operation: str = "CreateFravaer") -> Ruled:
    return ruled(AREA, operation, asked, where, *replies, WRITTEN)


def refused(asked: RestRequest, where: Context, *replies: RestReply, operation: str = "CreateFravaer") -> Fault:
    """The fault of a request that never reaches the modern side; `replies` are those of look-ups."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, asked, where, *replies)
    return raised.value


def by_a_kasse(day: date = TODAY) -> Context:
    return context(A_KASSE, day=day)


# ---- jobrettet uddannelse


@pytest.mark.parametrize("kind", [DELTID, FULDTID])
def test_from_2025_an_a_kasse_registers_it_however_long_the_citizen_is_unemployed(kind: int) -> None:
    long_since = enrolled(since(date(2020, 1, 1)))
    done = register(absence(date(2025, 1, 1), kind), by_a_kasse(date(2025, 3, 1)), long_since)
    assert len(done.sent) == 2
    assert done.cited == (JOBRETTET,)


def test_from_2025_it_still_takes_an_unemployment_period() -> None:
    assert refused(absence(date(2025, 1, 1), DELTID), by_a_kasse(date(2025, 3, 1)), enrolled()).number == 4575


def test_the_eve_of_2025_is_looked_up_even_when_it_is_sent_later() -> None:
    asked = absence(date(2024, 12, 31), DELTID)
    done = register(asked, by_a_kasse(date(2025, 3, 1)), enrolled(since(date(2024, 12, 1))))
    assert done.sent == (TILMELDING, asked)


def test_the_first_day_of_the_first_law_is_allowed_to_a_citizen_enrolled_on_it() -> None:
    asked = absence(date(2024, 1, 1), DELTID)
    assert register(asked, by_a_kasse(), enrolled(since(date(2024, 1, 1)))).sent == (TILMELDING, asked)


def test_the_eve_of_the_first_law_is_refused_without_a_look_up() -> None:
    where = by_a_kasse()
    fault = refused(absence(date(2023, 12, 31), DELTID), where)
    assert (fault.number, fault.key, fault.element) == (4575, JOBRETTET, "AbsenceTypeIdentifier")
    assert where.cited == [JOBRETTET]


@pytest.mark.parametrize(
    ("begun", "last"),
    [
        pytest.param(date(2024, 3, 15), date(2024, 6, 14), id="the middle of a month"),
        pytest.param(date(2024, 1, 31), date(2024, 4, 29), id="30 April stands for the 31st"),
        pytest.param(date(2023, 11, 30), date(2024, 2, 28), id="29 February stands for the 30th"),
        pytest.param(date(2024, 8, 31), date(2024, 11, 29), id="30 November stands for the 31st"),
        pytest.param(date(2023, 12, 1), date(2024, 2, 29), id="over the turn of the year"),
        pytest.param(date(2024, 9, 30), date(2024, 12, 29), id="into December"),
        pytest.param(date(2023, 10, 31), date(2024, 1, 30), id="into January"),
    ],
)
def test_three_months_end_on_the_eve_of_the_same_day(begun: date, last: date) -> None:
    first_too_late = date.fromordinal(last.toordinal() + 1)
    assert register(absence(last, DELTID), by_a_kasse(), enrolled(since(begun))).cited == (JOBRETTET,)
    assert refused(absence(first_too_late, DELTID), by_a_kasse(), enrolled(since(begun))).number == 4575


@pytest.mark.parametrize(
    "enrolments",
    [
        pytest.param([], id="none"),
        pytest.param([since(date(2024, 12, 17))], id="only one that begins the day after"),
        pytest.param([since(date(2024, 12, 1), ends=date(2024, 12, 15))], id="only one that ended the day before"),
    ],
)
def test_without_an_enrolment_on_the_day_it_is_refused(enrolments: list[dict[str, str]]) -> None:
    assert refused(absence(date(2024, 12, 16), DELTID), by_a_kasse(), enrolled(*enrolments)).number == 4575


@pytest.mark.parametrize(
    "enrolments",
    [
        pytest.param([since(date(2024, 12, 16))], id="one that begins on the day"),
        pytest.param([since(date(2024, 12, 1), ends=date(2024, 12, 16))], id="one that ends on the day"),
        pytest.param([since(date(2024, 1, 1)), since(date(2024, 12, 1))], id="the youngest of two counts"),
    ],
)
def test_with_an_enrolment_on_the_day_it_is_accepted(enrolments: list[dict[str, str]]) -> None:
    assert len(register(absence(date(2024, 12, 16), DELTID), by_a_kasse(), enrolled(*enrolments)).sent) == 2


def test_the_three_months_count_from_the_haendelsesdato() -> None:
    enrolment = since(date(2024, 12, 9), haendelse=date(2024, 9, 16))
    assert register(absence(date(2024, 12, 15), DELTID), by_a_kasse(), enrolled(enrolment)).sent
    assert refused(absence(date(2024, 12, 16), DELTID), by_a_kasse(), enrolled(enrolment)).number == 4575


@pytest.mark.parametrize("organisation", [JOBCENTER, KOMMUNE, ANDEN_AKTOER, STAR])
@pytest.mark.parametrize("start", [date(2023, 12, 31), date(2024, 12, 31), date(2025, 1, 1)])
def test_the_rights_of_others_are_unchanged(organisation: int, start: date) -> None:
    asked = absence(start, FULDTID)
    done = register(asked, context(organisation, day=TODAY))
    assert (done.sent, done.cited) == ((asked,), ())


@pytest.mark.parametrize("start", [date(2023, 12, 31), date(2024, 12, 16), date(2025, 1, 1)])
def test_an_a_kasse_without_the_rule_registers_it_without_a_look_up(start: date) -> None:
    for asked, operation in ((absence(start, DELTID), "CreateFravaer"), (changed(start, FULDTID), "UpdateFravaer")):
        where = context(A_KASSE, day=TODAY, switched_off=[JOBRETTET])
        done = register(asked, where, operation=operation)
        assert (done.sent, done.cited) == ((asked,), ())


def test_another_type_needs_no_look_up() -> None:
    assert register(absence(date(2024, 12, 16)), by_a_kasse()).cited == ()


def test_a_correction_follows_the_same_rule() -> None:
    asked = changed(date(2024, 12, 16), FULDTID)
    replies = enrolled(since(date(2024, 6, 1)))
    assert refused(asked, by_a_kasse(), replies, operation="UpdateFravaer").number == 4575
    asked = changed(date(2025, 1, 1), FULDTID)
    assert register(asked, by_a_kasse(), replies, operation="UpdateFravaer").sent[-1] == asked


def test_a_modern_caller_is_told_the_property() -> None:
    where = context(A_KASSE, day=TODAY, face=Face.REST)
    assert refused(absence(date(2023, 12, 31), DELTID), where).element == "fravaerType"


def test_a_look_up_that_is_refused_refuses_the_absence_with_its_number() -> None:
    reply = RestReply(404, {"errorCode": 1010, "detail": CITIZEN})
    fault = refused(absence(date(2024, 12, 16), DELTID), by_a_kasse(), reply)
    assert fault.number == 1010
    assert CITIZEN not in fault.text


def test_a_look_up_that_fails_is_the_modern_sides_fault() -> None:
    with pytest.raises(UpstreamFault, match=r"upstream\.status"):
        ruled(AREA, "CreateFravaer", absence(date(2024, 12, 16), DELTID), by_a_kasse(), RestReply(500))


# ---- durations


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="no end"),
        pytest.param({"slutDato": None}, id="an end of null"),
        pytest.param({"slutDato": "2024-12-16T08:00:00"}, id="the same moment"),
        pytest.param({"slutDato": "2024-12-16T07:00:00Z"}, id="the same moment in another zone"),
        pytest.param({"slutDato": "2024-12-16T08:00:00.000001"}, id="a microsecond later"),
    ],
)
def test_a_duration_that_is_not_negative(more: dict[str, Any]) -> None:
    start = "2024-12-16T08:00:00"
    where = context(day=TODAY)
    assert register(absence(start, **more), where).sent
    assert register(information(start, **more), where, operation="CreateYderligereInfo").sent


@pytest.mark.parametrize("ends", ["2024-12-16T07:59:59.999999", "2024-12-16T06:59:59Z"])
def test_a_negative_duration_is_1003(ends: str) -> None:
    start = "2024-12-16T08:00:00"
    fault = refused(absence(start, slutDato=ends), context(day=TODAY))
    assert (fault.number, fault.element) == (1003, "EndDate")
    where = context(day=TODAY, face=Face.REST)
    fault = refused(information(start, slutDato=ends), where, operation="UpdateYderligereInfo")
    assert (fault.number, fault.element) == (1003, "slutDato")


def test_an_end_that_no_calendar_has_is_refused() -> None:
    fault = refused(absence(TODAY, slutDato="0000-01-01T00:00:00"), context(day=TODAY))
    assert (fault.number, fault.key, fault.element) == (1014, "value.unmappable", "EndDate")


# ---- codes


@pytest.mark.parametrize(
    ("kind", "start", "number"),
    [
        pytest.param(77, date(2025, 1, 1), 2002, id="not on the list"),
        pytest.param(40, date(2024, 12, 31), 2003, id="the eve of its first day"),
        pytest.param(40, date(2025, 7, 1), 2003, id="the day after its last"),
    ],
)
def test_a_type_that_may_not_be_used(kind: int, start: date, number: int) -> None:
    where = context(day=TODAY)
    fault = refused(absence(start, kind), where)
    assert (fault.number, fault.element) == (number, "AbsenceTypeIdentifier")
    assert where.cited == ["kodeliste.udloebet"]


@pytest.mark.parametrize("start", [date(2025, 1, 1), date(2025, 6, 30)])
def test_a_type_is_valid_on_its_first_and_its_last_day(start: date) -> None:
    assert register(absence(start, 40), context(day=TODAY)).cited == ()


def test_an_internal_reason_is_6052_and_none_is_accepted() -> None:
    fault = refused(absence(TODAY, fravaersAfslutningsAarsag=6), context(day=TODAY))
    assert (fault.number, fault.element) == (6052, "AbsenceCauseTypeIdentifier")
    assert register(absence(TODAY, fravaersAfslutningsAarsag=2), context(day=TODAY)).sent
    assert register(absence(TODAY, fravaersAfslutningsAarsag=None), context(day=TODAY)).sent


def test_informations_code_is_checked_on_its_own_start() -> None:
    where = context(day=TODAY)
    assert register(information("2024-12-31T23:59:59", 2), where, operation="CreateYderligereInfo").sent
    asked = information("2025-01-01T00:00:00", 2)
    assert refused(asked, where, operation="CreateYderligereInfo").number == 2003


# ---- return within 13 weeks


def from_employment(*ids: str, aktuel: bool = True) -> RestReply:
    """The citizen's illnesses: those of `ids` with an employer, and one without."""
    state = {"registreringsmetadata": {"erAktuel": aktuel, "erSlettet": False}}
    without = {"fravaerIdentifier": INFO_ID} | state
    illnesses = [{"fravaerIdentifier": each, "arbejdsgiver": {"cvrEnhedsid": "12345678"}} | state for each in ids]
    return RestReply(200, {"sygemeldinger": [*illnesses, without]})


@pytest.mark.parametrize("operation", ["CreateYderligereInfo", "UpdateYderligereInfo"])
@pytest.mark.parametrize("face", list(Face))
def test_return_within_13_weeks_may_be_registered_on_illness_from_employment(operation: str, face: Face) -> None:
    asked = information("2025-01-01T00:00:00", 4)
    done = register(asked, context(day=TODAY, face=face), from_employment(ID.upper()), operation=operation)
    assert done.sent == (request("GET", "/visiteringogstatus/v1/Sygemelding/historik"), asked)
    assert done.cited == ("sygemelding.13-uger",)


@pytest.mark.parametrize("illnesses", [from_employment(), from_employment(INFO_ID), from_employment(ID, aktuel=False)])
def test_return_within_13_weeks_is_refused_on_any_other_absence(illnesses: RestReply) -> None:
    where = context(day=TODAY)
    fault = refused(information("2025-01-01T00:00:00", 4), where, illnesses, operation="CreateYderligereInfo")
    assert (fault.number, fault.key) == (1014, "sygemelding.13-uger")
    assert fault.element == "AdditionalInformationOnAbsenceTypeIdentifier"
    assert where.cited == ["sygemelding.13-uger"]


@pytest.mark.parametrize(("sagstype", "employer", "allowed"), [(1, False, True), (1, True, True), (2, True, False)])
def test_where_the_case_type_is_known_it_says_whether_an_illness_is_from_employment(
    sagstype: int, employer: bool, allowed: bool
) -> None:
    state = {"erAktuel": True, "erSlettet": False}
    illness = {"fravaerIdentifier": ID, "sagstype": sagstype, "registreringsmetadata": state}
    there = RestReply(200, {"sygemeldinger": [illness | ({"arbejdsgiver": {}} if employer else {})]})
    asked, where = information("2025-01-01T00:00:00", 4), context(day=TODAY)
    if allowed:
        assert register(asked, where, there, operation="CreateYderligereInfo").sent[-1] == asked
    else:
        assert refused(asked, where, there, operation="CreateYderligereInfo").key == "sygemelding.13-uger"


def test_a_deleted_illness_is_none() -> None:
    gone = {"registreringsmetadata": {"erAktuel": True, "erSlettet": True}}
    there = RestReply(200, {"sygemeldinger": [{"fravaerIdentifier": ID, "arbejdsgiver": {}} | gone]})
    fault = refused(information("2025-01-01T00:00:00", 4), context(day=TODAY), there, operation="CreateYderligereInfo")
    assert fault.key == "sygemelding.13-uger"


def test_return_within_13_weeks_is_no_value_on_the_eve_and_nothing_is_looked_up() -> None:
    fault = refused(information("2024-12-31T23:59:59", 4), context(day=TODAY), operation="CreateYderligereInfo")
    assert fault.number == 2003


def test_return_within_13_weeks_can_be_switched_off_for_a_caller() -> None:
    asked, where = information("2025-01-01T00:00:00", 4), context(day=TODAY, switched_off=["sygemelding.13-uger"])
    assert register(asked, where, operation="CreateYderligereInfo").sent == (asked,)


# ---- who may call

REQUESTS = {
    "CreateFravaer": absence(TODAY),
    "UpdateFravaer": changed(TODAY),
    "DeleteFravaer": request(
        "DELETE", FRAVAER + "/{fravaerIdentifier}/{Berigtigelseskommentar}", Berigtigelseskommentar="Fejl", **ONE
    ),
    "GetAlleFravaer": request("GET", FRAVAER),
    "GetFravaer": request(
        "GET",
        FRAVAER + "/{x-civilRegistrationIdentifier}/{fravaerIdentifier}",
        **ONE,
        **{"x-civilRegistrationIdentifier": CITIZEN},
    ),
    "GetFravaerHistorik": request("GET", FRAVAER + "/historik"),
    "CreateYderligereInfo": information(),
    "UpdateYderligereInfo": information(),
    "DeleteYderligereInfo": request(
        "DELETE", FRAVAER + "/{fravaerIdentifier}/YderligereInfo/{yderligereInfoOmFravaerIdentifier}", **ONE_INFO
    ),
}


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("organisation", MAY_CALL)
def test_organisations_that_may_call(operation: str, organisation: int) -> None:
    asked, reply = REQUESTS[operation], READ if operation.startswith("Get") else WRITTEN
    assert ruled(AREA, operation, asked, context(organisation, day=TODAY), reply).sent == (asked,)


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("face", list(Face))
def test_a_company_may_call_nothing(operation: str, face: Face) -> None:
    fault = refused(REQUESTS[operation], context(VIRKSOMHED, day=TODAY, face=face), operation=operation)
    assert (fault.number, fault.key) == (4575, "permission.organisation")
