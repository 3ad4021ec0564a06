"""What an absence or an illness that is read exempts from, on both faces."""

from datetime import date
from typing import Any

import pytest
from ruling import CITIZEN, Ruled, context, midnight, request, ruled

from overgang.areas.fravaer.area import AREA as FRAVAER
from overgang.areas.sygemelding.area import AREA as SYGEMELDING
from overgang.core.area import Area
from overgang.core.flow import play
from overgang.core.messages import Face, RestReply
from overgang.core.rules import Governed, govern

TODAY = date(2025, 1, 15)
FIRST = date(2025, 1, 1)  # of the rule on Min plan
EVE = date(2024, 12, 31)
DELTID, FULDTID, FERIE = 31, 32, 10
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
ALL = request("GET", "/visiteringogstatus/v1/Fravaer")
ONE = request(
    "GET",
    "/visiteringogstatus/v1/Fravaer/{x-civilRegistrationIdentifier}/{fravaerIdentifier}",
    **{"x-civilRegistrationIdentifier": CITIZEN, "fravaerIdentifier": ID},
)
ILLNESSES = request("GET", "/visiteringogstatus/v1/Sygemelding")
JOBRETTET = [{"fritagelsestype": "Selvbooking"}, {"fritagelsestype": "Joblog"}]
MIN_PLAN = [{"fritagelsestype": "MinPlan"}]
EMPLOYER = {"arbejdsgiver": {"cvrEnhedsid": "12345678"}}
FRA_BESKAEFTIGELSE, FRA_LEDIGHED = 1, 2


def absence(start: date = TODAY, end: date | None = None, kind: int = DELTID) -> dict[str, Any]:
    ended = {"slutDato": midnight(end)} if end else {}
    return {"fravaerIdentifier": ID, "fravaerType": kind, "startDato": midnight(start)} | ended


def illness(start: date = date(2024, 12, 1), end: date | None = None, **more: Any) -> dict[str, Any]:
    ended = {"slutdato": midnight(end)} if end else {}
    return {"startdato": midnight(start), "sagstype": FRA_BESKAEFTIGELSE} | EMPLOYER | ended | more


def read(
    area: Area, operation: str, asked: Any, json: Any, day: date = TODAY, face: Face = Face.SOAP, off: Any = ()
) -> Ruled:
    return ruled(area, operation, asked, context(day=day, face=face, switched_off=off), RestReply(200, json, b"raw"))


def absences(*items: dict[str, Any], **more: Any) -> Ruled:
    return read(FRAVAER, "GetAlleFravaer", ALL, {"fravaer": list(items)}, **more)


def illnesses(*items: dict[str, Any], **more: Any) -> Ruled:
    return read(SYGEMELDING, "GetSygemeldinger", ILLNESSES, {"sygemeldinger": list(items)}, **more)


@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize("kind", [DELTID, FULDTID])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(date(2025, 1, 10), date(2025, 1, 20), id="in the middle"),
        pytest.param(TODAY, None, id="on its first day"),
        pytest.param(date(2025, 1, 10), TODAY, id="on its last day"),
        pytest.param(date(2023, 1, 10), None, id="since long"),
    ],
)
def test_while_jobrettet_uddannelse_runs_the_absence_says_from_what_it_exempts(
    start: date, end: date | None, kind: int, face: Face
) -> None:
    item = absence(start, end, kind)
    done = absences(item, absence(kind=FERIE), face=face)
    assert done.answer.json == {"fravaer": [item | {"fritagelser": JOBRETTET}, absence(kind=FERIE)]}
    assert done.answer.raw is None
    assert done.cited == ("fravaer.jobrettet-fritagelse",)
    assert done.sent == (ALL,)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(absence(date(2025, 1, 16)), id="the eve of its first day"),
        pytest.param(absence(date(2025, 1, 10), date(2025, 1, 14)), id="the day after its last"),
        pytest.param(absence(kind=FERIE), id="another kind of absence"),
    ],
)
def test_an_absence_that_exempts_from_nothing_today_goes_on_byte_for_byte(item: dict[str, Any]) -> None:
    done = absences(item)
    assert (done.answer, done.cited) == (RestReply(200, {"fravaer": [item]}, b"raw"), ())


def test_a_single_absence_says_it_too() -> None:
    done = read(FRAVAER, "GetFravaer", ONE, absence(), face=Face.REST)
    assert done.answer.json == absence() | {"fritagelser": JOBRETTET}
    assert read(FRAVAER, "GetFravaer", ONE, absence(kind=FERIE)).answer.json == absence(kind=FERIE)


@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize("day", [FIRST, TODAY])
def test_from_2025_an_illness_with_benefit_from_a_job_to_return_to_needs_no_min_plan(day: date, face: Face) -> None:
    done = illnesses(illness(), illness(sagstype=FRA_LEDIGHED), day=day, face=face)
    assert done.answer.json["sygemeldinger"] == [
        illness() | {"fritagelser": MIN_PLAN},
        illness(sagstype=FRA_LEDIGHED),
    ]
    assert done.answer.raw is None
    assert done.cited == ("sygemelding.min-plan",)


def test_on_the_eve_a_min_plan_is_still_needed() -> None:
    done = illnesses(illness(), day=EVE)
    assert (done.answer.json, done.cited) == ({"sygemeldinger": [illness()]}, ())


@pytest.mark.parametrize(
    ("start", "end", "exempt"),
    [
        pytest.param(TODAY, None, True, id="its first day"),
        pytest.param(date(2025, 1, 16), None, False, id="the eve of its first day"),
        pytest.param(date(2025, 1, 1), TODAY, True, id="its last day"),
        pytest.param(date(2025, 1, 1), date(2025, 1, 14), False, id="the day after its last"),
    ],
)
def test_the_exemption_from_a_min_plan_lasts_as_long_as_the_illness(
    start: date, end: date | None, exempt: bool
) -> None:
    (shown,) = illnesses(illness(start, end)).answer.json["sygemeldinger"]
    assert ("fritagelser" in shown) is exempt


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"sagstype": FRA_LEDIGHED}, id="benefit from unemployment"),
        pytest.param({"sagstype": None}, id="not known to give benefit"),
        pytest.param({"arbejdsgiver": None}, id="no job to return to"),
    ],
)
def test_any_other_illness_exempts_from_nothing(more: dict[str, Any]) -> None:
    item = illness(**more)
    done = illnesses(item)
    assert (done.answer, done.cited) == (RestReply(200, {"sygemeldinger": [item]}, b"raw"), ())


STATUS = request("GET", "/visiteringogstatus/v2/VisiteringOgStatusStatus")


def status(area: Area, looked_up: dict[str, Any], day: date = TODAY, face: Face = Face.REST, **shown: Any) -> Any:
    """The status as the rules of `area` show it; their look-up finds `looked_up`."""
    where = context(day=day, face=face)
    governed = Governed("status", frozenset(), reply_rules=area.reply_rules["GetPersonVisiteringOgStatusStatus"])
    replies = [RestReply(200, {"kontaktgrupper": [], **shown}, b"raw")]
    if face is Face.REST and not (area is SYGEMELDING and day < FIRST):
        replies.append(RestReply(200, looked_up))
    played = play(govern(governed, STATUS, where), *replies)
    return played.answer, tuple(where.cited)


def test_a_modern_status_says_from_what_the_citizen_is_exempt() -> None:
    answer, cited = status(FRAVAER, {"fravaer": [absence(kind=FERIE), absence()]})
    assert answer.json == {"kontaktgrupper": [], "fritagelser": JOBRETTET}
    assert (answer.raw, cited) == (None, ("fravaer.jobrettet-fritagelse",))
    answer, cited = status(SYGEMELDING, {"sygemeldinger": [illness()]}, fritagelser=JOBRETTET)
    assert answer.json["fritagelser"] == [*JOBRETTET, *MIN_PLAN]
    assert cited == ("sygemelding.min-plan",)


@pytest.mark.parametrize(
    ("area", "found"),
    [
        pytest.param(FRAVAER, {"fravaer": [absence(kind=FERIE)]}, id="another absence"),
        pytest.param(SYGEMELDING, {"sygemeldinger": [illness(sagstype=FRA_LEDIGHED)]}, id="another illness"),
    ],
)
def test_a_modern_status_without_an_exemption_goes_on_byte_for_byte(area: Area, found: dict[str, Any]) -> None:
    answer, cited = status(area, found)
    assert (answer, cited) == (RestReply(200, {"kontaktgrupper": []}, b"raw"), ())


def test_a_status_before_the_rule_on_min_plan_and_one_for_an_old_caller_are_not_looked_into() -> None:
    unchanged = RestReply(200, {"kontaktgrupper": []}, b"raw")
    assert status(SYGEMELDING, {"sygemeldinger": [illness()]}, day=EVE) == (unchanged, ())
    for area in (FRAVAER, SYGEMELDING):
        assert status(area, {}, face=Face.SOAP) == (unchanged, ())


def test_an_exemption_that_a_status_shows_already_is_not_shown_twice() -> None:
    answer, _ = status(FRAVAER, {"fravaer": [absence()]}, fritagelser=JOBRETTET[:1])
    assert answer.json["fritagelser"] == JOBRETTET


def test_both_can_be_switched_off_for_a_caller() -> None:
    off = ("fravaer.jobrettet-fritagelse", "sygemelding.min-plan")
    assert absences(absence(), off=off).answer.json == {"fravaer": [absence()]}
    assert illnesses(illness(), off=off).answer.json == {"sygemeldinger": [illness()]}
