"""Namespaces and qualified names; a qualified name is Clark's "{namespace}local", or "local" without a namespace."""

from typing import Final

from lxml import etree

XS: Final = "http://www.w3.org/2001/XMLSchema"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "http://www.w3.org/XML/1998/namespace"
WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
SOAP11: Final = "http://schemas.xmlsoap.org/wsdl/soap/"
SOAP12: Final = "http://schemas.xmlsoap.org/wsdl/soap12/"

XSI_TYPE: Final = f"{{{XSI}}}type"
XSI_NIL: Final = f"{{{XSI}}}nil"


def clark(namespace: str | None, local: str) -> str:
    return f"{{{namespace}}}{local}" if namespace else local


def split(qname: str) -> tuple[str, str]:
    """(namespace or "", local name)."""
    if qname[:1] == "{":
        namespace, _, local = qname[1:].rpartition("}")
        return namespace, local
    return "", qname


def local(qname: str) -> str:
    return qname.rpartition("}")[2]


def resolve(node: etree._Element, text: str) -> str | None:
    """The Clark name of a QName written in the content of `node`; None when its prefix is not declared."""
    prefix, colon, name = text.strip(" \t\n\r").rpartition(":")
    if colon and prefix == "xml":
        return clark(XML, name)
    namespaces = node.nsmap
    if colon and prefix not in namespaces:
        return None
    return clark(namespaces.get(prefix or None), name)


def full_text(node: etree._Element) -> str:
    """All character data of an element without child elements, comments and processing instructions left out."""
    if len(node):
        return str(node.xpath("string()"))
    return node.text or ""
