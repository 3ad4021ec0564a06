"""Faults out: their structure by SOAP 1.1 §4.4 and SOAP 1.2 part 1 §5.4, with the FaultDetails of the contracts."""

import pytest
from lxml import etree

from overgang.core.errors import CallerFault, Fault, GatewayFault, UpstreamFault
from overgang.wire.envelope import MustUnderstand, Version, VersionMismatch
from overgang.wire.soap_fault import fault_bytes

SOAP11, SOAP12 = Version.SOAP11.namespace, Version.SOAP12.namespace
DETAILS = "http://service.bm.dk/xml/schemas/2011/01/12/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FAULTS = [
    pytest.param(CallerFault(1010, "citizen.unknown"), "Client", "Sender", 400, id="caller"),
    pytest.param(UpstreamFault(1100, "upstream.timeout"), "Server", "Receiver", 500, id="upstream"),
    pytest.param(GatewayFault(1011, "gateway.bug", note="a < b & c"), "Server", "Receiver", 500, id="gateway"),
    pytest.param(VersionMismatch(), "VersionMismatch", "VersionMismatch", 500, id="version"),
    pytest.param(MustUnderstand(["{urn:a&b}x"]), "MustUnderstand", "MustUnderstand", 500, id="mustUnderstand"),
]


def envelope(version: Version, fault: Fault) -> tuple[int, etree._Element, etree._Element]:
    """Status, Envelope and Fault; an Envelope of SOAP 1.1 has no Header here, one of 1.2 at most one."""
    status, body = fault_bytes(version, fault)
    root = etree.fromstring(body)
    assert root.tag == f"{{{version.namespace}}}Envelope"
    assert root[-1].tag == f"{{{version.namespace}}}Body"
    assert [child.tag for child in list(root)[:-1]] in ([], [f"{{{version.namespace}}}Header"])
    assert [child.tag for child in root[-1]] == [f"{{{version.namespace}}}Fault"]
    assert not any("encodingStyle" in str(name) for node in root.iter() for name in node.attrib)
    return status, root, root[-1][0]


def qname(node: etree._Element, value: str | None) -> tuple[str | None, str]:
    """The namespace and the local name of a QName that stands in text."""
    prefix, _, local = (value or "").rpartition(":")
    return node.nsmap[prefix or None], local


@pytest.mark.parametrize(("fault", "code11", "code12", "status12"), FAULTS)
def test_a_fault_of_soap_11_has_its_parts_in_order(fault: Fault, code11: str, code12: str, status12: int) -> None:
    status, root, found = envelope(Version.SOAP11, fault)
    parts = [child.tag for child in found]

    assert status == 500
    assert len(root) == 1
    assert parts in (["faultcode", "faultstring", "detail"], ["faultcode", "faultstring"])
    assert qname(found[0], found[0].text) == (SOAP11, code11)
    assert found[1].get(LANG) == "en"


@pytest.mark.parametrize(("fault", "code11", "code12", "status12"), FAULTS)
def test_a_fault_of_soap_12_has_its_parts_in_order(fault: Fault, code11: str, code12: str, status12: int) -> None:
    status, _, found = envelope(Version.SOAP12, fault)
    parts = [etree.QName(child).localname for child in found]

    assert status == status12
    assert {etree.QName(child).namespace for child in found} == {SOAP12}
    assert parts in (["Code", "Reason", "Detail"], ["Code", "Reason"])
    assert [child.tag for child in found[0]] == [f"{{{SOAP12}}}Value"]
    assert qname(found[0][0], found[0][0].text) == (SOAP12, code12)
    assert [(child.tag, child.get(LANG)) for child in found[1]] == [(f"{{{SOAP12}}}Text", "en")]


@pytest.mark.parametrize("version", Version)
def test_details_carry_number_and_text_and_nothing_of_the_inside(version: Version) -> None:
    fault = CallerFault(4338, "date.outside", element="Hent/Dato", expected="a day < 11 & > 0")
    _, _, found = envelope(version, fault)
    details = found[-1][0]

    assert details.tag == f"{{{DETAILS}}}FaultDetails"
    assert [(child.tag, child.text) for child in details] == [
        (f"{{{DETAILS}}}ErrorCode", "4338"),
        (f"{{{DETAILS}}}Message", fault.text),
    ]
    assert list(found[1].itertext()) == ["The enrollment date must be today or at most 10 days before today"]


def test_a_version_mismatch_of_soap_12_offers_both_versions() -> None:
    _, root, _ = envelope(Version.SOAP12, VersionMismatch())
    (upgrade,) = root[0]

    assert upgrade.tag == f"{{{SOAP12}}}Upgrade"
    assert {child.tag for child in upgrade} == {f"{{{SOAP12}}}SupportedEnvelope"}
    assert [qname(child, child.get("qname")) for child in upgrade] == [(SOAP11, "Envelope"), (SOAP12, "Envelope")]


def test_must_understand_of_soap_12_names_each_block_not_understood() -> None:
    _, root, found = envelope(Version.SOAP12, MustUnderstand(["{urn:a?b=c&d}First", "Second"]))

    assert {child.tag for child in root[0]} == {f"{{{SOAP12}}}NotUnderstood"}
    assert qname(root[0][0], root[0][0].get("qname")) == ("urn:a?b=c&d", "First")
    assert root[0][1].get("qname") == "Second"
    assert [etree.QName(child).localname for child in found] == ["Code", "Reason"]
