"""Two answers aligned line by line."""

import time

import pytest

from overgang.core.compare.values import Difference, Judged, Kind, Label, Reply
from overgang.pages.sidebyside import LONGEST, Row, beside, lines

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def reply(body: str, status: int = 200, kind: str = "text/xml; charset=utf-8") -> Reply:
    return Reply(status, kind, body.encode())


def envelope(content: str, header: str = "", prefix: str = "s") -> Reply:
    head = f"<{prefix}:Header>{header}</{prefix}:Header>" if header else ""
    return reply(
        f'<{prefix}:Envelope xmlns:{prefix}="{SOAP}">{head}<{prefix}:Body>{content}</{prefix}:Body></{prefix}:Envelope>'
    )


def judged(place: str, label: Label = Label.UNEXPLAINED) -> Judged:
    return Judged(Difference(Kind.CHANGED, place, place), label)


def rows(old: Reply, new: Reply, *differences: Judged) -> list[Row]:
    return [row for block in beside(old, new, differences).blocks for row in block.rows]


def shades(old: Reply, new: Reply, *differences: Judged) -> list[str]:
    return [row.shade for row in rows(old, new, *differences) if row.shade]


def test_prefixes_and_layout_make_no_difference() -> None:
    old = envelope('<a xmlns="urn:x"><b z="1" y="2">t</b><c/></a>')
    new = envelope('<n:a xmlns:n="urn:x">\n  <n:b y="2" z="1">t</n:b>\n  <n:c></n:c>\n</n:a>', prefix="soap")

    assert shades(old, new) == []
    assert [line.text for line in lines(old)] == [
        f'<Envelope xmlns="{SOAP}">',
        "  <Body>",
        '    <a xmlns="urn:x">',
        '      <b y="2" z="1">t</b>',
        "      <c/>",
        "    </a>",
        "  </Body>",
        "</Envelope>",
    ]


def test_another_namespace_is_seen() -> None:
    assert shades(envelope('<a xmlns="urn:x"/>'), envelope('<a xmlns="urn:y"/>'), judged("/Body")) == ["unexplained"]


def test_nil_keeps_its_well_known_prefix() -> None:
    nil = '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'

    assert lines(envelope(nil))[2].text == '    <a xmlns="" xsi:nil="true"/>'


@pytest.mark.parametrize(
    ("place", "label", "shade"),
    [
        ("b", Label.UNEXPLAINED, "unexplained"),
        ("b/@kind", Label.EXPECTED, "expected"),
        ("b", Label.NOISE, "noise"),
        ("c", Label.UNEXPLAINED, "form"),
        ("/Body", Label.EXPECTED, "expected"),
    ],
)
def test_a_line_has_the_explanation_of_the_difference_at_its_place(place: str, label: Label, shade: str) -> None:
    assert shades(envelope("<a><b>1</b></a>"), envelope("<a><b>2</b></a>"), judged(place, label)) == [shade]


def test_the_worst_explanation_at_a_place_counts() -> None:
    found = (judged("b", Label.NOISE), judged("b", Label.UNEXPLAINED), judged("b", Label.EXPECTED))

    assert shades(envelope("<a><b>1</b></a>"), envelope("<a><b>2</b></a>"), *found) == ["unexplained"]


def test_all_of_an_item_that_one_side_lacks_has_its_explanation() -> None:
    item = "<item><id>7</id></item>"

    assert shades(envelope("<a/>"), envelope(f"<a>{item}</a>"), judged("item")) == [
        "form",
        *["unexplained"] * 3,
        "form",
    ]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            "<f:Fault xmlns:f='{0}'><faultcode>a</faultcode></f:Fault>",
            "<f:Fault xmlns:f='{0}'><faultcode>b</faultcode></f:Fault>",
            "/Fault/Code",
        ),
        (
            "<f:Fault xmlns:f='{0}'><faultstring>a</faultstring></f:Fault>",
            "<f:Fault xmlns:f='{0}'><faultstring>b</faultstring></f:Fault>",
            "/Fault/Reason",
        ),
        (
            "<f:Fault xmlns:f='{0}'><detail><d>a</d></detail></f:Fault>",
            "<f:Fault xmlns:f='{0}'><detail><d>b</d></detail></f:Fault>",
            "/Fault/Detail/d",
        ),
    ],
)
def test_parts_of_a_fault_are_found_by_their_places(old: str, new: str, place: str) -> None:
    assert shades(envelope(old.format(SOAP)), envelope(new.format(SOAP)), judged(place)) == ["unexplained"]


def test_a_header_block_is_found_by_its_place() -> None:
    old, new = (envelope("<a/>", f"<h><x>{value}</x></h>") for value in (1, 2))

    assert shades(old, new, judged("/Header/h/x", Label.EXPECTED)) == ["expected"]


def test_what_differs_within_a_line_is_marked() -> None:
    (row,) = [
        row for row in rows(envelope("<a><b>2024-01-01</b></a>"), envelope("<a><b>2024-02-01</b></a>")) if row.shade
    ]

    assert row.old is not None
    assert row.new is not None
    assert (row.old.before, row.old.middle, row.old.after) == ("      <b>2024-0", "1", "-01</b>")
    assert row.new.middle == "2"


def test_a_line_within_another_shares_no_sign_twice() -> None:
    (row,) = [row for row in rows(reply("aa"), reply("aaa")) if row.shade]

    assert row.old is not None
    assert row.new is not None
    assert "".join((row.old.before, row.old.middle, row.old.after)) == "aa"
    assert "".join((row.new.before, row.new.middle, row.new.after)) == "aaa"


def test_differences_are_open_with_their_context_and_the_rest_is_folded() -> None:
    old = envelope("<a>" + "".join(f"<x{n}>same</x{n}>" for n in range(20)) + "<b>1</b></a>")
    new = envelope("<a>" + "".join(f"<x{n}>same</x{n}>" for n in range(20)) + "<b>2</b></a>")

    found = beside(old, new, [judged("b")]).blocks

    assert [(block.folded, len(block.rows)) for block in found] == [(True, 21), (False, 6)]


def test_the_same_value_written_otherwise_opens_nothing() -> None:
    found = beside(envelope("<a><b>true</b></a>"), envelope("<a><b>1</b></a>"), []).blocks

    assert [block.folded for block in found] == [True]
    assert [row.shade for row in found[0].rows if row.shade] == ["form"]


def test_a_side_that_is_no_xml_is_shown_as_the_text_it_is() -> None:
    page = reply("<html>\n<p>Down & out\n", kind="text/html")

    assert [line.text for line in lines(page)] == ["<html>", "<p>Down & out"]
    assert lines(Reply(0, "", b"", "timeout")) == []
    assert [line.text for line in lines(Reply(200, "text/plain", b"\xe6\xff"))] == ["\ufffd\ufffd"]


@pytest.mark.parametrize("body", ["<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<a>" * 300 + "</a>" * 300, "<a><b></a>"])
def test_what_the_guard_refuses_is_not_parsed(body: str) -> None:
    assert [line.text for line in lines(reply(body))] == [body]


def test_a_very_long_answer_is_cut_and_said_to_be() -> None:
    old = envelope("<a>" + "".join(f"<x>{n}</x>" for n in range(LONGEST + 500)) + "</a>")
    new = envelope("<a>" + "".join(f"<x>{n * 3}</x>" for n in range(LONGEST + 500)) + "</a>")
    began = time.monotonic()

    found = beside(old, new, [judged("x")])

    assert found.cut
    assert sum(len(block.rows) for block in found.blocks) <= 2 * LONGEST
    assert time.monotonic() - began < 20  # a bound against running away, not a measurement


def test_an_answer_of_one_repeated_line_is_aligned_within_bounds() -> None:
    old = envelope("<a>" + "<x>1</x>" * 3500 + "</a>")
    began = time.monotonic()

    beside(old, envelope("<a>" + "<x>1</x>" * 2900 + "<x>2</x></a>"), [])

    assert time.monotonic() - began < 20
