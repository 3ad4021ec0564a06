"""Names, prefixes, namespaces and media types that may be kept because everybody knows them; others are replaced."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

from overgang.core.pseudonyms import Pseudonyms
from overgang.wire.contract import names as xml
from overgang.wire.envelope import Version
from overgang.wire.soap_fault import DETAILS

ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_OASIS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
KNOWN_NAMESPACES: Final = frozenset(
    {
        *(version.namespace for version in Version),
        xml.XS,
        xml.XSI,
        xml.XML,
        DETAILS,
        ADDRESSING,
        "http://schemas.microsoft.com/ws/2005/05/addressing/none",
        f"{_OASIS}-secext-1.0.xsd",
        f"{_OASIS}-utility-1.0.xsd",
        "http://www.w3.org/2000/09/xmldsig#",
    }
)
# What toolkits make up: a letter, or ns, and numbers; and the prefixes that the standards are written with. Other short
# ones may be somebody's name.
_KNOWN_PREFIX: Final = re.compile(
    r"[A-Za-z][0-9]{0,3}(p[0-9]{1,3})?|ns[0-9]{0,3}|xml|xsi|xsd|xs|soap|soap12|soapenv|SOAP-ENV|env|wsse|wsu|wsa|ds|tns"
    r"|data|head|fault|wsrm"
).fullmatch
# Local names of the standards: SOAP, WS-Addressing, WS-Security, XML Signature, XML Schema, and those of our own paths.
_WORDS: Final = """
Envelope Header Body Fault faultcode faultstring faultactor detail Code Value Subcode Reason Text Node Role Detail
mustUnderstand actor role relay encodingStyle Upgrade SupportedEnvelope NotUnderstood qname
Include href multiRef arrayType Array
To From Action MessageID RelatesTo ReplyTo FaultTo Address EndpointReference ReferenceParameters Metadata
IsReferenceParameter RelationshipType ProblemHeaderQName ProblemAction RetryAfter
Security Timestamp Created Expires BinarySecurityToken UsernameToken Username Password Nonce Reference URI
SecurityTokenReference KeyIdentifier ValueType EncodingType Id
Signature SignedInfo SignatureValue SignatureMethod CanonicalizationMethod Algorithm DigestMethod DigestValue
Transforms Transform KeyInfo X509Data X509Certificate X509IssuerSerial X509IssuerName X509SerialNumber Object
nil type schemaLocation noNamespaceSchemaLocation lang space base id
string boolean decimal float double duration dateTime time date gYearMonth gYear gMonthDay gDay gMonth hexBinary
base64Binary anyURI QName NOTATION normalizedString token language NMTOKEN NMTOKENS Name NCName ID IDREF IDREFS
ENTITY ENTITIES integer nonPositiveInteger negativeInteger long int short byte nonNegativeInteger unsignedLong
unsignedInt unsignedShort unsignedByte positiveInteger anyType anySimpleType
SequenceFault FaultCode wsrm
HTTP Status status Content-Type content-type charset
"""
_STANDARD: Final = frozenset(_WORDS.split())
_PREFIXED: Final = re.compile(rb"\bxmlns:([\w.-]+)\s*=")
_DECLARED: Final = re.compile(rb"\bname\s*=\s*[\"']([^\"']+)[\"']")
_STEP: Final = re.compile(r"\{[^}]*\}|[^\W\d][\w.-]*")
_MEDIA_TYPES: Final = frozenset(
    {
        "text/xml",
        "application/soap+xml",
        "application/xml",
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/json",
        "application/problem+json",
        "multipart/related",
        "application/xop+xml",
        "application/octet-stream",
    }
)
_PARAMETER: Final = re.compile(r";\s*([A-Za-z-]+)=(\"[^\"]*\"|[^;\s]*)")
_TAG: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_KNOWN_TAGS: Final = frozenset(
    {"html", "head", "body", "title", "p", "h1", "envelope", "fault", "error", "definitions"}
)


class Names:
    """What of a message's form may stay, for one contract: `namespaces` and `actions` are the contract's own.

    `documents` are the contract's files, whose names are public.
    """

    def __init__(
        self,
        pseudonyms: Pseudonyms,
        namespaces: Iterable[str],
        actions: Iterable[str],
        documents: Iterable[bytes] = (),
    ) -> None:
        self._pseudonyms = pseudonyms
        texts = tuple(documents)
        self._locals = _STANDARD.union(_all(_DECLARED, texts))
        self._prefixes = frozenset(_all(_PREFIXED, texts))
        self._namespaces = KNOWN_NAMESPACES.union(namespaces)
        self._actions = frozenset(actions)

    def namespace(self, uri: str) -> str:
        """A namespace of the contract or of a standard as it is, another one replaced."""
        return uri if uri in self._namespaces else f"urn:masked:{self._pseudonyms.index(uri, 10**8):08}"

    def prefix(self, prefix: str) -> str:
        """A usual prefix, or one of the contract's own files, as it is."""
        if _KNOWN_PREFIX(prefix) or prefix in self._prefixes:
            return prefix
        return self._masked(prefix)  # one of the same shape could be that of another one beside it

    def local(self, name: str) -> str:
        """The name of an element, attribute or type of the contract or a standard; another one may be anybody's."""
        return name if not name or name in self._locals else self._masked(name)

    def _masked(self, name: str) -> str:
        return f"masked-{self._pseudonyms.index(name, 10**6):06}"

    def path(self, path: str) -> str:
        """The path of a difference, each step by its name; positions like [1203] stay."""
        return _STEP.sub(self._step, path)

    def _step(self, found: re.Match[str]) -> str:
        step = found[0]
        return f"{{{self.namespace(step[1:-1])}}}" if step.startswith("{") else self.local(step)

    def action(self, action: str) -> str:
        """An action of the contract as it is, with or without its quotes."""
        bare = action.strip('"')
        return action if bare in self._actions or not bare else self._pseudonyms.text(action)

    def content_type(self, text: str) -> str:
        """The media type, the charset and the action; other parameters are left out."""
        essence = text.partition(";")[0].strip()
        kept = [essence if essence.lower() in _MEDIA_TYPES or not essence else "application/x-masked"]
        for name, value in _PARAMETER.findall(text):
            if name.lower() == "charset":
                kept.append(f"charset={_charset(value)}")
            elif name.lower() == "action":
                kept.append(f"{name}={self.action(value)}")
        return "; ".join(kept)


def description(content_type: str, body: bytes) -> bytes:
    """What is kept of a body that is no SOAP message: media type (masked already), length, first tag if a usual one.

    It is still no SOAP message, and of the same sort: a page stays a page, a broken envelope a broken one.
    """
    found = _TAG.search(body[:4096])
    tag = found[1].decode("ascii", "replace").lower() if found else ""
    said = f"not kept: {content_type or 'no media type'}, {len(body)} bytes"
    if tag == "html":
        return f"<html><body>{said}</body></html>".encode()
    if tag == "envelope":
        return f"<Envelope><!-- {said}".encode()
    return f"({said}{f', begins with {tag}' if tag in _KNOWN_TAGS else ''})".encode()


def _all(pattern: re.Pattern[bytes], texts: Iterable[bytes]) -> Iterator[str]:
    return (found.decode("utf-8", "replace") for text in texts for found in pattern.findall(text))


def _charset(value: str) -> str:
    try:
        codecs.lookup(value.strip('"'))
    except (LookupError, ValueError):
        return "x-masked"
    return value
