"""Generated contracts: one shaped like an absence history for the codec, and one of any size for the start-up."""

import sys
from pathlib import Path

NAMESPACE = "http://bench.invalid/history"
_HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="{namespace}" name="History" targetNamespace="{namespace}">
  <wsdl:types>
    <xs:schema elementFormDefault="qualified" targetNamespace="{namespace}">
"""
_MIDDLE = """\
    </xs:schema>
  </wsdl:types>
"""
_TAIL = """\
  <wsdl:service name="History">
    <wsdl:port name="History" binding="t:HistoryBinding"><soap:address location="http://bench.invalid/"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""
_FIELDS = """\
        <xs:element name="AbsenceIdentifier" type="xs:string"/>
        <xs:element name="AbsenceTypeIdentifier" type="xs:int"/>
        <xs:element name="StartDate" type="xs:dateTime"/>
        <xs:element name="EndDate" type="xs:dateTime" minOccurs="0"/>
        <xs:element name="AbsenceComment" minOccurs="0">
          <xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="1500"/></xs:restriction></xs:simpleType>
        </xs:element>
        <xs:element name="NotificationDate" type="xs:dateTime"/>
        <xs:element name="Active" type="xs:boolean"/>
        <xs:element name="Hours" type="xs:decimal"/>
        <xs:element name="OrganisationCode" type="xs:string"/>
        <xs:element name="RegistrationDateTime" type="xs:dateTime"/>
"""


def history() -> str:
    """One operation, Exchange, whose request and answer are lists of absences with ten elements each."""
    body = "".join(
        f'<xs:element name="Exchange{kind}"><xs:complexType><xs:sequence>'
        '<xs:element name="Absence" type="t:Absence" minOccurs="0" maxOccurs="unbounded"/>'
        "</xs:sequence></xs:complexType></xs:element>\n"
        for kind in ("Request", "Response")
    )
    return _wsdl(
        f'<xs:complexType name="Absence"><xs:sequence>\n{_FIELDS}</xs:sequence></xs:complexType>\n{body}', ["Exchange"]
    )


def large(types: int) -> str:
    """A contract with so many types of ten elements (about 0.94 kB each), one operation per twenty types."""
    names = [f"Operation{n}" for n in range(types // 20)]
    parts = [
        f'<xs:complexType name="Type{n}"><xs:sequence>\n{_FIELDS}'
        + (f'        <xs:element name="Next" type="t:Type{n - 1}" minOccurs="0"/>\n' if n % 20 else "")
        + "</xs:sequence></xs:complexType>\n"
        for n in range(types)
    ]
    parts += [
        f'<xs:element name="{name}{kind}" type="t:Type{20 * number + 19}"/>\n'
        for number, name in enumerate(names)
        for kind in ("Request", "Response")
    ]
    return _wsdl("".join(parts), names)


def _wsdl(schema: str, operations: list[str]) -> str:
    messages = "".join(
        f'<wsdl:message name="{name}{kind}"><wsdl:part name="body" element="t:{name}{kind}"/></wsdl:message>\n'
        for name in operations
        for kind in ("Request", "Response")
    )
    port = "".join(
        f'<wsdl:operation name="{name}"><wsdl:input message="t:{name}Request"/>'
        f'<wsdl:output message="t:{name}Response"/></wsdl:operation>\n'
        for name in operations
    )
    binding = "".join(
        f'<wsdl:operation name="{name}"><soap:operation soapAction="{NAMESPACE}#{name}"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation>\n"
        for name in operations
    )
    return (
        _HEAD.format(namespace=NAMESPACE) + schema + _MIDDLE + messages
        + f'<wsdl:portType name="History">\n{port}</wsdl:portType>\n'
        + '<wsdl:binding name="HistoryBinding" type="t:History">\n'
        + '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>\n'
        + f"{binding}</wsdl:binding>\n" + _TAIL
    )  # fmt: skip


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(large(int(sys.argv[2])), encoding="utf-8")
