import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from overgang.core.messages import RestReply, RestRequest
from overgang.core.paths import path
from overgang.wire import cases
from overgang.wire.cases import Case, CaseError, Names

MINE = "0b6f2a52-5f0c-4d6e-9d0b-4b2c8f1f7a10"
ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
TEXT = f"""\
An enrolment of today is one modern request.
It says so in two sentences.
on: 2024-12-10
call: UnemploymentEnrollmentService/8
caller: 8/101
seen: UnemploymentEnrollmentService (Version 8, 2024-4)
cites: tilmelding.fortid tilmelding.haendelsesdato
keeps: PersonCategory 8/10111
---------- soap in
<Request xmlns="urn:x"><Id>{MINE}</Id></Request>
---------- rest out
POST /visiteringogstatus/v1/Tilmelding/{{id-1}}
x-civilRegistrationIdentifier: 0506912617
{{"Klientkategori": 2}}
---------- rest in
200 "{{id-1}}"
---------- rest out
GET /jobsearch/v2/Joboenske
---------- rest in
timeout
---------- soap out
Fault Server 1100
An error has occurred [upstream.timeout]
"""


def case(text: str = TEXT) -> Case:
    return cases.parse(text, "tilmelding/i_dag")


def test_a_case_is_read_with_its_lines_and_blocks() -> None:
    assert case() == Case(
        name="tilmelding/i_dag",
        title="An enrolment of today is one modern request.\nIt says so in two sentences.",
        day=date(2024, 12, 10),
        service="UnemploymentEnrollmentService",
        version=8,
        caller=(8, "101"),
        seen="UnemploymentEnrollmentService (Version 8, 2024-4)",
        cites=("tilmelding.fortid", "tilmelding.haendelsesdato"),
        keeps="PersonCategory 8/10111",
        registered="2024-12-10T10:00:00.1234567+01:00",
        soap_in=f'<Request xmlns="urn:x"><Id>{MINE}</Id></Request>',
        rest_out=(
            "POST /visiteringogstatus/v1/Tilmelding/{id-1}\nx-civilRegistrationIdentifier: 0506912617\n"
            '{"Klientkategori": 2}',
            "GET /jobsearch/v2/Joboenske",
        ),
        rest_in=('200 "{id-1}"', "timeout"),
        soap_out="Fault Server 1100\nAn error has occurred [upstream.timeout]",
    )


def test_a_case_knows_its_file_and_the_element_of_its_call() -> None:
    assert case().file == "tilmelding/cases/i_dag.case"
    assert case().element == "{urn:x}Request"


def test_a_case_that_cites_no_rules_has_no_line_for_them() -> None:
    assert case(TEXT.replace("cites: tilmelding.fortid tilmelding.haendelsesdato\n", "")).cites == ()


def test_a_case_may_say_when_its_call_was_registered() -> None:
    registered = "2024-12-09T23:58:00+01:00"
    read = case(TEXT.replace("on: 2024-12-10\n", f"on: 2024-12-10\nregistered: {registered}\n"))
    assert (read.registered, read.day) == (registered, date(2024, 12, 10))
    assert "registered" not in read.title


def test_a_case_may_have_no_modern_requests_at_all() -> None:
    head, rest = TEXT.split("---------- rest out", 1)
    read = case(f"{head}---------- soap out{rest.split('---------- soap out')[1]}")
    assert (read.rest_out, read.rest_in) == ((), ())


@pytest.mark.parametrize("line", ["on", "call", "caller", "seen"])
def test_a_case_without_one_of_its_lines_is_refused_by_name(line: str) -> None:
    text = "\n".join(one for one in TEXT.splitlines() if not one.startswith(f"{line}: "))
    with pytest.raises(CaseError, match=rf"^tilmelding/i_dag: no line {line}:$"):
        case(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("---------- soap out", "", id="no answer"),
        pytest.param("---------- soap in", "", id="no call"),
        pytest.param("---------- rest in\ntimeout\n", "", id="a request without a reply"),
        pytest.param("---------- soap out", "---------- soap in\n<a/>\n---------- soap out", id="two calls"),
    ],
)
def test_a_case_with_blocks_too_few_or_too_many_is_refused(old: str, new: str) -> None:
    with pytest.raises(CaseError, match=r"^tilmelding/i_dag: one soap in, one soap out"):
        case(TEXT.replace(old, new))


def test_new_uuids_get_names_in_the_order_in_which_they_are_first_seen() -> None:
    names = Names(case())
    assert names.hide(f"{ONE} {TWO} {ONE.upper()}") == "{id-1} {id-2} {id-1}"
    assert names.hide(TWO) == "{id-2}"
    assert names.show("{id-2}/{id-1}") == f"{TWO}/{ONE}"


def test_uuids_that_the_case_writes_out_keep_their_text() -> None:
    assert Names(case()).hide(f"{MINE} {MINE.upper()}") == f"{MINE} {MINE.upper()}"


def test_a_name_that_no_uuid_has_yet_is_refused() -> None:
    with pytest.raises(CaseError, match=r"^\{id-1\} is not known yet$"):
        Names(case()).show("{id-1}")


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (RestRequest("GET", path("/jobsearch/v2/Joboenske")), "GET /jobsearch/v2/Joboenske"),
        (
            RestRequest("DELETE", path("/domain/{a}", a="x/y"), query={"b": "c", "d": "e"}),
            "DELETE /domain/x%2Fy?b=c&d=e",
        ),
        (
            RestRequest("POST", path("/domain/v1"), citizen="0506912617", request_id="r", json={"a": "æ", "b": []}),
            'POST /domain/v1\nx-civilRegistrationIdentifier: 0506912617\nx-requestId: r\n{\n  "a": "æ",\n  "b": []\n}',
        ),
    ],
)
def test_a_request_is_written_as_a_block_has_it(request_: RestRequest, text: str) -> None:
    assert cases.written(request_) == text
    assert cases.normal(text) == text


def test_a_block_may_lay_out_its_json_in_its_own_way() -> None:
    loose = 'POST /domain/v1\n  x-requestId: r\n{"a": {"b": 1},\n "c": null}'
    assert cases.normal(loose).endswith(json.dumps({"a": {"b": 1}, "c": None}, indent=2))
    assert cases.normal(loose).startswith("POST /domain/v1\nx-requestId: r\n{\n")


@pytest.mark.parametrize(
    ("block", "status", "value"),
    [
        ("204", 204, None),
        ('200 "id"', 200, "id"),
        ("200\n[1.50]", 200, [Decimal("1.50")]),
        ('409 {\n  "errorCode": 4316\n}', 409, {"errorCode": 4316}),
    ],
)
def test_a_reply_is_read_with_its_status_and_body(block: str, status: int, value: Any) -> None:
    reply = cases.reply(block)
    assert (reply.status, reply.json) == (status, value)
    assert (reply.raw is None) is (value is None)


def test_a_reply_keeps_the_bytes_of_its_body() -> None:
    assert cases.reply("200 [1.50]") == RestReply(200, [Decimal("1.50")], b"[1.50]")


def test_a_value_is_laid_out_one_line_for_each_of_its_ends() -> None:
    value = {"A": {"B": "x", "C": [{"D": 1}, {"D": 2}]}, "E": [], "F": {}}
    assert list(cases.flat(value)) == ["A/B = 'x'", "A/C[1]/D = 1", "A/C[2]/D = 2", "E = []", "F = {}"]


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("on: 2024-12-10", "on: 10/12/2024"),
        ("call: UnemploymentEnrollmentService/8", "call: UnemploymentEnrollmentService"),
        ("caller: 8/101", "caller: jobcenter"),
    ],
)
def test_a_head_line_that_cannot_be_read_is_a_case_error(line: str, instead: str) -> None:
    with pytest.raises(CaseError, match="in numbers"):
        case(TEXT.replace(line, instead))
