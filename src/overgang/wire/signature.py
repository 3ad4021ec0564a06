"""WS-Security signatures: what of a message is signed, by whom, and that nothing else of it is looked at.

A message may be signed and still say something else (signature wrapping): so its form is fixed first, and the Body that
is handed on is the one that the verifier returned, not the one that stands in the message.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lxml import etree

from overgang.core.errors import CallerFault
from overgang.wire.envelope import Version

WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
SECURITY: Final = f"{{{WSSE}}}Security"
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SIGNED_BY: Final = frozenset(
    f"http://www.w3.org/2001/04/xmldsig-more#{name}"
    for name in ("rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512")
)
_DIGESTED_BY: Final = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
_X509: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
_NS: Final = {"ds": DS, "wsse": WSSE, "wsu": WSU}
_MOST: Final = 5  # references
_SKEW: Final = timedelta(seconds=60)  # between two clocks
_LONGEST: Final = timedelta(hours=1)  # that a message may be valid
_IDS: Final = frozenset({"id"})  # local names of attributes that are ids, in lower case


@dataclass(frozen=True, slots=True)
class Signed:
    """What was verified: the Body, the certificate, what names the signature, and until when it is valid."""

    body: etree._Element
    certificate: bytes
    value: bytes
    until: datetime


def verified(root: etree._Element, moment: datetime, taken: Callable[[bytes], None]) -> Signed:
    """The signed Body of an envelope. `taken` is given the certificate, and raises when it is not to be taken.

    Raises CallerFault 1012 with a key signature.*.
    """
    version = next((one for one in Version if root.tag == f"{{{one.namespace}}}Envelope"), None)
    if version is None:
        raise _refused("form", "an Envelope")
    header, body = _parts(root, version)
    security, signature = _security(root, header, version)
    _unique_ids(root)
    ids = _references(signature)
    if _id(body) not in ids:
        raise _refused("body", "the Body among what is signed")
    until = _timestamp(security, ids, moment)
    certificate = _token(security, signature)
    taken(certificate)
    return Signed(_verified(root, version, body, len(ids), certificate), certificate, _value(signature), until)


def with_body(root: etree._Element, signed: Signed) -> etree._Element:
    """The envelope with the verified Body in the place of its own."""
    root.replace(root[1], signed.body)
    return root


# ---- the form


def _parts(root: etree._Element, version: Version) -> tuple[etree._Element, etree._Element]:
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise _refused("form", "no comments and no instructions")
    wanted = [f"{{{version.namespace}}}{name}" for name in ("Header", "Body")]
    texts = [root.text, *(child.tail for child in root)]
    if [child.tag for child in root] != wanted or any(text and text.strip() for text in texts):
        raise _refused("form", "an Envelope of Header and Body")
    return root[0], root[1]


def _security(root: etree._Element, header: etree._Element, version: Version) -> tuple[etree._Element, etree._Element]:
    blocks, signatures = list(root.iter(SECURITY)), list(root.iter(f"{{{DS}}}Signature"))
    if len(blocks) != 1 or blocks[0].getparent() is not header:
        raise _refused("security", "one Security block in the Header")
    if any(blocks[0].get(f"{{{version.namespace}}}{name}") for name in ("actor", "role")):
        raise _refused("security", "a Security block for whoever is called")
    if len(signatures) != 1 or signatures[0].getparent() is not blocks[0]:
        raise _refused("signature", "one Signature, in the Security block")
    return blocks[0], signatures[0]


def _unique_ids(root: etree._Element) -> None:
    found = Counter(
        value
        for node in root.iter()
        for name, value in node.attrib.items()
        if etree.QName(str(name)).localname.lower() in _IDS
    )
    if any(count > 1 for count in found.values()):
        raise _refused("id", "ids of which each comes once")


def _references(signature: etree._Element) -> frozenset[str]:
    """The ids of what is signed; algorithms and transforms are those that are allowed, and no others."""
    info = signature.findall("ds:SignedInfo", _NS)
    if len(info) != 1 or len(signature.findall("ds:SignatureValue", _NS)) != 1:
        raise _refused("signature", "one SignedInfo and one SignatureValue")
    if _algorithm(info[0], "ds:CanonicalizationMethod") != _EXCLUSIVE:
        raise _refused("algorithm", "exclusive canonical XML")
    if _algorithm(info[0], "ds:SignatureMethod") not in _SIGNED_BY:
        raise _refused("algorithm", "RSA or ECDSA with SHA-256, SHA-384 or SHA-512")
    references = info[0].findall("ds:Reference", _NS)
    if not 1 <= len(references) <= _MOST:
        raise _refused("reference", f"one to {_MOST} references")
    for reference in references:
        if _algorithm(reference, "ds:DigestMethod") not in _DIGESTED_BY:
            raise _refused("algorithm", "SHA-256, SHA-384 or SHA-512")
        transforms = [one.get("Algorithm") for one in reference.iterfind("ds:Transforms/ds:Transform", _NS)]
        if transforms != [_EXCLUSIVE]:
            raise _refused("algorithm", "no transform but exclusive canonical XML")
        if not (reference.get("URI") or "").startswith("#") or len(reference.get("URI") or "") < 2:
            raise _refused("reference", "references into the message")
    return frozenset((reference.get("URI") or "")[1:] for reference in references)


def _algorithm(node: etree._Element, name: str) -> str:
    found = node.findall(name, _NS)
    return found[0].get("Algorithm", "") if len(found) == 1 else ""


def _id(node: etree._Element) -> str:
    return node.get(f"{{{WSU}}}Id", "")


def _timestamp(security: etree._Element, ids: frozenset[str], moment: datetime) -> datetime:
    """Until when the message is valid; the Timestamp is signed and holds now."""
    stamps = security.findall("wsu:Timestamp", _NS)
    if len(stamps) != 1 or _id(stamps[0]) not in ids:
        raise _refused("timestamp", "one Timestamp, signed")
    times = [stamps[0].findall(f"wsu:{name}", _NS) for name in ("Created", "Expires")]
    if any(len(found) != 1 for found in times):
        raise _refused("timestamp", "Created and Expires")
    try:
        created, expires = (datetime.fromisoformat((found[0].text or "").strip()) for found in times)
    except ValueError:
        raise _refused("timestamp", "times as xs:dateTime has them") from None
    if created.tzinfo is None or expires.tzinfo is None:
        raise _refused("timestamp", "times with their zone")
    if not created < expires <= created + _LONGEST or not created - _SKEW <= moment <= expires + _SKEW:
        raise _refused("timestamp", "a time of validity of at most an hour that holds now")
    return expires.astimezone(UTC)


def _token(security: etree._Element, signature: etree._Element) -> bytes:
    """The certificate that KeyInfo points to, in the Security block."""
    tokens = security.findall("wsse:BinarySecurityToken", _NS)
    pointed = signature.findall("ds:KeyInfo/wsse:SecurityTokenReference/wsse:Reference", _NS)
    if len(tokens) != 1 or len(pointed) != 1 or pointed[0].get("URI") != f"#{_id(tokens[0])}":
        raise _refused("token", "one BinarySecurityToken that KeyInfo points to")
    if tokens[0].get("ValueType") != _X509:
        raise _refused("token", "an X.509 certificate")
    return _decoded(tokens[0].text)


def _value(signature: etree._Element) -> bytes:
    return _decoded(signature.findtext("ds:SignatureValue", "", _NS))


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except binascii.Error:
        raise _refused("token", "base64") from None


# ---- the signature


def _verified(
    root: etree._Element, version: Version, body: etree._Element, count: int, certificate: bytes
) -> etree._Element:
    """The Body that the verifier returned."""
    from cryptography import x509
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    config = SignatureConfiguration(
        location=f"./{{{version.namespace}}}Header/{SECURITY}/",
        expect_references=count,
        ignore_ambiguous_key_info=True,  # KeyInfo only points; whose certificate it is was decided before
        signature_methods=frozenset(one for one in SignatureMethod if one.value in _SIGNED_BY),
        digest_algorithms=frozenset(one for one in DigestAlgorithm if one.value in _DIGESTED_BY),
    )
    pinned = x509.load_der_x509_certificate(certificate)
    try:
        found: Any = XMLVerifier().verify(
            etree.tostring(root), x509_cert=pinned, id_attribute="Id", expect_config=config
        )
    except (SignXMLException, ValueError, etree.LxmlError):
        raise _refused("wrong", "a signature of this message by this certificate") from None
    results = found if isinstance(found, list) else [found]
    for result in results:
        signed = result.signed_xml
        if signed is not None and signed.tag == body.tag and _id(signed) == _id(body):
            made: etree._Element = signed
            return made
    raise _refused("body", "the Body among what is signed")


def _refused(key: str, expected: str) -> CallerFault:
    return CallerFault(1012, f"signature.{key}", expected=expected)
