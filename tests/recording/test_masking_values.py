"""wire/masking/values and walk for all the types and places that a contract may have, ours or another one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from planted import KEY, NAME, NUMBER, XML, found

from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import Contract, Facets, Simple, load
from overgang.wire.contract.builtins import BUILTINS
from overgang.wire.contract.simple import texts_of
from overgang.wire.envelope import Version
from overgang.wire.masking import Masker
from overgang.wire.masking.values import Values
from strategies import simple

VALUES = Values(Pseudonyms(KEY), frozenset({"Ferie"}))


def atomic(builtin: str, **facets: object) -> Simple:
    return Simple(None, builtin, "atomic", Facets(**facets))  # type: ignore[arg-type]


WORDS = atomic("token", enumeration=("all", "none"))
NAMES = ("Name", "NMTOKEN", "ID", "IDREF", "language", "NCName", "QName")
TYPES = {
    **{name: atomic(name) for name in BUILTINS if name not in NAMES},
    "words": WORDS,
    "short": atomic("string", min_length=1, max_length=2),
    "digits": atomic("string", patterns=(("[0-9]{8}",),)),
    "floor": atomic("string", patterns=(("[1-9]|[1-9][0-9]|KL|ST|kl|st|k[2-9]|K[2-9]",),)),
    "code or none": atomic("string", patterns=(("-1|[0-9]{1,8}",),)),
    "only one": atomic("string", patterns=(("only",),)),
    "small": atomic("int", min_inclusive="0", max_inclusive="9"),
    "price": atomic("decimal", total_digits=6, fraction_digits=2),
    "list": Simple(None, "list", "list", Facets(), item=atomic("int")),
    "list of words": Simple(None, "list", "list", Facets(min_length=1), item=WORDS),
    "union": Simple(None, "union", "union", Facets(), members=(WORDS, atomic("int"), atomic("dateTime"))),
}
UNCHANGED = ("boolean", "dateTime", "date", "time", "gYear", "gYearMonth", "gMonthDay", "gMonth", "gDay", "duration")


@pytest.mark.parametrize("name", TYPES)
@given(st.data())
def test_a_valid_text_becomes_another_valid_one_or_is_allowed_to_stay(name: str, data: st.DataObject) -> None:
    kind = TYPES[name]
    texts = texts_of(kind)
    text = texts.render(data.draw(simple(kind)))
    made = VALUES.masked(kind, text, "Name", "Parent")
    assert VALUES.masked(kind, text, "Name", "Parent") == made
    if name != "only one":
        assert texts.wrong(made) is None
    if name in (*UNCHANGED, "words", "list of words"):
        assert made == text
    elif any(sign.isalnum() for sign in text) and name != "union" and text not in ("INF", "-INF", "NaN", "inf", "nan"):
        assert made != text


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_names_and_keep_their_prefix(name: str) -> None:
    kind = atomic(name)
    text = "da-DK" if name == "language" else "p:Jens" if name == "QName" else "Jens1"
    made = VALUES.masked(kind, text, "Name", "Parent")
    assert made != text
    assert texts_of(kind).wrong(made) is None
    assert made.startswith("p:") is (name == "QName")


@pytest.mark.parametrize(
    ("kind", "text", "name", "parent", "stays"),
    [
        (atomic("int"), "3", "AbsenceTypeIdentifier", "Absence", True),
        (atomic("int"), "3", "CodeListItemIdentifier", "x", True),
        (atomic("int"), "12345", "Code", "AbsenceTypeIdentifier", True),
        (atomic("int"), "123456", "Code", "AbsenceTypeIdentifier", False),
        (atomic("int"), "3", "MonthsOfExperience", "ProfessionType", False),
        (atomic("int"), "8", "OrganisationTypeIdentifier", "ActiveOrganisationHeader", True),
        (atomic("string"), "10101", "OrganisationCode", "ActiveOrganisationHeader", True),
        (atomic("string"), "10101", "OrganisationCode", "RequestOrganisationStructure", False),
        (atomic("string"), NUMBER, "OrganisationCode", "ActiveOrganisationHeader", False),
        (atomic("string"), "Jens", "OrganisationCode", "ActiveOrganisationHeader", False),
        (atomic("string"), "Ferie", "CodeListItemName", "CodeListItem", True),
        (atomic("string"), "Ferie", "JobTitle", "JobSearchEntry", False),
        (atomic("string"), "Jens", "CodeListItemName", "CodeListItem", False),
        (atomic("date"), "1985-03-12", "DateOfBirth", "Person", False),
        (atomic("dateTime"), "1985-03-12T00:00:00Z", "Foedselstidspunkt", "Person", False),
        (atomic("gYear"), "1985", "YearOfBirth", "Person", False),
        (atomic("date"), "1985-03-12", "StartDate", "Person", True),
        (atomic("boolean"), "maybe", "Active", "Absence", False),
        (atomic("date"), "2024-13-01", "StartDate", "Absence", False),
        (atomic("duration"), f"P{NUMBER}D", "Length", "Absence", False),
        (atomic("double"), "INF", "Value", "x", True),
        (WORDS, "other", "Value", "x", False),
    ],
)
def test_the_list_of_what_may_stay(kind: Simple, text: str, name: str, parent: str, stays: bool) -> None:
    assert (VALUES.masked(kind, text, name, parent) == text) is stays


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_blank_texts_stay(text: str) -> None:
    assert VALUES.masked(atomic("string"), text, "Name", "Parent") == text


def test_blanks_around_a_value_stay() -> None:
    made = VALUES.masked(atomic("token"), " \nJens\t", "Name", "Parent")
    assert made.startswith(" \n")
    assert made.endswith("\t")


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("1.5", "+1.50", atomic("decimal")),
        ("AbCd", "abcd", atomic("hexBinary")),
        ("AAEC", "A A E C", atomic("base64Binary")),
        ("7", "007", atomic("int")),
    ],
)
def test_two_forms_of_a_value_stay_two_forms_of_one_value(one: str, other: str, kind: Simple) -> None:
    parse = texts_of(kind).parse
    made = [parse(VALUES.masked(kind, text, "Name", "Parent").replace(" ", "")) for text in (one, other)]
    assert made[0] == made[1] != parse(one)


WSDL = """<wsdl:definitions targetNamespace="urn:t" xmlns:tns="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<wsdl:types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">
<xs:element name="E"><xs:complexType><xs:sequence>
 <xs:element name="Free" type="tns:Free" minOccurs="0" maxOccurs="unbounded"/>
 <xs:element name="Fixed" type="xs:string" fixed="always" minOccurs="0"/>
 <xs:element name="Usual" type="xs:string" default="usually" minOccurs="0"/>
 <xs:element name="Base" type="tns:Base" minOccurs="0"/>
 <xs:element name="Self" minOccurs="0"><xs:complexType><xs:sequence><xs:element ref="tns:E" minOccurs="0"/>
 </xs:sequence></xs:complexType></xs:element>
 <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
 <xs:attribute name="id" type="xs:string"/><xs:attribute name="on" type="xs:boolean"/>
 <xs:attribute name="kind" type="xs:string" fixed="always"/></xs:complexType></xs:element>
<xs:complexType name="Free"><xs:simpleContent><xs:extension base="xs:string"><xs:attribute name="a" type="xs:int"/>
</xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="Base"><xs:sequence><xs:element name="A" type="xs:string"/></xs:sequence></xs:complexType>
<xs:complexType name="More"><xs:complexContent><xs:extension base="tns:Base"><xs:sequence>
 <xs:element name="B" type="xs:date"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
</xs:schema></wsdl:types>
<wsdl:message name="M"><wsdl:part name="p" element="tns:E"/></wsdl:message>
<wsdl:portType name="T"><wsdl:operation name="O"><wsdl:input message="tns:M"/><wsdl:output message="tns:M"/>
</wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="tns:T"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="O"><soap:operation soapAction="urn:t#O"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="tns:B"><soap:address location="http://old.invalid/"/></wsdl:port>
</wsdl:service></wsdl:definitions>"""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path: Path = tmp_path_factory.mktemp("wsdl") / "t.wsdl"
    path.write_text(WSDL, encoding="utf-8")
    return load(path)


def masked(contract: Contract, body: str) -> str:
    """The Body's content, masked; it was valid and is."""
    envelope = (
        f'<s:Envelope xmlns:s="{Version.SOAP11.namespace}" xmlns:t="urn:t" '
        f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()
    assert contract.problems(etree.fromstring(envelope)[0][0]) == []
    made = Masker(contract, KEY).envelope(envelope, XML)
    assert contract.problems(etree.fromstring(made)[0][0]) == []
    assert found(made, [NAME, NUMBER]) == []
    return made.decode().partition("Body>")[2].rpartition("</s:Body>")[0]


@pytest.mark.parametrize(
    "body",
    [
        '<t:E on="true" kind="always"><t:Fixed>always</t:Fixed><t:Usual>usually</t:Usual></t:E>',
        "<t:E/>",
        "<t:E><t:Fixed/><t:Usual/><t:Self/></t:E>",
    ],
)
def test_what_the_contract_itself_says_stays(contract: Contract, body: str) -> None:
    assert masked(contract, body) == body


def test_attributes_go_by_their_types(contract: Contract) -> None:
    body = masked(contract, f'<t:E id="{NAME}" on=" 1 "><t:Free a="77">{NUMBER}</t:Free></t:E>')
    made = etree.fromstring(f'<x xmlns:t="urn:t">{body}</x>')[0]
    assert made.get("on") == " 1 "
    assert made.get("id") != NAME
    assert made[0].get("a") not in (None, "77")


def test_a_type_that_stands_in_is_followed(contract: Contract) -> None:
    made = masked(contract, f'<t:E><t:Base i:type="t:More"><t:A>{NAME}</t:A><t:B>2024-12-09</t:B></t:Base></t:E>')
    assert 'i:type="t:More"' in made
    assert "<t:B>2024-12-09</t:B>" in made


def test_free_elements_and_deep_ones_are_masked(contract: Contract) -> None:
    free = f'<f:x xmlns:f="urn:f" f:y="{NUMBER}" xml:lang="da">{NAME}</f:x>'
    made = masked(contract, f"<t:E><t:Self><t:E id='{NUMBER}'>{free}</t:E></t:Self></t:E>")
    assert 'xml:lang="da"' in made
    assert "urn:f" not in made
