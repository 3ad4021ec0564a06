"""Who a Danish function certificate (OCES) is of: read from the DER by object identifiers, never from a name's text."""

import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from overgang.core.errors import CallerFault
from overgang.core.identity import Identity

_ORGANISATION: Final = x509.ObjectIdentifier("2.5.4.97")  # organizationIdentifier
_CVR: Final = re.compile("NTRDK-([0-9]{8})", re.ASCII)
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# An organisation's; DK-P and DK-E are people's.
_UNIT: Final = re.compile(rf"UI:DK-O:G:({_UUID})", re.ASCII | re.IGNORECASE)
_OLD: Final = re.compile("CVR:([0-9]{8})-(FID:[0-9]{1,20})", re.ASCII)
_ISSUED_BY: Final = "Den Danske Stat"
_TEST: Final = "Test - cti"  # the organisational unit of the test authorities


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are taken. `authorities` are certificates of issuers; without any the proxy alone checks.

    `test`: those of the test authorities are taken, and no others. `legacy`: the older form with CVR and FID too.
    """

    authorities: tuple[x509.Certificate, ...] = ()
    test: bool = False
    legacy: bool = False


def read(der: bytes, trust: Trust, moment: datetime) -> tuple[Identity, str, datetime]:
    """The identity, the certificate's SHA-256 in hex, and its last moment. Raises CallerFault 1012, identity.*."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what the library only warns of, such as a country of eleven letters
            certificate = x509.load_der_x509_certificate(der)
            subject, issuer = certificate.subject, certificate.issuer
            begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except Exception:  # noqa: BLE001 - the library raises many things at what is no certificate, and warns of others
        raise _refused("malformed", "an X.509 certificate") from None
    if not begins <= moment <= ends:
        raise _refused("expired", "a certificate that is valid now")
    _check_issuer(certificate, issuer, trust)
    return _identity(subject, trust), sha256(der).hexdigest(), ends


def authorities(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a file of authorities. Raises ValueError when there is none."""
    return tuple(x509.load_pem_x509_certificates(pem))


def _check_issuer(certificate: x509.Certificate, issuer: x509.Name, trust: Trust) -> None:
    units = _values(issuer, NameOID.ORGANIZATIONAL_UNIT_NAME)
    danish = _values(issuer, NameOID.COUNTRY_NAME) == ["DK"] and any(
        one.startswith(_ISSUED_BY) for one in _values(issuer, NameOID.COMMON_NAME)
    )
    if not (danish or trust.legacy) or (_TEST in units) is not trust.test:
        raise _refused("issuer", "a certificate of an authority that is trusted here")
    if trust.authorities and not any(_signed_by(certificate, one) for one in trust.authorities):
        raise _refused("issuer", "a certificate of an authority that is trusted here")


def _signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _identity(subject: x509.Name, trust: Trust) -> Identity:
    organisations, serials = _values(subject, _ORGANISATION), _values(subject, NameOID.SERIAL_NUMBER)
    if trust.legacy and not organisations and len(serials) == 1 and (old := _OLD.fullmatch(serials[0])):
        return Identity("oces2", old[1], old[2])
    cvr = _CVR.fullmatch(organisations[0]) if len(organisations) == 1 else None
    unit = _UNIT.fullmatch(serials[0]) if len(serials) == 1 else None
    if cvr is None:
        raise _refused("cvr", "one organizationIdentifier of the form NTRDK-<CVR>")
    if unit is None:
        raise _refused("kind", "a function certificate: one serialNumber of the form UI:DK-O:G:<uuid>")
    return Identity("oces3", cvr[1], unit[1].lower())


def _values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    found: Collection[x509.NameAttribute[str | bytes]] = name.get_attributes_for_oid(oid)
    return [one.value if isinstance(one.value, str) else "" for one in found]


def _refused(key: str, expected: str) -> CallerFault:
    return CallerFault(1012, f"identity.{key}", expected=expected)
