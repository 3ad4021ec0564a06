"""A small contract with every construct that comparing tells apart, and envelopes around pieces of it."""

from pathlib import Path

from overgang.core.compare.lexical import READERS
from overgang.core.compare.values import Reply
from overgang.wire.contract import Contract, load

ROOT = Path(__file__).parents[2]
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
GUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
TYPES = (*READERS, "string", "token", "normalizedString", "QName", "anyURI")

_ITEM = """
<xs:complexType name="Item"><xs:sequence>
  <xs:element name="ItemIdentifier" type="t:Guid"/>
  <xs:element name="StartDate" type="xs:dateTime"/>
  <xs:element name="Note" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType>
<xs:complexType name="Longer"><xs:complexContent><xs:extension base="t:Item"><xs:sequence>
  <xs:element name="More" type="xs:int"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="Loose"><xs:sequence>
  <xs:element name="A" type="xs:int"/><xs:element name="B" type="xs:string" minOccurs="0"/>
  <xs:element name="C" type="xs:string" minOccurs="0"/></xs:sequence></xs:complexType>
"""
_ANSWER = """
<xs:element name="Answer" nillable="true"><xs:complexType><xs:sequence>
  {every}
  <xs:element name="Flags" type="t:Flags" minOccurs="0"/>
  <xs:element name="Either" type="t:Either" minOccurs="0"/>
  <xs:element name="Word" type="t:Word" minOccurs="0"/>
  <xs:element name="KindTypeIdentifier" type="xs:int" minOccurs="0"/>
  <xs:element name="Standard" type="xs:int" default="5" minOccurs="0"/>
  <xs:element name="Money" minOccurs="0"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal">
    <xs:attribute name="currency" type="xs:NCName" default="DKK"/><xs:attribute name="since" type="xs:date"/>
  </xs:extension></xs:simpleContent></xs:complexType></xs:element>
  <xs:element name="Items" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:element name="Item" type="t:Item" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Loose" type="t:Loose" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="Tag" type="xs:token" minOccurs="0" maxOccurs="unbounded"/>
  <xs:element name="Any" minOccurs="0"><xs:complexType><xs:all>
    <xs:element name="A" type="xs:int" minOccurs="0"/><xs:element name="B" type="xs:int" minOccurs="0"/>
  </xs:all></xs:complexType></xs:element>
  <xs:element name="Log" minOccurs="0"><xs:complexType><xs:choice maxOccurs="unbounded">
    <xs:element name="In" type="xs:int"/><xs:element name="Out" type="xs:int"/>
  </xs:choice></xs:complexType></xs:element>
  <xs:element name="Tree" type="t:Tree" minOccurs="0"/>
  <xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence><xs:attribute name="mode" type="xs:int"/></xs:complexType></xs:element>
<xs:complexType name="Tree"><xs:sequence><xs:element name="Value" type="xs:int"/>
  <xs:element name="Branch" type="t:Tree" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:simpleType name="Flags"><xs:list itemType="xs:int"/></xs:simpleType>
<xs:simpleType name="Either"><xs:union memberTypes="xs:int xs:boolean"/></xs:simpleType>
<xs:simpleType name="Word"><xs:restriction base="xs:string">
  <xs:enumeration value="Ja"/><xs:enumeration value="Nej"/></xs:restriction></xs:simpleType>
<xs:element name="Ask" type="xs:string"/><xs:element name="Stamp" type="xs:dateTime"/>
<xs:element name="Order" type="xs:string"/>
<xs:element name="FaultDetails"><xs:complexType><xs:sequence>
  <xs:element name="ErrorCode" type="xs:int" minOccurs="0"/><xs:element name="Message" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
"""
_WSDL = """<wsdl:definitions targetNamespace="urn:t" xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<wsdl:types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">
<xs:simpleType name="Guid"><xs:restriction base="xs:string"><xs:pattern value="{guid}"/></xs:restriction>
</xs:simpleType>
{item}{answer}</xs:schema></wsdl:types>
<wsdl:message name="Ask"><wsdl:part name="p" element="t:Ask"/></wsdl:message>
<wsdl:message name="Order"><wsdl:part name="p" element="t:Order"/></wsdl:message>
<wsdl:message name="Answer"><wsdl:part name="p" element="t:Answer"/></wsdl:message>
<wsdl:message name="Stamp"><wsdl:part name="h" element="t:Stamp"/></wsdl:message>
<wsdl:message name="Details"><wsdl:part name="d" element="t:FaultDetails"/></wsdl:message>
<wsdl:portType name="T"><wsdl:operation name="Ask"><wsdl:input message="t:Ask"/><wsdl:output message="t:Answer"/>
<wsdl:fault name="F" message="t:Details"/></wsdl:operation>
<wsdl:operation name="Tell"><wsdl:input message="t:Order"/></wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="t:T"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="Ask"><soap:operation soapAction="urn:t#Ask"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:header message="t:Stamp" part="h" use="literal"/><soap:body use="literal"/></wsdl:output>
<wsdl:fault name="F"><soap:fault name="F" use="literal"/></wsdl:fault></wsdl:operation>
<wsdl:operation name="Tell"><soap:operation soapAction="urn:t#Tell"/><wsdl:input><soap:body use="literal"/></wsdl:input>
</wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="t:B"><soap:address location="http://old.invalid/"/></wsdl:port>
</wsdl:service></wsdl:definitions>"""


def write(folder: Path) -> Path:
    """The WSDL in a folder: operation Ask answers with Answer, in which each built-in type has an element _<type>."""
    every = "\n".join(f'<xs:element name="_{name}" type="xs:{name}" minOccurs="0" nillable="true"/>' for name in TYPES)
    path = folder / "t.wsdl"
    wsdl = _WSDL.format(guid=GUID, item=_ITEM, answer=_ANSWER.format(every=every))
    path.write_text(wsdl, encoding="utf-8")
    return path


def small(folder: Path) -> Contract:
    return load(write(folder))


def envelope(body: str, header: str = "", soap: str = SOAP11) -> bytes:
    """An envelope; in it xmlns is urn:t and xsi, s and t are declared."""
    names = f'xmlns:s="{soap}" xmlns="urn:t" xmlns:t="urn:t" xmlns:xsi="{XSI}"'
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f"<s:Envelope {names}>{head}<s:Body>{body}</s:Body></s:Envelope>".encode()


def reply(body: bytes | str, status: int = 200, kind: str = "text/xml; charset=utf-8", trouble: str = "") -> Reply:
    return Reply(status, kind, body if isinstance(body, bytes) else body.encode(), trouble)


def answer(content: str, attributes: str = "", header: str = "") -> Reply:
    """A SOAP 1.1 answer with this content of Answer."""
    return reply(envelope(f"<Answer{attributes}>{content}</Answer>", header))


def fault(code: str, text: str, detail: str = "", status: int = 500, more: str = "") -> Reply:
    """A SOAP 1.1 fault."""
    inner = f'<faultcode xmlns="">{code}</faultcode><faultstring xmlns="">{text}</faultstring>{more}'
    details = f'<detail xmlns="">{detail}</detail>' if detail else ""
    return reply(envelope(f"<s:Fault>{inner}{details}</s:Fault>"), status)


def fault12(codes: tuple[str, ...], text: str, detail: str = "", status: int = 400, lang: str = "en") -> Reply:
    """A SOAP 1.2 fault."""
    code = "".join(f"<s:{'Subcode' if n else 'Code'}><s:Value>{one}</s:Value>" for n, one in enumerate(codes))
    code += "".join(f"</s:{'Subcode' if n else 'Code'}>" for n in reversed(range(len(codes))))
    reason = f'<s:Reason><s:Text xml:lang="{lang}">{text}</s:Text></s:Reason>'
    details = f"<s:Detail>{detail}</s:Detail>" if detail else ""
    body = envelope(f"<s:Fault>{code}{reason}{details}</s:Fault>", soap=SOAP12)
    return reply(body, status, "application/soap+xml; charset=utf-8")
