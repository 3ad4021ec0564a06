import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruling import CITIZEN, VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.visitation.area import AREA
from overgang.areas.visitation.rules import ENDS, LAWS
from overgang.core.errors import CallerFault, Fault, UpstreamFault
from overgang.core.messages import Face, RestReply, RestRequest
from overgang.core.organisations import A_KASSE, ANDEN_AKTOER, JOBCENTER, KOMMUNE, STAR
from overgang.core.rules import Context

DAY = date(2025, 1, 1)
EVE = date(2024, 12, 31)
ID = "b3a1f0c2-5d6e-4f70-8a91-2c3d4e5f6071"
PERSONKATEGORI = "/visiteringogstatus/v1/PersonVisitering/personkategori"
STATUS = "/visiteringogstatus/v2/VisiteringOgStatusStatus"
WRITES = ("CreatePersonkategori", "UpdatePersonkategori")
NOW = ("GetPersonkategorier", "GetPersonVisiteringOgStatusStatus")
READS = (*NOW, "GetPersonkategoriHistorik")
KATEGORI3, LAESNING = "visitation.kategori3", "visitation.kategori3-laesning"

each_write = pytest.mark.parametrize("operation", WRITES)


def category(start: date | str, kind: int = 3, **more: Any) -> RestRequest:
    sent = start if isinstance(start, str) else midnight(start)
    return request("POST", PERSONKATEGORI, {"PersonkategoriType": kind, "Starttidspunkt": sent} | more)


def register(asked: RestRequest, where: Context, operation: str = "CreatePersonkategori") -> Ruled:
    return ruled(AREA, operation, asked, where, WRITTEN)


def refused(asked: RestRequest, where: Context, operation: str = "CreatePersonkategori") -> Fault:
    """The fault of a request that never reaches the modern side."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, operation, asked, where)
    return raised.value


def shown(kind: int, start: str, end: str | None = None) -> dict[str, Any]:
    item = {"personkategoriIdentifier": ID, "personkategoriType": kind, "starttidspunkt": start}
    return item | ({"sluttidspunkt": end} if end else {}) | {"dfdgRegistreringstidspunkt": "2024-10-01T08:00:00+02:00"}


# ---- category 3, written


@each_write
def test_an_old_callers_3_of_the_day_is_registered_as_2(operation: str) -> None:
    done = register(category(DAY, Sluttidspunkt="2025-02-01T00:00:00"), context(day=DAY), operation)
    assert done.json == category(DAY, 2, Sluttidspunkt="2025-02-01T00:00:00").json
    assert done.cited == (KATEGORI3,)


@each_write
@pytest.mark.parametrize("face", list(Face))
def test_a_3_of_the_eve_stays_3_whenever_it_is_sent(operation: str, face: Face) -> None:
    asked = category("2024-12-31T23:59:59.999")
    assert register(asked, context(day=date(2025, 6, 1), face=face), operation).sent == (asked,)


def test_a_3_of_the_day_is_2_when_it_is_sent_on_the_eve() -> None:
    assert register(category(DAY), context(day=EVE)).json["PersonkategoriType"] == 2


def test_the_day_begins_in_denmark() -> None:
    assert register(category("2024-12-31T22:59:59Z"), context(day=DAY)).json["PersonkategoriType"] == 3
    assert register(category("2024-12-31T23:00:00Z"), context(day=DAY)).json["PersonkategoriType"] == 2


@each_write
def test_a_modern_callers_3_of_the_day_is_an_expired_code(operation: str) -> None:
    where = context(day=DAY, face=Face.REST)
    fault = refused(category(DAY), where, operation)
    assert (fault.number, fault.key, fault.element) == (2003, KATEGORI3, "PersonkategoriType")
    expected = (
        "a value of code list PersonCategoryType valid on the day; this one is valid from 2010-01-01 to 2024-12-31"
    )
    assert fault.expected == expected
    assert where.cited == [KATEGORI3]


@each_write
def test_an_old_caller_for_whom_the_rule_is_switched_off_gets_2003(operation: str) -> None:
    where = context(day=DAY, switched_off=[KATEGORI3])
    fault = refused(category(DAY), where, operation)
    assert (fault.number, fault.element) == (2003, "PersonCategoryTypeIdentifier")
    assert where.cited == [KATEGORI3]
    assert register(category(EVE), context(day=DAY, switched_off=[KATEGORI3]), operation).cited == ()


@pytest.mark.parametrize("kind", [1, 2, 4, 8])
def test_another_category_is_left_alone(kind: int) -> None:
    asked = category(DAY, kind)
    assert register(asked, context(day=DAY)).sent == (asked,)


def test_the_code_list_ends_on_the_eve_of_the_law() -> None:
    file = Path(__file__).parents[2] / "config/codelists/PersonCategoryType.toml"
    values = {value["id"]: value for value in tomllib.loads(file.read_text(encoding="utf-8"))["value"]}
    assert {law.timeline.versions[0].since for law in LAWS} == {ENDS}
    assert values[3]["ends"] == ENDS - timedelta(days=1)
    assert [id for id, value in values.items() if "ends" in value] == [3]


# ---- the technical message about it


def told(asked: RestRequest, where: Context, *replies: RestReply, operation: str = "CreatePersonkategori") -> int:
    """How many messages a registration leads to."""
    ruled(AREA, operation, asked, where, *(replies or (WRITTEN,)))
    return len(where.notices)


@each_write
def test_whoever_registers_a_3_of_the_day_is_told_that_it_is_a_2(operation: str) -> None:
    where = context(JOBCENTER, day=DAY)
    assert told(category(DAY), where, operation=operation) == 1
    (notice,) = where.notices
    assert (notice.receiver, notice.citizen) == (where.caller.organisation, CITIZEN)
    assert (notice.kind, notice.entity, notice.rule) == ("PersonCategory", WRITTEN.json, KATEGORI3)
    assert CITIZEN not in repr(notice)


def test_the_message_is_the_same_when_the_call_is_repeated_and_another_for_other_content() -> None:
    first, again, other = (context(day=DAY) for _ in range(3))
    asked = category(DAY, personkategoriIdentifier=ID)
    assert told(asked, first) == told(asked, again) == 1
    assert told(category(DAY, personkategoriIdentifier=ID, Sluttidspunkt=midnight(DAY)), other) == 1
    assert first.notices == again.notices != other.notices
    assert first.notices[0].entity == ID


@each_write
@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize(
    ("end", "day", "messages"),
    [
        pytest.param(None, DAY, 1, id="open, on the day"),
        pytest.param(None, EVE, 0, id="open, on the eve"),
        pytest.param(DAY, DAY, 1, id="ends on the day"),
        pytest.param(EVE, DAY, 0, id="ended on the eve"),
    ],
)
def test_a_3_of_2024_that_runs_on_is_told_of_once_the_day_has_come(
    operation: str, face: Face, end: date | None, day: date, messages: int
) -> None:
    where = context(day=day, face=face)
    ends: dict[str, Any] = {"Sluttidspunkt": midnight(end)} if end else {}
    assert told(category(date(2024, 10, 1), **ends), where, operation=operation) == messages
    assert where.cited == [KATEGORI3] * messages


@pytest.mark.parametrize("kind", [2, 4])
def test_another_category_is_not_told_of(kind: int) -> None:
    assert told(category(DAY, kind), context(day=DAY)) == 0


def test_on_a_repeat_only_what_is_registered_is_told_of() -> None:
    asked = replace(category(DAY, personkategoriIdentifier=ID), expects=(200, 412))
    there = shown(2, "2025-01-01T00:00:00+01:00")
    for items, messages in (([there], 1), ([], 0), ([shown(2, "2025-01-02T00:00:00+01:00")], 0)):
        history = RestReply(200, {"personkategorier": items})
        assert told(asked, context(day=DAY), RestReply(412), history) == messages


@pytest.mark.parametrize("reply", [RestReply(412), RestReply(409, {"errorCode": 4977})])
@pytest.mark.parametrize(
    ("made", "messages"),
    [("2025-01-01T10:00:00.000+01:00", 1), ("2025-01-01T09:59:59.999+01:00", 0)],
)
def test_on_a_repeat_without_an_id_the_one_registered_since_is_told_of(
    reply: RestReply, made: str, messages: int
) -> None:
    asked = replace(category(DAY), expects=(200, 412), knows=(4977,))
    other = shown(4, "2025-01-01T00:00:00+01:00") | {"dfdgRegistreringstidspunkt": "2025-01-02T00:00:00+01:00"}
    there = shown(2, "2025-01-01T00:00:00+01:00") | {"dfdgRegistreringstidspunkt": made}
    where = context(day=DAY)
    assert told(asked, where, reply, RestReply(200, {"personkategorier": [there, other]})) == messages
    assert [notice.entity for notice in where.notices] == [ID] * messages


def test_a_caller_without_the_rule_is_not_told() -> None:
    assert told(category(date(2024, 10, 1)), context(day=DAY, switched_off=[KATEGORI3])) == 0


# ---- a change of the 2 that an open 3 is shown as


def change(where: Context, kind: int, start: str, *registered: dict[str, Any]) -> Ruled:
    """An UpdatePersonkategori whose look-up, if it makes one, finds these versions."""
    body = {"PersonkategoriType": kind, "Starttidspunkt": start, "Sluttidspunkt": "2025-02-03T00:00:00+01:00"}
    asked = request("PUT", f"{PERSONKATEGORI}/{{personkategoriIdentifier}}", body, personkategoriIdentifier=ID.upper())
    history = RestReply(200, {"personkategorier": list(registered)})
    return ruled(AREA, "UpdatePersonkategori", asked, where, *([history] if registered else []), WRITTEN)


def version(kind: int, start: str, *, current: bool = True, end: str | None = None) -> dict[str, Any]:
    return shown(kind, start, end) | {"registreringsmetadata": {"erAktuel": current, "erSlettet": False}}


@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize("start", ["2025-01-01T00:00:00+01:00", "2024-12-31T23:00:00Z"])
def test_closing_an_open_3_as_it_is_read_keeps_what_was_registered(face: Face, start: str) -> None:
    where = context(day=date(2025, 2, 3), face=face)
    done = change(where, 2, start, version(8, "2024-09-01T00:00:00", current=False), version(3, "2024-10-01T00:00:00"))
    assert done.json == {
        "PersonkategoriType": 3,
        "Starttidspunkt": "2024-10-01T00:00:00",
        "Sluttidspunkt": "2025-02-03T00:00:00+01:00",
    }
    assert (done.cited, where.notices) == ((LAESNING,), [])


@pytest.mark.parametrize(
    "registered",
    [
        pytest.param(version(2, "2025-01-01T00:00:00"), id="a 2"),
        pytest.param(version(3, "2024-10-01T00:00:00", end="2024-12-31T00:00:00"), id="a 3 that ended before"),
        pytest.param(version(3, "2024-10-01T00:00:00", current=False), id="a 3 that was replaced"),
        pytest.param(version(3, "2025-01-01T00:00:00"), id="a 3 that began on the day"),
    ],
)
def test_a_change_of_anything_else_goes_on_as_it_is(registered: dict[str, Any]) -> None:
    done = change(context(day=date(2025, 2, 3)), 2, "2025-01-01T00:00:00", registered)
    assert (done.json["PersonkategoriType"], done.json["Starttidspunkt"]) == (2, "2025-01-01T00:00:00")
    assert done.cited == ()


@pytest.mark.parametrize(
    ("kind", "start", "where"),
    [
        pytest.param(4, "2025-01-01T00:00:00", context(day=DAY), id="another category"),
        pytest.param(2, "2025-01-02T00:00:00", context(day=DAY), id="another start"),
        pytest.param(2, "2025-01-01T00:00:00", context(day=EVE), id="before the day"),
        pytest.param(2, "2025-01-01T00:00:00", context(day=DAY, switched_off=[LAESNING]), id="switched off"),
    ],
)
def test_nothing_is_looked_up_for_a_change_that_is_not_one_of_it(kind: int, start: str, where: Context) -> None:
    assert len(change(where, kind, start).sent) == 1


# ---- category 3, read


def read(operation: str, where: Context, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """What a read shows of the categories that the modern side answers; the request is sent as it is."""
    template = STATUS if operation == "GetPersonVisiteringOgStatusStatus" else PERSONKATEGORI
    reply = RestReply(200, {"kontaktgrupper": [], "personkategorier": list(items)}, b"as it came")
    answer = ruled(AREA, operation, request("GET", template), where, reply).answer
    assert answer.json["kontaktgrupper"] == []
    assert (answer.raw is None) == bool(where.cited)
    found: list[dict[str, Any]] = answer.json["personkategorier"]
    return found


OPEN = shown(3, "2024-10-01T00:00:00+02:00")
UNTIL_THE_EVE = shown(3, "2024-10-01T00:00:00+02:00", "2024-12-31T23:59:59+01:00")
FROM_THE_DAY = shown(2, "2025-01-01T00:00:00+01:00")


@pytest.mark.parametrize("operation", NOW)
@pytest.mark.parametrize("face", list(Face))
def test_an_open_3_that_is_read_on_the_day_is_a_2_from_that_day(operation: str, face: Face) -> None:
    where = context(day=DAY, face=face)
    assert read(operation, where, OPEN) == [FROM_THE_DAY]
    assert where.cited == [LAESNING]


def test_the_history_of_an_open_3_is_a_3_until_the_eve_and_a_2_from_the_day() -> None:
    where = context(day=DAY)
    assert read("GetPersonkategoriHistorik", where, shown(8, "2024-09-01T00:00:00"), OPEN) == [
        shown(8, "2024-09-01T00:00:00"),
        UNTIL_THE_EVE,
        FROM_THE_DAY,
    ]
    assert where.cited == [LAESNING]


@pytest.mark.parametrize("operation", READS)
def test_what_is_read_on_the_eve_is_shown_as_it_is(operation: str) -> None:
    where = context(day=EVE)
    assert read(operation, where, OPEN) == [OPEN]
    assert where.cited == []


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize(
    "item",
    [
        pytest.param(shown(3, "2024-10-01T00:00:00", "2024-12-31T23:59:59"), id="a 3 that ended on the eve"),
        pytest.param(shown(2, "2024-10-01T00:00:00"), id="an open 2"),
    ],
)
def test_what_is_no_open_3_is_shown_as_it_is(operation: str, item: dict[str, Any]) -> None:
    where = context(day=date(2025, 3, 1))
    assert read(operation, where, item) == [item]
    assert where.cited == []


def test_a_3_that_ends_on_the_day_or_later_was_open_on_it_and_keeps_its_end() -> None:
    item = shown(3, "2024-10-01T00:00:00", "2025-01-01T00:00:00")
    where = context(day=date(2025, 3, 1))
    assert read("GetPersonkategoriHistorik", where, item) == [
        shown(3, "2024-10-01T00:00:00", "2024-12-31T23:59:59+01:00"),
        shown(2, "2025-01-01T00:00:00+01:00", "2025-01-01T00:00:00"),
    ]


@pytest.mark.parametrize("operation", READS)
def test_a_3_that_begins_on_the_day_is_a_2_in_one_part(operation: str) -> None:
    assert read(operation, context(day=DAY), shown(3, "2025-01-01T00:00:00")) == [shown(2, "2025-01-01T00:00:00")]


def test_a_caller_for_whom_the_rule_is_switched_off_reads_what_is_registered() -> None:
    assert read("GetPersonkategorier", context(day=DAY, switched_off=[LAESNING]), OPEN) == [OPEN]


def test_a_status_without_categories_stays_without() -> None:
    reply = RestReply(200, {"helbredsbegraensninger": [], "aktivitetstillaeg": []})
    where = context(day=DAY)
    assert ruled(AREA, "GetPersonVisiteringOgStatusStatus", request("GET", STATUS), where, reply).answer is reply


@pytest.mark.parametrize("name", ["starttidspunkt", "sluttidspunkt"])
def test_a_day_that_no_calendar_has_is_the_modern_sides_fault(name: str) -> None:
    with pytest.raises(UpstreamFault, match=r"upstream\.unrepresentable") as raised:
        read("GetPersonkategorier", context(day=DAY), OPEN | {name: "0000-01-01T00:00:00"})
    assert (raised.value.number, raised.value.element) == (1100, name)


# ---- durations, codes, who may call


@each_write
def test_an_end_before_the_start_is_1003_and_the_same_moment_is_not(operation: str) -> None:
    start = "2024-12-16T00:00:00"
    fault = refused(category(start, 8, Sluttidspunkt="2024-12-15T22:59:59Z"), context(day=DAY), operation)
    assert (fault.number, fault.key, fault.element) == (1003, "personkategori.varighed", "EndDate")
    assert register(category(start, 8, Sluttidspunkt="2024-12-15T23:00:00Z"), context(day=DAY), operation).sent


@each_write
def test_an_unknown_category_is_2002(operation: str) -> None:
    fault = refused(category(DAY, 16), context(day=DAY), operation)
    assert (fault.number, fault.element) == (2002, "PersonCategoryTypeIdentifier")


def test_a_start_that_no_calendar_has_is_refused() -> None:
    fault = refused(category("0000-01-01T00:00:00"), context(day=DAY))
    assert (fault.number, fault.key, fault.element) == (1014, "value.unmappable", "StartDate")


@each_write
@pytest.mark.parametrize("organisation", [JOBCENTER, KOMMUNE, ANDEN_AKTOER, STAR])
def test_organisations_that_may_write(operation: str, organisation: int) -> None:
    assert register(category(DAY, 8), context(organisation, day=DAY), operation).sent


@each_write
@pytest.mark.parametrize("organisation", [A_KASSE, VIRKSOMHED])
@pytest.mark.parametrize("face", list(Face))
def test_organisations_that_may_not_write(operation: str, organisation: int, face: Face) -> None:
    fault = refused(category(DAY), context(organisation, day=DAY, face=face), operation)
    assert (fault.number, fault.key) == (4575, "permission.organisation")


@pytest.mark.parametrize("operation", READS)
def test_an_a_kasse_may_read_and_a_company_may_not(operation: str) -> None:
    asked = request("GET", PERSONKATEGORI)
    reply = RestReply(200, {"personkategorier": []})
    assert ruled(AREA, operation, asked, context(A_KASSE, day=DAY), reply).sent == (asked,)
    assert refused(asked, context(VIRKSOMHED, day=DAY), operation).number == 4575
