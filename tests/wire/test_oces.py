"""Who a certificate is of is read from its attributes, and whatever only looks like it is refused."""

from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certificates import CVR, NOW, ORGANISATION, UNIT, Names, authority, name, subject
from overgang.core.errors import CallerFault
from overgang.core.identity import Identity
from overgang.wire.oces import Trust, authorities, read

ISSUER, TEST = authority(), authority(test=True)
OLD = ((NameOID.SERIAL_NUMBER, "CVR:87654321-FID:1234567890123"), (NameOID.COMMON_NAME, "Ældre"))


ANY = Trust()


def key(der: bytes, trust: Trust = ANY) -> str:
    with pytest.raises(CallerFault) as caught:
        read(der, trust, NOW)
    assert caught.value.number == 1012
    return caught.value.key.removeprefix("identity.")


def test_the_company_and_its_unit_are_read() -> None:
    made = ISSUER.issue()
    identity, fingerprint, ends = read(made.der, Trust((ISSUER.certificate,)), NOW)
    assert identity == Identity("oces3", CVR, UNIT)
    assert fingerprint == sha256(made.der).hexdigest()
    assert ends == NOW + timedelta(days=1000)


def test_a_renewed_certificate_is_of_the_same_one() -> None:
    first, second = ISSUER.issue(), ISSUER.issue(subject(unit=f"UI:DK-O:G:{UNIT.upper()}"))
    assert read(first.der, Trust(), NOW)[0] == read(second.der, Trust(), NOW)[0]
    assert read(first.der, Trust(), NOW)[1] != read(second.der, Trust(), NOW)[1]


@pytest.mark.parametrize("shift", [timedelta(days=-2), timedelta(days=1001)])
def test_a_certificate_that_is_not_valid_now_is_refused(shift: timedelta) -> None:
    with pytest.raises(CallerFault, match=r"identity\.expired"):
        read(ISSUER.issue().der, Trust(), NOW + shift)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (subject(unit=f"UI:DK-E:G:{UNIT}"), "kind"),
        (subject(unit=f"UI:DK-P:G:{UNIT}"), "kind"),
        (subject(unit=f"UI:DK-O:G:{UNIT} "), "kind"),
        (subject(unit=UNIT), "kind"),
        ((*subject(), (NameOID.SERIAL_NUMBER, f"UI:DK-O:G:{UNIT}")), "kind"),
        (subject(cvr=CVR), "cvr"),
        (subject(cvr=f"NTRDK-{CVR}0"), "cvr"),
        (subject(cvr="NTRDK-1234567８"), "cvr"),
        (subject(cvr=f"NTRSE-{CVR}"), "cvr"),
        ((*subject(), (ORGANISATION, "NTRDK-99999999")), "cvr"),
        ((*subject(cvr="x")[:1], *subject()[2:4], (NameOID.COMMON_NAME, f"NTRDK-{CVR}")), "cvr"),
        (((NameOID.ORGANIZATION_NAME, f"A\\,2.5.4.97=NTRDK-{CVR}"), *subject()[3:]), "cvr"),
        (OLD, "cvr"),
    ],
)
def test_what_only_looks_like_a_function_certificate_is_refused(names: Names, why: str) -> None:
    assert key(ISSUER.issue(names).der) == why


def test_two_companies_in_one_part_of_a_name_are_refused() -> None:
    both = x509.RelativeDistinguishedName(
        [x509.NameAttribute(ORGANISATION, f"NTRDK-{CVR}"), x509.NameAttribute(ORGANISATION, "NTRDK-99999999")]
    )
    whole = x509.Name([both, *name(*subject()[3:]).rdns])
    assert key(ISSUER.issue(whole=whole).der) == "cvr"


def test_the_test_authorities_are_taken_only_where_they_are_wanted_and_then_no_others() -> None:
    ours, test = ISSUER.issue().der, TEST.issue().der
    assert key(test) == "issuer"
    assert key(ours, Trust(test=True)) == "issuer"
    assert read(test, Trust(test=True), NOW)[0].cvr == CVR


def test_an_authority_of_another_name_is_refused() -> None:
    assert key(authority(common="Somebody's own authority").issue().der) == "issuer"


def test_a_certificate_that_another_key_signed_is_refused_whatever_its_issuers_name() -> None:
    assert key(authority().issue().der, Trust((ISSUER.certificate,))) == "issuer"
    assert len(authorities(ISSUER.pem + TEST.pem)) == 2


def test_the_older_form_is_taken_only_where_it_is_wanted() -> None:
    assert read(ISSUER.issue(OLD).der, Trust(legacy=True), NOW)[0] == Identity("oces2", "87654321", "FID:1234567890123")


@pytest.mark.parametrize("der", [b"", b"0", b"\x30\x82\xff\xff", b"-----BEGIN CERTIFICATE-----", bytes(5000)])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    assert key(der) == "malformed"


def test_a_certificate_that_is_cut_or_changed_is_no_certificate_or_of_nobody_trusted() -> None:
    der = ISSUER.issue().der
    trust = Trust((ISSUER.certificate,))
    assert key(der[:-1], trust) == "malformed"
    for place in range(0, len(der), 7):
        changed = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
        with pytest.raises(CallerFault):
            read(changed, trust, NOW)
