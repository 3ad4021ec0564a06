from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from ruling import MAY_CALL, VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.sygemelding.area import AREA
from overgang.areas.sygemelding.mapping import create_benefit_illness, create_illness, create_recovery
from overgang.core.errors import CallerFault, Fault, UpstreamFault
from overgang.core.flow import play
from overgang.core.messages import Caller, Face, Organisation, RestReply, RestRequest, SoapCall
from overgang.core.organisations import A_KASSE, JOBCENTER
from overgang.core.rules import Context
from overgang.core.values import Tidspunkt

TODAY = date(2025, 2, 3)
FIRST = date(2025, 1, 1)
EVE = date(2024, 12, 31)
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
INFO_ID = "0e9d8c7b-6a59-4847-b635-241302f1e0dc"
OPHOER = "sygemelding.13-uger-ophoer"
READ = RestReply(200, {"sygemeldinger": []})
HISTORY = request("GET", "/visiteringogstatus/v1/Fravaer/historik")
AARSAG = {"fravaersafslutningsaarsag": 2}


def illness(start: date = TODAY, end: date | None = None, **more: Any) -> dict[str, Any]:
    ended = {"slutdato": midnight(end), **AARSAG} if end else {}
    return {"startdato": midnight(start), "fravaerType": 11, "anmeldelsesdato": midnight(start)} | ended | more


def report(sygemelding: dict[str, Any], **more: Any) -> RestRequest:
    template = "/visiteringogstatus/v1/Sygemelding/{fravaerIdentifier}"
    return request("POST", template, {"sygemelding": sygemelding} | more, fravaerIdentifier=ID)


def recovery(sygemelding: dict[str, Any], **more: Any) -> RestRequest:
    template = "/komposit/v1/sygemelding/action/Raskmeld/{fravaerIdentifier}"
    return request("PUT", template, {"sygemelding": sygemelding} | more, fravaerIdentifier=ID)


def afmelding(day: date, aarsag: int = 1) -> dict[str, Any]:
    return {"afmeldingsdato": midnight(day), "afmeldeaarsag": aarsag}


def tilmelding(kategori: int = 4, grad: int = 1) -> dict[str, Any]:
    return {"klientkategori": kategori, "tilmeldingsdato": midnight(TODAY), "ledighedsgrad": grad}


def kontaktgruppe(start: date = TODAY, kind: int = 2, **more: Any) -> dict[str, Any]:
    return {"KontaktgruppeType": kind, "Starttidspunkt": midnight(start)} | more


def reported(asked: RestRequest, where: Context) -> Ruled:
    return ruled(AREA, "CreateSygemelding", asked, where, WRITTEN)


def refused(asked: RestRequest, where: Context, operation: str = "CreateSygemelding") -> Fault:
    """The fault of a request that never reaches the modern side."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, asked, where)
    return raised.value


# ---- how far back, and with which reason


@pytest.mark.parametrize("start", [TODAY, TODAY - timedelta(days=28), TODAY + timedelta(days=90)])
def test_an_illness_may_begin_4_weeks_ago_or_later(start: date) -> None:
    assert reported(report(illness(start)), context(day=TODAY)).cited == ()


def test_an_illness_that_began_more_than_4_weeks_ago_is_4966() -> None:
    where = context(day=TODAY)
    fault = refused(report(illness(TODAY - timedelta(days=29))), where)
    assert (fault.number, fault.key, fault.element) == (4966, "sygemelding.vindue", "StartDate")
    assert where.cited == ["sygemelding.vindue"]


def test_the_window_counts_danish_days() -> None:
    late = illness() | {"startdato": "2025-01-05T23:30:00Z"}  # 6 January in Denmark, 28 days ago
    assert reported(report(late), context(day=TODAY)).sent
    early = illness() | {"startdato": "2025-01-05T22:30:00Z"}
    assert refused(report(early), context(day=TODAY)).number == 4966


def test_the_window_can_be_switched_off_for_a_caller() -> None:
    where = context(day=TODAY, switched_off=["sygemelding.vindue", "sygemelding.afmelding"])
    asked = report(illness(date(2024, 1, 1)), afmelding=afmelding(date(2026, 1, 1)))
    assert reported(asked, where).sent == (asked,)


def test_a_recovery_of_a_long_illness_is_not_too_late() -> None:
    done = ruled(AREA, "Raskmeld", recovery(illness(date(2020, 1, 1), EVE)), context(day=TODAY), WRITTEN)
    assert done.cited == ()


@pytest.mark.parametrize(("operation", "made"), [("CreateSygemelding", report), ("Raskmeld", recovery)])
def test_an_end_needs_its_reason(operation: str, made: Any) -> None:
    body = illness() | {"slutdato": midnight(TODAY)}
    fault = refused(made(body), context(day=TODAY, face=Face.REST), operation)
    assert (fault.number, fault.element) == (4980, "fravaersafslutningsaarsag")


@pytest.mark.parametrize(("operation", "made"), [("CreateSygemelding", report), ("Raskmeld", recovery)])
def test_an_end_before_the_start_is_1003(operation: str, made: Any) -> None:
    body = illness(TODAY, TODAY - timedelta(days=1))
    assert refused(made(body), context(day=TODAY), operation).number == 1003


# ---- code values


@pytest.mark.parametrize(
    ("part", "number", "element"),
    [
        pytest.param({"fravaerType": 99}, 2002, "AbsenceTypeIdentifier", id="type"),
        pytest.param({"ledighedsgrad": 99}, 2002, "CurrentUnemploymentStatusTypeIdentifier", id="ledighedsgrad"),
        pytest.param({"slutdato": midnight(TODAY), "fravaersafslutningsaarsag": 6}, 6052, None, id="internal"),
    ],
)
def test_codes_of_an_illness_are_checked(part: dict[str, Any], number: int, element: str | None) -> None:
    fault = refused(report(illness() | part), context(day=TODAY))
    assert fault.number == number
    assert element in (None, fault.element)


def test_the_type_of_case_is_checked_on_the_first_day_of_the_illness() -> None:
    fault = refused(report(illness(), sagstype=3), context(day=TODAY))
    assert (fault.number, fault.element) == (2002, "SustenanceSystemCaseTypeIdentifier")
    assert reported(report(illness(), sagstype=2), context(day=TODAY)).sent


# ---- what comes along


@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, True), (60, True), (61, False)])
def test_an_afmelding_is_of_today_or_at_most_60_days_ahead(days: int, fits: bool) -> None:
    asked, where = report(illness(), afmelding=afmelding(TODAY + timedelta(days=days))), context(day=TODAY)
    if fits:
        assert reported(asked, where).sent == (asked,)
    else:
        assert refused(asked, where).number == 4322
        assert where.cited == ["sygemelding.afmelding"]


@pytest.mark.parametrize(
    ("organisation", "aarsag", "number"),
    [(JOBCENTER, 6, 9118), (A_KASSE, 7, 9298), (JOBCENTER, 8, 6052), (JOBCENTER, 9, 2003), (JOBCENTER, 99, 4340)],
)
def test_the_reason_of_an_afmelding_is_one_that_the_caller_may_give(
    organisation: int, aarsag: int, number: int
) -> None:
    fault = refused(report(illness(), afmelding=afmelding(TODAY, aarsag)), context(organisation, day=TODAY))
    assert (fault.number, fault.element) == (number, "CauseTypeIdentifier")


@pytest.mark.parametrize(("organisation", "aarsag"), [(JOBCENTER, 7), (A_KASSE, 6), (A_KASSE, 1)])
def test_a_reason_of_an_afmelding_that_is_the_callers_to_give_is_accepted(organisation: int, aarsag: int) -> None:
    assert reported(report(illness(), afmelding=afmelding(TODAY, aarsag)), context(organisation, day=TODAY)).sent


@pytest.mark.parametrize(("kategori", "grad", "fits"), [(3, 3, True), (4, 3, False), (4, 1, True)])
def test_ikke_ledig_goes_with_uden_ydelse_only(kategori: int, grad: int, fits: bool) -> None:
    asked, where = recovery(illness(EVE, EVE), tilmelding=tilmelding(kategori, grad)), context(day=TODAY)
    if fits:
        assert ruled(AREA, "Raskmeld", asked, where, WRITTEN).sent == (asked,)
    else:
        assert refused(asked, where, "Raskmeld").number == 4339


@pytest.mark.parametrize(
    ("part", "number"),
    [
        ({"tilmelding": tilmelding(99)}, 4313),
        ({"tilmelding": tilmelding(4, 99)}, 4314),
        ({"kontaktgruppe": kontaktgruppe(kind=99)}, 4675),
        ({"kontaktgruppe": kontaktgruppe(TODAY, Sluttidspunkt=midnight(FIRST))}, 1003),
    ],
)
def test_what_comes_with_a_recovery_meets_its_own_numbers(part: dict[str, Any], number: int) -> None:
    assert refused(recovery(illness(EVE, EVE), **part), context(day=TODAY), "Raskmeld").number == number


# ---- return within 13 weeks ends with the recovery


def info(start: date, end: date | None = None, kind: int = 4) -> dict[str, Any]:
    ended = {"slutDato": midnight(end)} if end else {}
    known = {"yderligereInfoOmFravaerIdentifier": INFO_ID, "yderligereInfoType": kind, "startDato": midnight(start)}
    return known | ended | {"registreringsmetadata": {"erAktuel": True, "erSlettet": False}}


def history(end: date | None, *infos: dict[str, Any]) -> RestReply:
    ended = {"slutDato": midnight(end)} if end else {}
    state = {"registreringsmetadata": {"erAktuel": True, "erSlettet": False}}
    return RestReply(200, {"fravaer": [{"fravaerIdentifier": ID.upper(), "yderligereInfo": infos} | ended | state]})


def recovered(end: date | None, start: date, *replies: RestReply, **how: Any) -> Ruled:
    """A recovery on the day `end` of an illness with information from the day `start`."""
    asked = recovery(illness(date(2024, 12, 1), end))
    given = replies or (WRITTEN, history(end, info(start)), WRITTEN)
    return ruled(AREA, "Raskmeld", asked, context(day=TODAY, **how), *given)


@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize("days", [0, 90, 91])
def test_a_recovery_within_13_weeks_ends_the_information_on_its_day(days: int, face: Face) -> None:
    day = FIRST + timedelta(days=days)
    done = recovered(day, FIRST, face=face)
    assert done.sent[1] == HISTORY
    assert done.sent[-1].path.text.endswith(f"/Fravaer/{ID}/YderligereInfo/{INFO_ID}")
    assert done.json == {"yderligereInfoType": 4, "startDato": midnight(FIRST), "slutDato": midnight(day)}
    assert done.cited == (OPHOER,)


def test_a_recovery_after_13_weeks_leaves_the_information() -> None:
    day = FIRST + timedelta(days=92)
    done = recovered(day, FIRST, WRITTEN, history(day, info(FIRST)))
    assert (done.sent[1:], done.cited) == ((HISTORY,), ())


def test_a_recovery_on_the_eve_of_the_rule_looks_for_nothing() -> None:
    assert recovered(EVE, EVE, WRITTEN).cited == ()
    done = recovered(FIRST, EVE)
    assert done.cited == (OPHOER,)


def test_the_day_of_the_call_counts_where_no_end_is_given() -> None:
    assert recovered(None, FIRST, WRITTEN, history(EVE, info(EVE))).cited == ()
    assert recovered(None, FIRST, WRITTEN, history(None, info(EVE))).cited == ()


def test_the_end_of_the_information_can_be_switched_off_for_a_caller() -> None:
    assert recovered(TODAY, FIRST, WRITTEN, switched_off=[OPHOER]).cited == ()


@pytest.mark.parametrize(
    "kept", [info(FIRST, TODAY), info(FIRST, FIRST), info(FIRST, kind=1)], ids=["ended then", "ended before", "another"]
)
def test_information_that_does_not_run_on_is_left(kept: dict[str, Any]) -> None:
    done = recovered(TODAY, FIRST, WRITTEN, history(TODAY, kept))
    assert (done.sent[1:], done.cited) == ((HISTORY,), ())


def test_the_end_is_asked_under_the_same_request_id_by_a_repeat_and_under_another_by_another_call() -> None:
    def asked(request_id: str) -> Any:
        sent = replace(recovery(illness(EVE, TODAY)), request_id=request_id)
        replies = WRITTEN, history(TODAY, info(FIRST)), WRITTEN
        return ruled(AREA, "Raskmeld", sent, context(day=TODAY), *replies).sent[-1].request_id

    assert asked("one") == asked("one") != asked("other")


@pytest.mark.parametrize(
    ("replies", "kind", "key"),
    [
        ((WRITTEN, RestReply(503)), UpstreamFault, "partly.upstream.status"),
        ((WRITTEN, history(TODAY, info(FIRST)), RestReply(503)), UpstreamFault, "partly.upstream.status"),
        (
            (WRITTEN, history(TODAY, info(FIRST)), RestReply(403, {"errorCode": 4575})),
            CallerFault,
            "partly.upstream.4575",
        ),
    ],
)
def test_a_recovery_whose_information_is_not_ended_says_so(
    replies: tuple[RestReply, ...], kind: type[Fault], key: str
) -> None:
    with pytest.raises(kind) as raised:
        recovered(TODAY, FIRST, *replies)
    assert raised.value.key == key
    assert "registered: the recovery" in raised.value.text


# ---- who may call

REQUESTS = {
    "CreateSygemelding": report(illness()),
    "Raskmeld": recovery(illness(date(2024, 12, 1), EVE)),
    "GetSygemeldinger": request("GET", "/visiteringogstatus/v1/Sygemelding"),
    "GetSygemeldingHistorik": request("GET", "/visiteringogstatus/v1/Sygemelding/historik"),
}


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("organisation", MAY_CALL)
def test_organisations_that_may_call(operation: str, organisation: int) -> None:
    asked, reply = REQUESTS[operation], READ if operation.startswith("Get") else WRITTEN
    assert ruled(AREA, operation, asked, context(organisation, day=TODAY), reply).sent == (asked,)


@pytest.mark.parametrize("operation", AREA.rules)
@pytest.mark.parametrize("face", list(Face))
def test_a_company_may_call_nothing(operation: str, face: Face) -> None:
    fault = refused(REQUESTS[operation], context(VIRKSOMHED, day=TODAY, face=face), operation)
    assert (fault.number, fault.key) == (4575, "permission.organisation")


# ---- flows

ITEM = {
    "StartDate": Tidspunkt("2025-02-03T00:00:00"),
    "AbsenceTypeIdentifier": {"CodeListItemIdentifier": 11},
    "NotificationDate": Tidspunkt("2025-02-03T08:00:00"),
}


def call(*, later: timedelta = timedelta(0), **body: Any) -> SoapCall:
    own = Organisation(8, "10111")
    caller = Caller(own, "u", "Test Testesen", 2, own, Tidspunkt("2025-02-03T10:00:00.1234567+01:00"))
    citizen = {"PersonCivilRegistrationIdentifier": "1710723666"}
    received = datetime(2025, 2, 3, 11, tzinfo=UTC) + later
    return SoapCall("S", 1, "O", citizen | body, caller, received, TODAY, b"one call")


def test_a_repeat_asks_for_the_same_illness_under_the_same_request_id() -> None:
    first = play(create_illness(call(AbsenceItem=ITEM)), WRITTEN)
    repeat = play(create_illness(call(AbsenceItem=ITEM, later=timedelta(days=1))), WRITTEN)
    assert repeat.requests == first.requests
    assert first.answer["ServiceReceipt"]["MessageIdentifier"] == first.requests[0].path.values["fravaerIdentifier"]  # type: ignore[union-attr]


def test_the_benefit_systems_illness_keeps_nemrefusions_id_and_says_when_it_was_reported() -> None:
    benefit = {"NemRefusionIdentifier": ID, "IllnessStartDate": ITEM["StartDate"]}
    case: Any = {"SustenanceSystemCaseTypeIdentifier": {"CodeListItemIdentifier": 2}}
    played = play(create_benefit_illness(call(Illness=benefit, **case)), WRITTEN)
    (sent,) = played.requests
    assert isinstance(sent, RestRequest)
    assert sent.path.text.endswith(ID)
    assert sent.json == {
        "sygemelding": {
            "startdato": "2025-02-03T00:00:00",
            "fravaerType": 11,
            "anmeldelsesdato": "2025-02-03T10:00:00.1234567+01:00",
        },
        "sagstype": 2,
    }


def test_the_ids_of_what_comes_with_a_recovery_are_the_same_on_a_repeat() -> None:
    code = {"CodeListItemIdentifier": 1}
    enrolment = {
        "ClientCategoryTypeIdentifier": code,
        "EnrollmentDate": ITEM["StartDate"],
        "CurrentUnemploymentStatusTypeIdentifier": code,
    }
    group = {"ContactGroupTypeIdentifier": code, "StartDate": ITEM["StartDate"]}
    item = ITEM | {"AbsenceIdentifier": ID}
    body: Any = {"AbsenceItem": item, "UnemploymentEnrollment": enrolment, "ContactGroup": group}
    first = play(create_recovery(call(**body)), WRITTEN)
    repeat = play(create_recovery(call(**body, later=timedelta(hours=1))), WRITTEN)
    sent: Any = first.requests[0]
    assert first.requests == repeat.requests
    assert sent.json["tilmelding"]["tilmeldingIdentifier"] != sent.json["kontaktgruppe"]["kontaktgruppeIdentifier"]


@pytest.mark.parametrize(
    ("today", "back", "refuses"),
    [
        pytest.param(date(2024, 12, 7), 1, False, id="the eve: a past date passes"),
        pytest.param(date(2024, 12, 8), 1, True, id="the day: yesterday is refused"),
        pytest.param(date(2024, 12, 8), 0, False, id="the day: today passes"),
        pytest.param(date(2024, 12, 8), -1, False, id="the day: tomorrow passes"),
    ],
)
@pytest.mark.parametrize("face", list(Face))
def test_an_enrolment_that_comes_with_a_recovery_is_not_in_the_past(
    today: date, back: int, refuses: bool, face: Face
) -> None:
    enrolment = tilmelding() | {"tilmeldingsdato": midnight(today - timedelta(days=back))}
    where = context(day=today, face=face)
    asked = recovery(illness(today, today), tilmelding=enrolment)
    if refuses:
        assert refused(asked, where, "Raskmeld").number == 4338
        assert where.cited == ["tilmelding.dato"]
    else:
        assert ruled(AREA, "Raskmeld", asked, where, WRITTEN).sent == (asked,)
