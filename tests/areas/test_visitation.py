import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruling import VIRKSOMHED, WRITTEN, Ruled, context, midnight, request, ruled

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
    done = register(asked, context(day=date(2025, 6, 1), face=face), operation)
    assert (done.sent, done.cited) == ((asked,), ())


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
    assert fault.expected == "another category: 3 can't begin after 2024-12-31"
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


# ---- category 3, read


def shown(kind: int, start: str, end: str | None = None) -> dict[str, Any]:
    item = {"personkategoriIdentifier": ID, "personkategoriType": kind, "starttidspunkt": start}
    return item | ({"sluttidspunkt": end} if end else {}) | {"dfdgRegistreringstidspunkt": "2024-10-01T08:00:00+02:00"}


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
