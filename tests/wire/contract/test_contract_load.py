"""Which contracts load, which are refused and why, and how they are served."""

from pathlib import Path

import pytest

from overgang.wire.contract import ContractError, load
from overgang.wire.served import served

SHAPES = Path(__file__).parent / "shapes"
HEAD = """<wsdl:definitions targetNamespace="urn:t" xmlns:tns="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"><wsdl:types>
<xs:schema targetNamespace="urn:t">
"""
TAIL = """</xs:schema></wsdl:types>
<wsdl:message name="M"><wsdl:part name="p" element="tns:E"/></wsdl:message>
<wsdl:portType name="T"><wsdl:operation name="O"><wsdl:input message="tns:M"/></wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="tns:T"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="O"><soap:operation soapAction=""/>
<wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="tns:B"><soap:address location="http://old/"/></wsdl:port></wsdl:service>
</wsdl:definitions>"""
PLAIN = '<xs:element name="E" type="xs:string"/>'


def refused(folder: Path, text: str) -> ContractError:
    (folder / "t.wsdl").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as raised:
        load(folder / "t.wsdl")
    return raised.value


def test_a_contract_shows_its_ports_operations_documents_and_notes() -> None:
    contract = load(SHAPES / "many.wsdl")
    assert [(port.name, port.version) for port in contract.ports] == [("One", "1.1"), ("Two", "1.2")]
    assert set(contract.documents) == {"many.wsdl", "parts/round.xsd", "parts/back.xsd", "parts/chameleon.xsd"}
    operation = contract.operation_of("{urn:m}Ask")
    assert operation is contract.operations["Ask"]
    assert (operation.soap_action, operation.documentation, list(operation.faults)) == (
        "urn:many#Ask",
        "Asks.",
        ["Wrong"],
    )
    assert [header.name for header in operation.input.headers] == ["Header"]
    assert len(contract.notes) == 1
    assert contract.notes[0].startswith("many.wsdl:28: ")


def test_rpc_messages_are_wrapped_in_the_namespace_of_the_body() -> None:
    contract = load(SHAPES / "rpc.wsdl")
    add = contract.operation_of("{urn:wrap}Add")
    assert add is not None
    assert add.style == "rpc"
    assert add.output is not None
    assert add.output.body is not None
    text = add.output.body.encode({"result": {"of": [1, 2]}})
    assert "Response xmlns" in text
    assert "<result><of>1</of><of>2</of></result>" in text
    assert contract.operations["Tell"].output is None


@pytest.mark.parametrize(
    ("schema", "construct", "line"),
    [
        ('<xs:redefine schemaLocation="x.xsd"/>' + PLAIN, "xs:redefine", 4),
        ('<xs:override schemaLocation="x.xsd"/>' + PLAIN, "xs:override", 4),
        ('\n<xs:element name="E"><xs:complexType mixed="true"/></xs:element>', "xs:complexType", 5),
        (PLAIN + '<xs:complexType name="C"><xs:assert test="1"/></xs:complexType>', "xs:assert", 4),
        ('<xs:element name="E"/>', "xs:element", 4),
        ('<xs:element name="E" type="xs:anyType"/>', "type xs:anyType", 4),
        ('\n\n<xs:element name="E" type="tns:Gone"/>', "xs:element", 6),
        ('<xs:import namespace="urn:o" schemaLocation="http://h/x.xsd"/>' + PLAIN, 'location "http://h/x.xsd"', 4),
        ('<xs:include schemaLocation="../x.xsd"/>' + PLAIN, 'location "../x.xsd"', 4),
        ('<xs:include schemaLocation="/etc/passwd"/>' + PLAIN, 'location "/etc/passwd"', 4),
        ('<xs:include schemaLocation="link.xsd"/>' + PLAIN, 'location "link.xsd"', 4),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused_with_its_line(tmp_path: Path, schema: str, construct: str, line: int) -> None:
    folder = tmp_path / "contract"
    folder.mkdir()
    (tmp_path / "x.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    (folder / "link.xsd").symlink_to(tmp_path / "x.xsd")
    error = refused(folder, HEAD + schema + TAIL)
    assert (error.construct, error.file, error.line) == (construct, "t.wsdl", line)


@pytest.mark.parametrize(
    ("old", "new", "construct"),
    [
        ('use="literal"', 'use="encoded"', "soap use=encoded"),
        (
            '<soap:body use="literal"/>',
            '<soap:header message="tns:M" part="no" use="literal"/><soap:body/>',
            "soap:header",
        ),
        ("<wsdl:definitions", "<!DOCTYPE x []><wsdl:definitions", "DOCTYPE"),
        ('element="tns:E"', 'type="xs:string"', "wsdl:part"),
        (
            '<soap:body use="literal"/>',
            '<m:multipartRelated xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/"/>',
            "multipartRelated",
        ),
        ("</wsdl:definitions>", "", "XML"),
        (
            'service name="S"',
            'service name="S"><wsdl:documentation/></wsdl:service><wsdl:service name="S2"',
            "wsdl:service",
        ),
    ],
)
def test_a_wsdl_that_cannot_be_served_is_refused(tmp_path: Path, old: str, new: str, construct: str) -> None:
    text = HEAD + PLAIN + TAIL
    assert old in text
    assert refused(tmp_path, text.replace(old, new)).construct == construct


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_served_bytes_differ_only_in_the_address(tmp_path: Path, encoding: str) -> None:
    text = (SHAPES / "many.wsdl").read_text(encoding="utf-8").replace('encoding="utf-8"', f'encoding="{encoding}"')
    text = text.replace("Asks.", "Spørger.").replace("\n", "\r\n")
    data = text.encode(encoding)
    (tmp_path / "many.wsdl").write_bytes(data)
    (tmp_path / "parts").mkdir()
    for part in (SHAPES / "parts").iterdir():
        (tmp_path / "parts" / part.name).write_bytes(part.read_bytes())
    contract = load(tmp_path / "many.wsdl")
    wanted = text.replace("http://old.example.invalid/one", "https://new/a?b=1&amp;c=2").replace(
        "http://old.example.invalid/two", "https://new/a?b=1&amp;c=2"
    )
    assert served(contract, "many.wsdl", "https://new/a?b=1&c=2") == wanted.encode(encoding)
    assert served(contract, "parts/round.xsd", "https://new/") == contract.documents["parts/round.xsd"]
