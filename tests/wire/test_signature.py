"""Signatures of WS-Security: a good one is taken, and every way to make it mean something else is refused."""

import copy
from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from certificates import NOW, authority
from old_calls import professions, wrapped
from overgang.core.errors import CallerFault
from overgang.wire.signature import DS, SECURITY, WSSE, WSU, verified, with_body
from signed_calls import SOAP, signed

BY, OTHER = authority().issue(), authority().issue()
EVIL = "<e:Body xmlns:e='{soap}' xmlns:u='{wsu}'{more}><evil/></e:Body>"
S = SOAP["1.1"]
Change = Callable[[etree._Element], None]


def anybody(_: bytes) -> None:
    return


def key(root: etree._Element) -> str:
    with pytest.raises(CallerFault) as caught:
        verified(etree.fromstring(etree.tostring(root)), NOW, anybody)
    assert caught.value.number == 1012
    return caught.value.key.removeprefix("signature.")


def call(version: str = "1.1", **how: object) -> etree._Element:
    return signed(wrapped(professions(), version=version), BY, version=version, **how)  # type: ignore[arg-type]


def evil(more: str = "") -> etree._Element:
    return etree.fromstring(EVIL.format(soap=S, wsu=WSU, more=more))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_signed_body_is_handed_on(version: str) -> None:
    root = call(version)
    found = verified(root, NOW, anybody)
    assert found.certificate == BY.der
    assert found.until == NOW - timedelta(seconds=5) + timedelta(minutes=5)
    assert len(found.value) > 32
    whole = with_body(root, found)
    assert whole[1] is found.body
    assert whole[1][0].tag.endswith("GetProfessionCollectionRequest")


def test_the_certificate_is_asked_about_before_it_is_used() -> None:
    def refuses(der: bytes) -> None:
        raise CallerFault(1012, "identity.unknown")

    with pytest.raises(CallerFault, match=r"identity\.unknown"):
        verified(call(), NOW, refuses)


# ---- what is wrapped, moved, doubled


def wrap_in_header(root: etree._Element) -> None:
    """V1, V2: the signed Body in the Header, another one without or with another id in its place."""
    holder = etree.SubElement(root[0], "{urn:x}wrapper")
    holder.append(root[1])
    root.append(evil())


def wrap_other_id(root: etree._Element) -> None:
    holder = etree.SubElement(root[0], "{urn:x}wrapper")
    holder.append(root[1])
    root.append(evil(" u:Id='other'"))


def wrap_same_id(root: etree._Element) -> None:
    """V3: the same id twice."""
    holder = etree.SubElement(root[0], "{urn:x}wrapper")
    holder.append(root[1])
    root.append(evil(" u:Id='body'"))


def evil_first(root: etree._Element) -> None:
    """V4: two Bodies, the wrong one first."""
    root.insert(1, evil())


def evil_last(root: etree._Element) -> None:
    """V5: two Bodies, the right one first."""
    root.append(evil())


def evil_around(root: etree._Element) -> None:
    """V6: a Body that contains the signed one."""
    body = root[1]
    around = evil()
    root.replace(body, around)
    around.append(body)


def in_object(root: etree._Element) -> None:
    """V7: the signed Body in a ds:Object."""
    holder = etree.SubElement(next(root.iter(f"{{{DS}}}Signature")), f"{{{DS}}}Object")
    holder.append(root[1])
    root.append(evil())


def in_security(root: etree._Element) -> None:
    """V8: in the Security block."""
    next(root.iter(SECURITY)).append(root[1])
    root.append(evil())


def comment_in_value(root: etree._Element) -> None:
    """V9: a comment splits a value, and some readers take the first part of it."""
    place = next(root.iter("{*}PersonCivilRegistrationIdentifier"))
    text = place.text or ""
    place.text = text[:6]
    comment = etree.Comment("x")
    comment.tail = text[6:]
    place.append(comment)


def no_security(root: etree._Element) -> None:
    """V10"""
    root[0].remove(next(root.iter(SECURITY)))


def two_securities(root: etree._Element) -> None:
    """V11"""
    etree.SubElement(root[0], SECURITY)


def no_signature(root: etree._Element) -> None:
    """V13"""
    block = next(root.iter(SECURITY))
    block.remove(next(root.iter(f"{{{DS}}}Signature")))


def another_actor(root: etree._Element) -> None:
    """V15"""
    next(root.iter(SECURITY)).set(f"{{{S}}}actor", "http://example.invalid/other")


def two_signatures(root: etree._Element) -> None:
    """V16"""
    block = next(root.iter(SECURITY))
    block.append(copy.deepcopy(next(root.iter(f"{{{DS}}}Signature"))))


def hmac(root: etree._Element) -> None:
    """V17: the public certificate as the secret of an HMAC."""
    method = next(root.iter(f"{{{DS}}}SignatureMethod"))
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")


def transform(name: str) -> Change:
    """V18, V19: a transform that leaves something out."""

    def change(root: etree._Element) -> None:
        made = etree.SubElement(next(root.iter(f"{{{DS}}}Transforms")), f"{{{DS}}}Transform")
        made.set("Algorithm", name)

    return change


def bare_id(root: etree._Element) -> None:
    """V20: an id without namespace."""
    root[1].attrib.pop(f"{{{WSU}}}Id")
    root[1].set("Id", "body")


def manifest(root: etree._Element) -> None:
    """V21: the Body is referred to by a Manifest only."""
    signature = next(root.iter(f"{{{DS}}}Signature"))
    reference = next(one for one in root.iter(f"{{{DS}}}Reference") if one.get("URI") == "#body")
    holder = etree.SubElement(etree.SubElement(signature, f"{{{DS}}}Object"), f"{{{DS}}}Manifest")
    holder.append(reference)


def text_after(root: etree._Element) -> None:
    """V22"""
    root[1].tail = "text"


def changed(root: etree._Element) -> None:
    """V23, and the simplest of all."""
    next(root.iter("{*}PersonCivilRegistrationIdentifier")).text = "0601763194"


def changed_time(root: etree._Element) -> None:
    next(root.iter(f"{{{WSU}}}Expires")).text = (NOW + timedelta(minutes=30)).isoformat()


def uri(text: str) -> Change:
    def change(root: etree._Element) -> None:
        next(one for one in root.iter(f"{{{DS}}}Reference") if one.get("URI") == "#body").set("URI", text)

    return change


def foreign_token(root: etree._Element) -> None:
    import base64

    next(root.iter(f"{{{WSSE}}}BinarySecurityToken")).text = base64.b64encode(OTHER.der).decode()


def encrypted(root: etree._Element) -> None:
    etree.SubElement(root[1][0], "{http://www.w3.org/2001/04/xmlenc#}EncryptedData")


CHANGES: dict[str, tuple[Change, str]] = {
    "V1 wrapper in the Header": (wrap_in_header, "body"),
    "V2 wrapper, another id": (wrap_other_id, "body"),
    "V3 wrapper, the same id": (wrap_same_id, "id"),
    "V4 the wrong Body first": (evil_first, "form"),
    "V5 the wrong Body last": (evil_last, "form"),
    "V6 a Body around it": (evil_around, "body"),
    "V7 in an Object": (in_object, "body"),
    "V8 in Security": (in_security, "body"),
    "V9 a comment in a value": (comment_in_value, "form"),
    "V10 no Security": (no_security, "security"),
    "V11 two Security blocks": (two_securities, "security"),
    "V13 no Signature": (no_signature, "signature"),
    "V15 for another actor": (another_actor, "security"),
    "V16 two Signatures": (two_signatures, "signature"),
    "V17 HMAC": (hmac, "algorithm"),
    "V18 XPath": (transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), "algorithm"),
    "V18 XSLT": (transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), "algorithm"),
    "V19 enveloped": (transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), "algorithm"),
    "V20 an id without namespace": (bare_id, "body"),
    "V21 a Manifest": (manifest, "body"),
    "V22 text after the Body": (text_after, "form"),
    "V23 another value": (changed, "wrong"),
    "another time": (changed_time, "wrong"),
    "an empty reference": (uri(""), "reference"),
    "the whole document": (uri("#"), "reference"),
    "a reference outside": (uri("http://127.0.0.1:9/"), "reference"),
    "a reference to a file": (uri("file:///etc/hostname"), "reference"),
    "a reference to nothing": (uri("#nothing"), "body"),
    "another one's certificate": (foreign_token, "wrong"),
    "something encrypted in it": (encrypted, "wrong"),
}


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=CHANGES)
def test_what_was_done_to_a_signed_message_is_found(change: Change, why: str) -> None:
    root = call()
    verified(copy.deepcopy(root), NOW, anybody)
    change(root)
    assert key(root) == why


@pytest.mark.parametrize("refer", [("ts",), ("body",)])
def test_both_body_and_timestamp_are_signed(refer: tuple[str, ...]) -> None:
    assert key(call(refer=refer)) == ("body" if "body" not in refer else "timestamp")


@pytest.mark.parametrize(
    ("created", "minutes"),
    [
        (NOW - timedelta(minutes=10), 5),
        (NOW + timedelta(minutes=10), 5),
        (NOW, 61),
        (NOW, -1),
        (NOW, 0),
    ],
)
def test_a_message_is_valid_for_a_while_that_holds_now(created: object, minutes: float) -> None:
    assert key(call(created=created, minutes=minutes)) == "timestamp"


@pytest.mark.parametrize("seconds", [-59, 59])
def test_clocks_may_differ_a_little(seconds: int) -> None:
    created = (
        NOW + timedelta(seconds=seconds) if seconds > 0 else NOW - timedelta(minutes=5) + timedelta(seconds=seconds)
    )
    verified(call(created=created), NOW, anybody)


def test_a_second_timestamp_is_refused() -> None:
    root = call()
    block = next(root.iter(SECURITY))
    made = etree.SubElement(block, f"{{{WSU}}}Timestamp")
    etree.SubElement(made, f"{{{WSU}}}Created").text = NOW.isoformat()
    assert key(root) == "timestamp"


def test_sha_1_is_no_signature() -> None:
    root = call()
    next(root.iter(f"{{{DS}}}SignatureMethod")).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    assert key(root) == "algorithm"
    root = call()
    next(root.iter(f"{{{DS}}}DigestMethod")).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")
    assert key(root) == "algorithm"
