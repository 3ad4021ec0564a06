"""Section D of the hostile-input catalogue: what an old value becomes in the modern call; the ids are its row numbers.

Rows 98 and 100 for a citizen number are in test_hostile_cpr. Row 100 for a text: a line break in a name is allowed by
the old contract, so it is sent on percent-encoded (as row 102 has it) and never as a line break. Rows 120 and 121 are
in test_hostile_http. No old value becomes a query except CorrectionComment (row 106). Row 110 goes by the schema
specification: the spaces around a time do not belong to it. Rows 114 and 116 to 118 are in test_hostile_lists.
"""

import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from attack import CANARY, attack

from old_calls import (
    ABSENCE,
    CITIZEN,
    HEADER,
    MEDIA,
    STATUS,
    absence,
    refused,
    said,
    wrapped,
)
from running import Asked, Site

ID = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7dff"
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


def status(comment: str = "x", active: str = "false", fravaer_id: str = ID) -> str:
    return (
        '<UpdateAbsenceActiveStatusRequest xmlns="http://service.bm.dk/AbsenceActiveStatusService/2020/03/01/">'
        f"<AbsenceActiveStatus><AbsenceIdentifier>{fravaer_id}</AbsenceIdentifier>"
        f"<PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier><Active>{active}</Active>"
        f"<CorrectionComment>{comment}</CorrectionComment></AbsenceActiveStatus></UpdateAbsenceActiveStatusRequest>"
    )


def deleted_information(comment: str) -> str:
    return (
        "<DeleteAdditionalInformationOnAbsenceRequest "
        'xmlns="http://service.bm.dk/AbsenceRegistrationService/2020/09/01/">'
        f"<PersonCivilRegistrationIdentifier>{CITIZEN}</PersonCivilRegistrationIdentifier>"
        f"<AbsenceIdentifier>{ID}</AbsenceIdentifier>"
        f"<AdditionalInformationOnAbsenceIdentifier>{ID}</AdditionalInformationOnAbsenceIdentifier>"
        f"<CorrectionComment>{comment}</CorrectionComment></DeleteAdditionalInformationOnAbsenceRequest>"
    )


def call(site: Site, path: str, body: str, header: str = HEADER) -> Asked:
    """Posts an old call and gives the first modern one that came of it."""
    before = len(site.modern.asked)
    answer = site.client.post(path, content=wrapped(body, header).encode(), headers={"content-type": MEDIA["1.1"]})
    assert said(answer).code in ("Client", "CreateAbsenceResponse")
    return site.modern.asked[before]


def escaped(text: str) -> str:
    """Text as XML, with what a parser would change as a reference."""
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(character, reference)
    return text


PARTS = ["../admin", "a/b", "a?x=1", "a#f", "a%2fb", "%", "//evil", "@evil", "..;/x", "\\..\\", "...", "a\r\nX-Inj: 1"]
PARTS += ["http://evil.example.invalid/", "Æ😀", " a ", "a&b=c;d+e"]


@pytest.mark.parametrize("part", [pytest.param(part, id=f"98-101 {part!r}") for part in PARTS])
def test_a_text_in_the_path_is_one_segment(site: Site, part: str) -> None:
    asked = call(site, STATUS, status(escaped(part)))

    assert (asked.method, asked.target) == ("DELETE", f"/visiteringogstatus/v1/Fravaer/{ID}/{quote(part, safe='')}")
    assert asked.header("x-inj") is None


@pytest.mark.parametrize("part", [".", ".."])
def test_row_98_a_text_that_can_be_no_segment_is_refused(site: Site, part: str) -> None:
    answer = attack(site, STATUS, wrapped(status(part)).encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer) == refused("1.1", "1014", "value.path")


@pytest.mark.parametrize("id_", ["../admin", "..", "a/b", CANARY, ID[:-1], f"{ID}/", f"{{{ID}}}", f" {ID}"])
def test_row_98_an_id_that_is_no_uuid_is_refused(site: Site, id_: str) -> None:
    answer = attack(site, STATUS, wrapped(status(fravaer_id=id_)).encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer) == refused("1.1", "1014", "value.invalid")


@pytest.mark.parametrize("part", [pytest.param(part, id=f"106 {part!r}") for part in PARTS])
def test_a_text_in_the_query_is_one_parameter(site: Site, part: str) -> None:
    asked = call(site, ABSENCE, deleted_information(escaped(part)))

    path, _, query = asked.target.partition("?")
    assert path == f"/visiteringogstatus/v1/Fravaer/{ID}/YderligereInfo/{ID}"
    assert query == f"berigtigelseskommentar={quote(part, safe='')}"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Test\r\nX-Inj: 1", id="100 line break"),
        pytest.param("Test\nX-Inj: 1", id="100 line feed"),
        pytest.param("Åse Østergård", id="102 Danish letters"),
        pytest.param("😀", id="102 emoji"),
        pytest.param("a\u00a0b", id="102 no-break space"),
        pytest.param("%41", id="102 percent"),
        pytest.param(" a ", id="103 outer spaces"),
        pytest.param("A\u030ase", id="113 decomposed letter"),
        pytest.param("a\u200b\u202eb", id="113 invisible characters"),
    ],
)
def test_a_name_arrives_whole_in_one_header_of_ascii(site: Site, name: str) -> None:
    header = HEADER.replace("Test Testesen", escaped(name).replace("\n", "&#10;"))

    asked = call(site, ABSENCE, absence(), header)

    sent = asked.header("x-requestUserFullName")
    assert sent is not None
    assert sent.isascii()
    assert unquote(sent, errors="strict") == name
    assert asked.header("x-inj") is None


TEXTS = ['"', "\\", "}{", "\u2028", '","fravaerType":9,"x":"', "null", "007", "1e5", "true", "2026-01-01", "[]", "</x>"]
TEXTS += ["a\rb\nc\td", "]]>", "&amp;", "<![CDATA[x]]>", "Æ😀", "A\u030a", " a ", "\ufeff", "\u0085", "%0D%0A", ""]


@pytest.mark.parametrize("text", [pytest.param(text, id=f"104-105 {text!r}") for text in TEXTS])
def test_a_text_arrives_as_the_same_text(site: Site, text: str) -> None:
    asked = call(site, ABSENCE, absence(comment=f"<AbsenceComment>{escaped(text)}</AbsenceComment>"))

    assert json.loads(asked.body)["fravaersKommentar"] == text


ABSENT: Any = None


@pytest.mark.parametrize(
    ("comment", "sent"),
    [
        pytest.param("", ABSENT, id="115 absent"),
        pytest.param("<AbsenceComment/>", "", id="115 empty"),
        pytest.param("<AbsenceComment></AbsenceComment>", "", id="115 empty, written out"),
        pytest.param("<AbsenceComment> </AbsenceComment>", " ", id="115 a space"),
    ],
)
def test_absent_and_empty_stay_two_things(site: Site, comment: str, sent: str | None) -> None:
    assert json.loads(call(site, ABSENCE, absence(comment=comment)).body).get("fravaersKommentar") == sent


def test_row_115_nil_is_refused_where_the_contract_has_none(site: Site) -> None:
    nil = wrapped(absence(comment=f'<AbsenceComment {XSI} i:nil="true"/>'))

    answer = attack(site, ABSENCE, nil.encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer) == refused("1.1", "1014", "value.invalid")


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-02-02T00:00:00.123456789", id="111 nine digits of a second"),
        pytest.param("2026-03-29T02:30:00", id="111 in the gap of summer time"),
        pytest.param("2026-10-25T02:30:00+01:00", id="111 in the hour that comes twice"),
        pytest.param("2026-02-02T00:00:00", id="111 no zone"),
        pytest.param("2026-02-02T00:00:00Z", id="108 Z"),
        pytest.param("2026-02-02T00:00:00+14:00", id="108 outermost zone"),
    ],
)
def test_a_time_is_passed_on_digit_for_digit(site: Site, start: str) -> None:
    asked = call(site, ABSENCE, absence(start=start, end=""))

    assert json.loads(asked.body)["startDato"] == start


def test_row_110_the_spaces_around_a_time_do_not_belong_to_it(site: Site) -> None:
    asked = call(site, ABSENCE, absence(start=" 2026-02-02T00:00:00\n", end=""))

    assert json.loads(asked.body)["startDato"] == "2026-02-02T00:00:00"


@pytest.mark.parametrize(("written", "kind"), [("3", 3), ("+3", 3), ("003", 3), (" 3 ", 3)])
def test_row_108_a_number_is_what_the_schema_says_it_is(site: Site, written: str, kind: int) -> None:
    assert json.loads(call(site, ABSENCE, absence(kind=written)).body)["fravaerType"] == kind


@pytest.mark.parametrize("active", ["false", "0", " false "])
def test_row_108_a_boolean_is_what_the_schema_says_it_is(site: Site, active: str) -> None:
    assert call(site, STATUS, status(active=active)).method == "DELETE"


def starting(start: str) -> str:
    return absence(start=start, end="")


UNMAPPABLE = [
    ("108 hour 24", ABSENCE, starting("2026-02-02T24:00:00"), "1014", "value.unmappable"),
    ("108 before our time", ABSENCE, starting("-0044-03-15T00:00:00"), "1014", "value.unmappable"),
    ("108 year 10000", ABSENCE, starting("10000-01-01T00:00:00"), "1014", "value.unmappable"),
    ("108 year 10000 in UTC", ABSENCE, starting("9999-12-31T23:59:59-14:00"), "1014", "value.unmappable"),
    ("108 year 0 in UTC", ABSENCE, starting("0001-01-01T00:00:00+14:00"), "1014", "value.unmappable"),
    ("109 no separators", ABSENCE, starting("20240101"), "1014", "value.invalid"),
    ("109 a space for T", ABSENCE, starting("2024-01-01 00:00:00"), "1014", "value.invalid"),
    ("109 only a date", ABSENCE, starting("2026-02-02"), "1014", "value.invalid"),
    ("109 year 0", ABSENCE, starting("0000-01-01T00:00:00"), "1014", "value.invalid"),
    ("109 second 60", ABSENCE, starting("2026-02-02T00:00:60"), "1014", "value.invalid"),
    ("109 30 February", ABSENCE, starting("2026-02-30T00:00:00"), "1014", "value.invalid"),
    *[(f"109 number {n}", ABSENCE, absence(kind=n), "1014", "value.invalid") for n in (
        "３", "1_0", "1e0", "3.0", "INF", "NaN", "0x3", "-3", "99999999999", "", CANARY)],
    *[(f"109 boolean {b}", STATUS, status(active=b), "1014", "value.invalid") for b in ("True", "yes", "", "2")],
    ("112 number of 200 000 digits", ABSENCE, absence(kind="9" * 200_000), "1014", "value.invalid"),
    ("107 text of 100 000", STATUS, status(CANARY * 8_000), "1014", "value.invalid"),
    ("107 text of 1 501", STATUS, status("a" * 1_501), "1014", "value.invalid"),
    ("2002 unknown code", ABSENCE, absence(kind="999"), "2002", "code.unknown"),
    ("1003 ends before it begins", ABSENCE, absence(start="2026-02-04T00:00:00+01:00"), "1003", "fravaer.varighed"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("path", "body", "number", "key"), [pytest.param(*row, id=name) for name, *row in UNMAPPABLE])
def test_a_value_that_can_not_be_translated_is_refused(
    site: Site, path: str, body: str, number: str, key: str, version: str
) -> None:
    answer = attack(site, path, wrapped(body, version=version).encode(), {"content-type": MEDIA[version]})

    assert said(answer) == refused(version, number, key)
