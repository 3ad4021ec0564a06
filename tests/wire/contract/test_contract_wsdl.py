"""What a WSDL may look like around its schemas."""

# ruff: noqa: E501 - a construct stands on one line, so that a shape can be seen at once

import codecs
from pathlib import Path

import pytest
from lxml import etree
from small_contracts import BINDING, HEAD, MESSAGES, PLAIN, Shape, request_of, schema_file

from overgang.core.values import Value
from overgang.wire.contract import ContractError, Element, Operation, load
from overgang.wire.served import served

RPC = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:t" xmlns:t="urn:t" xmlns:d="urn:d"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<types><xs:schema targetNamespace="urn:d"><xs:complexType name="Sum"><xs:sequence>
 <xs:element name="of" type="xs:int" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
 <xs:element name="Note" type="xs:string"/></xs:schema></types>
<message name="In"><part name="a" type="xs:int"/><part name="sum" type="d:Sum"/><part name="n" element="d:Note"/></message>
<message name="Out"><part name="result" type="xs:boolean"/></message>
<portType name="T"><operation name="O"><input message="t:In"/><output message="t:Out"/></operation></portType>
<binding name="B" type="t:T"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="O"><soap:operation soapAction=""/><input><soap:body use="literal" namespace="urn:w"/></input>
<output><soap:body use="literal" namespace="urn:w"/></output></operation></binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="http://old.invalid/"/></port></service>
</definitions>"""
SOAP12 = (
    BINDING[: BINDING.index("<wsdl:service")].replace("soap:", "soap12:").replace('name="B"', 'name="B12"')
)  # a second binding, without its service


def body(element: Element | None) -> Element:
    assert element is not None
    return element


def operation(folder: Path, text: str) -> Operation:
    (folder / "t.wsdl").write_text(text, encoding="utf-8")
    return load(folder / "t.wsdl").operations["O"]


def both_bindings() -> str:
    text = Shape(PLAIN, {}).wsdl.replace(
        "<wsdl:definitions", '<wsdl:definitions xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"'
    )
    port = '<wsdl:port name="P12" binding="tns:B12"><soap12:address location="http://old.invalid/12"/></wsdl:port>'
    return text.replace("<wsdl:service", SOAP12 + "<wsdl:service").replace("</wsdl:service>", port + "</wsdl:service>")


def test_ports_of_both_soap_versions_lead_to_one_operation(tmp_path: Path) -> None:
    (tmp_path / "t.wsdl").write_text(both_bindings())
    contract = load(tmp_path / "t.wsdl")
    assert [(port.name, port.version, port.binding, port.address) for port in contract.ports] == [
        ("P", "1.1", "B", "http://old.invalid/"),
        ("P12", "1.2", "B12", "http://old.invalid/12"),
    ]
    assert list(contract.operations) == ["O"]
    assert contract.operation_of("{urn:t}E") is contract.operations["O"]
    assert contract.operation_of("{urn:t}Other") is None


def test_a_service_with_only_a_soap_12_port_loads(tmp_path: Path) -> None:
    text = Shape(PLAIN, {}).wsdl.replace("wsdl/soap/", "wsdl/soap12/")
    assert operation(tmp_path, text).soap_action == "urn:t#O"
    assert [port.version for port in load(tmp_path / "t.wsdl").ports] == ["1.2"]


def test_a_port_that_is_not_soap_is_left_out_with_a_note(tmp_path: Path) -> None:
    http = '<wsdl:binding name="H" type="tns:T"><h:binding xmlns:h="http://schemas.xmlsoap.org/wsdl/http/"/></wsdl:binding>'
    text = Shape(PLAIN, {}).wsdl.replace("<wsdl:service", http + "<wsdl:service")
    operation(tmp_path, text.replace("</wsdl:service>", '<wsdl:port name="G" binding="tns:H"/></wsdl:service>'))
    contract = load(tmp_path / "t.wsdl")
    assert [port.name for port in contract.ports] == ["P"]
    assert len(contract.notes) == 1
    assert "port G is not a SOAP port" in contract.notes[0]


def test_operations_of_two_ports_that_differ_are_refused(tmp_path: Path) -> None:
    text = both_bindings().replace('<soap12:operation soapAction="urn:t#O"/>', '<soap12:operation style="rpc"/>')
    with pytest.raises(ContractError, match=r"t\.wsdl:[0-9]+: .* two ports"):
        operation(tmp_path, text.replace('<soap12:body use="literal"/>', '<soap12:body namespace="urn:w"/>'))


def test_rpc_parts_stand_by_type_or_by_element_in_a_wrapper_of_the_bodys_namespace(tmp_path: Path) -> None:
    found = operation(tmp_path, RPC)
    contract = load(tmp_path / "t.wsdl")
    assert found.style == "rpc"
    request, answer = body(found.input.body), body(found.output.body if found.output else None)
    assert (request.qname, answer.qname) == ("{urn:w}O", "{urn:w}OResponse")
    node = etree.fromstring(
        '<w:O xmlns:w="urn:w"><a>1</a><sum><of>2</of></sum><d:Note xmlns:d="urn:d">x</d:Note></w:O>'
    )
    value: Value = {"a": 1, "sum": {"of": [2]}, "Note": "x"}
    assert contract.problems(node) == []
    assert request.decode(node) == value
    assert contract.problems(etree.fromstring(request.encode(value))) == []
    assert etree.fromstring(answer.encode({"result": True}))[0].tag == "result"


@pytest.mark.parametrize(
    ("old", "new", "construct"),
    [
        ('use="literal" namespace="urn:w"', 'use="encoded" namespace="urn:w"', "soap use=encoded"),
        (' namespace="urn:w"', "", "soap:body"),
        ('<part name="a" type="xs:int"/>', '<part name="a"/>', "wsdl:part"),
        ('<part name="a" type="xs:int"/>', '<part name="a" type="d:Gone"/>', "xs:element"),
        ("urn:w", "urn:d", None),
    ],
)
def test_rpc_that_cannot_be_served_is_refused(tmp_path: Path, old: str, new: str, construct: str | None) -> None:
    if construct is None:  # a wrapper may stand in a namespace that has a schema, unless its name is taken
        assert operation(tmp_path, RPC.replace(old, new)).style == "rpc"
        construct, old, new = (
            "soap:body",
            '<xs:element name="Note"',
            '<xs:element name="O" type="xs:int"/><xs:element name="Note"',
        )
        old_text = RPC.replace("urn:w", "urn:d")
    else:
        old_text = RPC
    with pytest.raises(ContractError) as raised:
        operation(tmp_path, old_text.replace(old, new))
    assert (raised.value.construct, raised.value.file) == (construct, "t.wsdl")
    assert raised.value.line > 0


def test_one_way_operations_have_no_output(tmp_path: Path) -> None:
    text = Shape(PLAIN, {}).wsdl.replace('<wsdl:output message="tns:M"/>', "")
    assert operation(tmp_path, text).output is None


def test_a_message_without_a_part_has_no_body(tmp_path: Path) -> None:
    text = Shape(PLAIN, {}).wsdl.replace('<wsdl:part name="p" element="tns:E"/>', "")
    assert operation(tmp_path, text).input.body is None


def test_header_parts_of_the_same_message_are_no_body_parts(tmp_path: Path) -> None:
    text = (
        Shape(PLAIN + '<xs:element name="H" type="xs:int"/>', {})
        .wsdl.replace('<wsdl:part name="p"', '<wsdl:part name="h" element="tns:H"/><wsdl:part name="p"')
        .replace(
            '<soap:body use="literal"/>',
            '<soap:body use="literal"/><soap:header message="tns:M" part="h" use="literal"/>',
        )
    )
    found = operation(tmp_path, text)
    assert (body(found.input.body).name, [one.name for one in found.input.headers]) == ("E", ["H"])


def test_a_wsdl_may_be_split_by_wsdl_import(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "abstract.wsdl").write_text(HEAD + PLAIN + "</xs:schema>" + MESSAGES + "</wsdl:definitions>")
    (tmp_path / "parts" / "again.wsdl").write_text(
        f'{HEAD}</xs:schema></wsdl:types><wsdl:import namespace="urn:t" location="abstract.wsdl"/>'
        '<wsdl:import namespace="urn:t" location="../t.wsdl"/></wsdl:definitions>'
    )
    head = HEAD[: HEAD.index("<wsdl:types>")] + '<wsdl:import namespace="urn:t" location="parts/again.wsdl"/>'
    assert body(operation(tmp_path, head + BINDING).input.body).qname == "{urn:t}E"
    contract = load(tmp_path / "t.wsdl")
    assert set(contract.documents) == {"t.wsdl", "parts/abstract.wsdl", "parts/again.wsdl"}
    assert served(contract, "parts/again.wsdl", "http://new/") == contract.documents["parts/again.wsdl"]


def test_prefixes_of_the_definitions_are_known_in_the_schemas(tmp_path: Path) -> None:
    assert "xmlns" not in PLAIN
    assert request_of(Shape(PLAIN, {}).load(tmp_path)).type.name == "{http://www.w3.org/2001/XMLSchema}string"


def test_an_import_that_a_schema_forgot_is_completed_and_noted(tmp_path: Path) -> None:
    shape = Shape(
        '\n<xs:element name="E" type="o:T"/>',
        {},
        more='<xs:schema targetNamespace="urn:o"><xs:simpleType name="T"><xs:restriction base="xs:int"/></xs:simpleType></xs:schema>',
    )
    contract = shape.load(tmp_path)
    assert contract.problems(etree.fromstring('<E xmlns="urn:t">1</E>')) == []
    assert contract.documents["t.wsdl"] == shape.wsdl.encode()
    [note] = contract.notes
    assert note.startswith('t.wsdl:5: the schema of "urn:t" uses "urn:o" without importing it')


def test_identity_constraints_and_unknown_patterns_are_noted(tmp_path: Path) -> None:
    shape = Shape(
        r"""<xs:element name="E"><xs:complexType><xs:sequence><xs:element name="A" maxOccurs="9"><xs:simpleType>
<xs:restriction base="xs:string"><xs:pattern value="[\i-[:]]+"/></xs:restriction></xs:simpleType></xs:element></xs:sequence>
</xs:complexType><xs:unique name="U"><xs:selector xpath="tns:A"/><xs:field xpath="."/></xs:unique></xs:element>""",
        {},
    )
    notes = shape.load(tmp_path).notes
    assert [note.split(" is checked")[0] for note in notes] == [
        "t.wsdl:6: unique U",
        r't.wsdl:5: pattern "[\i-[:]]+"',
    ]


@pytest.mark.parametrize(
    ("mark", "encoding", "declared"),
    [
        (b"", "utf-8", ""),
        (codecs.BOM_UTF8, "utf-8", ""),
        (codecs.BOM_UTF8, "utf-8", '<?xml version="1.0" encoding="utf-8"?>'),
        (codecs.BOM_UTF16_LE, "utf-16-le", ""),
        (codecs.BOM_UTF16_BE, "utf-16-be", '<?xml version="1.0" encoding="UTF-16"?>'),
        (b"", "iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
    ],
)
def test_every_encoding_is_read_and_served_as_it_was(tmp_path: Path, mark: bytes, encoding: str, declared: str) -> None:
    text = declared + Shape(PLAIN, {}).wsdl.replace("<wsdl:operation", "<wsdl:operation".replace("<", "<!-- æøå --><"))
    (tmp_path / "t.wsdl").write_bytes(mark + text.encode(encoding))
    contract = load(tmp_path / "t.wsdl")
    wanted = text.replace("http://old.invalid/", "http://new/")
    assert served(contract, "t.wsdl", "http://new/") == mark + wanted.encode(encoding)


def test_a_contract_as_wcf_writes_it_loads(tmp_path: Path) -> None:
    shape = Shape(
        '<xs:import namespace="http://schemas.datacontract.org/2004/07/X" schemaLocation="x.xsd"/>'
        '<xs:import namespace="http://schemas.microsoft.com/2003/10/Serialization/" schemaLocation="s.xsd"/>'
        '<xs:element name="E"><xs:complexType><xs:sequence>'
        '<xs:element minOccurs="0" name="q" nillable="true" type="q:Q" xmlns:q="http://schemas.datacontract.org/2004/07/X"/>'
        "</xs:sequence></xs:complexType></xs:element>",
        {},
        files={
            "x.xsd": schema_file(
                '<xs:import namespace="http://schemas.microsoft.com/2003/10/Serialization/" schemaLocation="s.xsd"/>'
                '<xs:complexType name="Q"><xs:sequence><xs:element minOccurs="0" name="Id" type="ser:guid"/>'
                '<xs:element minOccurs="0" name="Lasting" type="ser:duration"/></xs:sequence></xs:complexType>'
                '<xs:element name="Q" nillable="true" type="tns:Q"/>',
                "http://schemas.datacontract.org/2004/07/X",
                'xmlns:ser="http://schemas.microsoft.com/2003/10/Serialization/"',
            ),
            "s.xsd": schema_file(
                '<xs:element name="anyType" nillable="true" type="xs:anyType"/>'
                '<xs:element name="anyURI" nillable="true" type="xs:anyURI"/>'
                '<xs:simpleType name="char"><xs:restriction base="xs:int"/></xs:simpleType>'
                '<xs:simpleType name="duration"><xs:restriction base="xs:duration">'
                r'<xs:pattern value="\-?P(\d*D)?(T(\d*H)?(\d*M)?(\d*(\.\d*)?S)?)?"/>'
                '<xs:minInclusive value="-P10675199DT2H48M5.4775808S"/><xs:maxInclusive value="P10675199DT2H48M5.4775807S"/>'
                "</xs:restriction></xs:simpleType>"
                '<xs:simpleType name="guid"><xs:restriction base="xs:string">'
                r'<xs:pattern value="[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}"/>'
                "</xs:restriction></xs:simpleType>"
                '<xs:attribute name="FactoryType" type="xs:QName"/><xs:attribute name="Id" type="xs:ID"/>'
                '<xs:attribute name="Ref" type="xs:IDREF"/>',
                "http://schemas.microsoft.com/2003/10/Serialization/",
                'attributeFormDefault="qualified"',
            ),
        },
    )
    contract = shape.load(tmp_path)
    value: Value = {"q": {"Id": "0f8fad5b-d9cb-469f-a165-70867728950e", "Lasting": "P1DT2H"}}
    node = etree.fromstring(request_of(contract).encode(value))
    assert contract.problems(node) == []
    assert request_of(contract).decode(node) == value
