"""Certificates as the Danish authorities issue them, made when they are needed; all of it is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ORGANISATION: Final = x509.ObjectIdentifier("2.5.4.97")
CVR: Final = "12345678"
UNIT: Final = "0b5c5b60-6f0f-4f4c-9a55-0d6d3a1c1f11"
NOW: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
Names = Sequence[tuple[x509.ObjectIdentifier, str]]


def name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def subject(cvr: str = f"NTRDK-{CVR}", unit: str = f"UI:DK-O:G:{UNIT}", common: str = "Fagsystem") -> Names:
    return (
        (NameOID.COUNTRY_NAME, "DK"),
        (ORGANISATION, cvr),
        (NameOID.ORGANIZATION_NAME, "Fagsystem A/S"),
        (NameOID.SERIAL_NUMBER, unit),
        (NameOID.COMMON_NAME, common),
    )


@dataclass(frozen=True)
class Authority:
    """An issuing authority with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def revoked(
        self, *these: "Issued", begins: datetime = NOW - timedelta(days=2), ends: datetime = NOW + timedelta(days=1000)
    ) -> bytes:
        """The list of what it has revoked, as PEM; another one is due when it `ends`."""
        made = x509.CertificateRevocationListBuilder(self.certificate.subject, begins, ends)
        for one in these:
            serial = one.certificate.serial_number
            made = made.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, begins).build())
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        names: Names | None = None,
        begins: datetime = NOW - timedelta(days=1),
        ends: datetime = NOW + timedelta(days=1000),
        whole: x509.Name | None = None,
    ) -> "Issued":
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            x509.CertificateBuilder()
            .subject_name(whole or name(*(names or subject())))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return Issued(made, key)


@dataclass(frozen=True)
class Issued:
    """A certificate that was issued, with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        made: bytes = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return made


def authority(
    *,
    test: bool = False,
    common: str | None = None,
    begins: datetime = NOW - timedelta(days=999),
    under: Authority | None = None,
    below: int = 0,
) -> Authority:
    """An authority named as the Danish state's are; the test ones have an organisational unit.

    It is issued by the one that it is `under`, else by itself, and may have so many authorities one `below` the other.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    unit = ((NameOID.ORGANIZATIONAL_UNIT_NAME, "Test - cti"),) if test else ()
    whole = name(
        (NameOID.COUNTRY_NAME, "DK"),
        (NameOID.ORGANIZATION_NAME, "Den Danske Stat"),
        *unit,
        (NameOID.COMMON_NAME, common or "Den Danske Stat OCES udstedende-CA 1"),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(whole)
        .issuer_name(under.certificate.subject if under else whole)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        .sign(under.key if under else key, hashes.SHA256())
    )
    return Authority(made, key)
