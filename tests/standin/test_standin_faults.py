"""Faults of the old side, and what bad input it survives."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from standin_side import A_KASSE, Side, citizen, number_of, payload_of, sample

from overgang.core.errors import ERRORS
from overgang.reference.store import Transaction
from overgang.standin.engine import Answered
from overgang.wire.envelope import Version

WHO = citizen("asylsag")
SIDE = Side()
GOOD = sample("AsylumService", "GetAsylumData", WHO)
SOAP11, SOAP12 = (version.content_type for version in Version)
ENVELOPE11 = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'


def post(body: bytes, content_type: str | None = SOAP11, *actions: str) -> Answered:
    return SIDE.service("AsylumService").answer(body, content_type, actions)


def without(name: str) -> bytes:
    """The good call without an element."""
    root = etree.fromstring(GOOD)
    node = root.find(f".//{{*}}{name}")
    assert node is not None
    parent = node.getparent()
    assert parent is not None
    parent.remove(node)
    return etree.tostring(root)


def test_a_fault_has_the_documented_number_and_text_in_soap_11() -> None:
    answer = post(without("ActiveOrganisationHeader"))
    fault = payload_of(answer)

    assert (answer.status, answer.content_type) == (500, "text/xml; charset=utf-8")
    assert [child.tag for child in fault] == ["faultcode", "faultstring", "detail"]
    assert fault.findtext("faultcode") == "s:Client"
    assert fault.nsmap["s"] == Version.SOAP11.namespace
    assert fault.findtext("faultstring") == ERRORS[8232].text
    (details,) = fault[2]
    assert [(etree.QName(child).localname, child.text) for child in details] == [
        ("ErrorCode", "8232"),
        ("Message", ERRORS[8232].text),
    ]


def test_a_fault_has_the_same_in_soap_12() -> None:
    call = without("ActiveOrganisationHeader").replace(
        Version.SOAP11.namespace.encode(), Version.SOAP12.namespace.encode()
    )
    answer = post(call, SOAP12)
    fault = payload_of(answer)

    assert (answer.status, answer.content_type) == (400, "application/soap+xml; charset=utf-8")
    assert [etree.QName(child).localname for child in fault] == ["Code", "Reason", "Detail"]
    assert (fault.findtext("{*}Code/{*}Value"), fault.findtext("{*}Reason/{*}Text")) == ("s:Sender", ERRORS[8232].text)
    assert number_of(answer) == "8232"


@pytest.mark.parametrize(
    ("body", "number"),
    [
        pytest.param(without("RequestUserMetadataHeader"), "8233", id="no header of the user"),
        pytest.param(without("OrganisationCode"), "8235", id="an unreadable header of the user"),
        pytest.param(GOOD.replace(b"<a:OrganisationCode>", b"<a:OrganisationCode>" + b"1" * 20), "8234", id="active"),
        pytest.param(GOOD.replace(WHO.encode(), b"3113000000"), "1001", id="no citizen number"),
        pytest.param(GOOD.replace(WHO.encode(), b"0000000000"), "1010", id="unknown citizen"),
        pytest.param(sample("AsylumService", "GetAsylumData", WHO, A_KASSE), "4575", id="not allowed"),
        pytest.param(sample("AsylumService", "GetAsylumData", WHO, (9, "1")), "4413", id="no such organisation type"),
        pytest.param(GOOD.replace(b">8</c:", b">9</c:"), "8173", id="no such type of the user's organisation"),
        pytest.param(GOOD.replace(b">2</c:", b">9</c:"), "8174", id="no such type of user"),
        pytest.param(GOOD.replace(b"2024-12-09T10:15", b"10000-12-09T10:15"), "8235", id="no calendar has the time"),
    ],
)
def test_a_caller_who_is_wrong_is_told_the_number(body: bytes, number: str) -> None:
    assert number_of(post(body)) == number


TREE = etree.tostring(etree.fromstring(GOOD))
HOSTILE = {
    "nothing": b"",
    "no xml": b"hello",
    "half of it": GOOD[: len(GOOD) // 2],
    "an empty envelope": ENVELOPE11 + b"</s:Envelope>",
    "an empty body": ENVELOPE11 + b"<s:Body/></s:Envelope>",
    "a fault": ENVELOPE11 + b"<s:Body><s:Fault/></s:Body></s:Envelope>",
    "two bodies": TREE.replace(b"</s:Body>", b"</s:Body><s:Body/>"),
    "two elements": TREE.replace(b"</s:Body>", b"<x/></s:Body>"),
    "a doctype": b"<!DOCTYPE x>" + TREE,
    "an entity": b'<!DOCTYPE x [<!ENTITY a "1">]>' + TREE.replace(WHO.encode(), WHO[:9].encode() + b"&a;"),
    "a reference to itself": TREE.replace(b"<s:Body>", b'<s:Body><x id="a" href="#a"/>'),
    "another operation": TREE.replace(b"GetAsylumDataRequest", b"GetEverythingRequest"),
    "another namespace": TREE.replace(b"AsylumService/2020", b"AsylumService/2021"),
    "an unknown type": TREE.replace(
        b"PersonCivilRegistrationIdentifier>",
        b'PersonCivilRegistrationIdentifier xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="nope">',
        1,
    ),
    "deep nesting": ENVELOPE11 + b"<s:Body>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</s:Body></s:Envelope>",
    "what must be understood": TREE.replace(b"<s:Header>", b'<s:Header><x:y xmlns:x="urn:x" s:mustUnderstand="1"/>'),
    "compressed": b"\x1f\x8b\x08\x00" + b"\x00" * 40,
    "an unknown charset": b'<?xml version="1.0" encoding="nope"?>' + TREE,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("content_type", [SOAP11, SOAP12])
def test_bad_input_is_a_fault_and_the_next_call_is_answered(body: bytes, content_type: str) -> None:
    answer = post(body, content_type)

    assert answer.status in (400, 500)
    assert etree.QName(payload_of(answer)).localname == "Fault"
    assert b"1011" not in answer.body
    assert post(GOOD).status == 200


def test_an_envelope_of_the_other_version_than_the_content_type_says_is_a_mismatch() -> None:
    other = TREE.replace(Version.SOAP11.namespace.encode(), Version.SOAP12.namespace.encode())

    assert payload_of(post(other)).findtext("faultcode") == "s:VersionMismatch"
    assert payload_of(post(TREE, SOAP12)).findtext("{*}Code/{*}Value") == "s:VersionMismatch"


def test_a_header_block_that_must_be_understood_and_is_not_has_its_own_code_and_no_detail() -> None:
    fault = payload_of(post(HOSTILE["what must be understood"]))

    assert fault.findtext("faultcode") == "s:MustUnderstand"
    assert fault.find("detail") is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_at_all_bring_it_down(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, len(GOOD)))
    body = GOOD[:start] + data.draw(st.binary(max_size=40)) + GOOD[end:]

    answer = post(body, data.draw(st.sampled_from([SOAP11, SOAP12, "text/xml; charset=utf-16"])))

    assert answer.status in (200, 400, 500)
    assert etree.fromstring(answer.body) is not None


@pytest.mark.parametrize("content_type", [None, "application/json", "text/xml;;=", "multipart/related"])
def test_a_content_type_of_no_version_is_415(content_type: str | None) -> None:
    assert post(GOOD, content_type).status == 415


def test_another_operations_action_is_refused_and_the_own_one_taken() -> None:
    action = SIDE.service("AsylumService").contract.operations["GetAsylumData"].soap_action

    assert number_of(post(GOOD, SOAP11, '"urn:another"')) == "1014"
    assert post(GOOD, SOAP11, f'"{action}"').status == 200


def test_comments_and_blanks_around_a_code_change_nothing() -> None:
    split = GOOD.replace(WHO.encode(), WHO[:4].encode() + b"<!-- x -->" + WHO[4:].encode())
    split = split.replace(b">8</a:", b">\n 8 <!-- y --></a:")

    answer = post(split)

    assert payload_of(answer).findtext("*/{*}PersonCivilRegistrationIdentifier") == WHO


def test_an_internal_error_says_and_logs_nothing_of_the_call(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError(f"about {given[-1]}")

    monkeypatch.setattr(Transaction, "live", broken)
    with caplog.at_level(logging.DEBUG):
        answer = post(GOOD)

    assert (answer.status, number_of(answer)) == (500, "1011")
    assert payload_of(answer).findtext("faultcode") == "s:Server"
    assert "RuntimeError at test_standin_faults.py" in caplog.text
    said = [record.getMessage() for record in caplog.records if record.name.startswith("overgang")]
    assert all(WHO not in line for line in [*said, *capfd.readouterr(), answer.body.decode()])


def test_a_refused_call_leaves_no_line_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for body in (*HOSTILE.values(), sample("AsylumService", "GetAsylumData", WHO, A_KASSE)):
            post(body)

    assert caplog.text == ""
