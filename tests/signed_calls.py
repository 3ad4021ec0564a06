"""Old calls with a WS-Security signature, and everything that can be done to one."""

import base64
from datetime import datetime, timedelta
from typing import Any

from lxml import etree
from signxml import methods
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from certificates import NOW, Issued
from overgang.wire.signature import DS, WSSE, WSU

SOAP = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"


class _Signer(XMLSigner):
    """Also with what nobody should use any more."""

    def check_deprecated_methods(self) -> None:
        return


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def signed(
    message: str,
    by: Issued,
    *,
    version: str = "1.1",
    created: datetime = NOW - timedelta(seconds=5),
    minutes: float = 5,
    refer: tuple[str, ...] = ("body", "ts"),
    method: SignatureMethod = SignatureMethod.ECDSA_SHA256,
    token: Issued | None = None,
) -> etree._Element:
    """The envelope with its Security block, as an old system signs it."""
    root = etree.fromstring(message)
    header, body = root[0], root[1]
    body.set(f"{{{WSU}}}Id", "body")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    security.set(f"{{{SOAP[version]}}}mustUnderstand", "1")
    held = etree.SubElement(security, f"{{{WSSE}}}BinarySecurityToken", {f"{{{WSU}}}Id": "token", "ValueType": X509})
    held.text = base64.b64encode((token or by).der).decode()
    times = etree.SubElement(security, f"{{{WSU}}}Timestamp", {f"{{{WSU}}}Id": "ts"})
    etree.SubElement(times, f"{{{WSU}}}Created").text = stamp(created)
    etree.SubElement(times, f"{{{WSU}}}Expires").text = stamp(created + timedelta(minutes=minutes))
    signer = _Signer(
        method=methods.detached,
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    made: Any = signer.sign(root, key=by.key, reference_uri=[f"#{one}" for one in refer], id_attribute="Id")
    info = made.find(f"{{{DS}}}KeyInfo")
    for child in list(info):
        info.remove(child)
    pointer = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(pointer, f"{{{WSSE}}}Reference", {"URI": "#token", "ValueType": X509})
    security.append(made)
    return etree.fromstring(etree.tostring(root))
