"""Small contracts written around a schema, so that a test shows the construct it is about and little else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lxml import etree

from overgang.wire.contract import Contract, Element, load

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEAD = f"""<wsdl:definitions targetNamespace="urn:t" xmlns:tns="urn:t" xmlns:o="urn:o" {XS}
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<wsdl:types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">
"""  # the schema begins on line 4
MESSAGES = """</wsdl:types>
<wsdl:message name="M"><wsdl:part name="p" element="tns:E"/></wsdl:message>
<wsdl:portType name="T"><wsdl:operation name="O"><wsdl:input message="tns:M"/><wsdl:output message="tns:M"/>
</wsdl:operation></wsdl:portType>
"""
BINDING = """<wsdl:binding name="B" type="tns:T"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="O"><soap:operation soapAction="urn:t#O"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="tns:B"><soap:address location="http://old.invalid/"/></wsdl:port>
</wsdl:service></wsdl:definitions>"""
PLAIN = '<xs:element name="E" type="xs:string"/>'


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema around element E of urn:t, other files beside it, and messages with their values.

    `more` stands after the schema, within wsdl:types. In messages, xmlns is urn:t and xsi is declared.
    """

    schema: str
    messages: Mapping[str, Any]
    wrong: tuple[str, ...] = ()  # messages that are not valid
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    more: str = ""

    @property
    def wsdl(self) -> str:
        return f"{HEAD}{self.schema}</xs:schema>{self.more}{MESSAGES}{BINDING}"

    def write(self, folder: Path) -> Path:
        """Puts its files into a folder; the path of the WSDL."""
        for name, text in {**self.files, "t.wsdl": self.wsdl}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder / "t.wsdl"

    def load(self, folder: Path) -> Contract:
        return load(self.write(folder))


def request_of(contract: Contract) -> Element:
    """The element of the Body of operation O."""
    body = contract.operations["O"].input.body
    assert body is not None
    return body


def node_of(message: str) -> etree._Element:
    """A message with the declarations that all of them need."""
    name, rest = message[1:].split("E", 1) if message.startswith("<E") else ("", message)
    return etree.fromstring(f'<{name}E xmlns="urn:t" xmlns:t="urn:t" {XSI}{rest}')


def schema_file(text: str, namespace: str | None = "urn:t", extra: str = "") -> str:
    """A schema document of its own."""
    target = "" if namespace is None else f' targetNamespace="{namespace}" xmlns:tns="{namespace}"'
    return f'<xs:schema {XS}{target} elementFormDefault="qualified" {extra}>{text}</xs:schema>'
