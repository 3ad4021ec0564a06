"""Messages of the kinds that the W3C's SOAP 1.2 test collection has, as far as they are about structure (row 77).

Each gets a well-formed envelope of its own version with the right code, and never a dropped connection. The messages of
the collection itself are about an echo service; these are about an operation that is there.
"""

import pytest
from attack import attack

from old_calls import ABSENCE, ENVELOPE, HEADER, MEDIA, said, wrapped
from old_calls import absence as absence_of
from overgang.wire.contract import load
from running import ROOT, Site, citizen

S = ENVELOPE["1.2"]
ROLE = f"{S}/role/"
ENCODING = "http://www.w3.org/2003/05/soap-encoding"


def absence() -> str:
    """Of somebody of whom no other test here registers anything."""
    return absence_of(citizen("langtidsledig"))


GOOD = wrapped(absence(), version="1.2")
UNKNOWN = '<t:Unknown xmlns:t="http://example.invalid/ts-tests"'


def block(attributes: str, content: str = "foo") -> str:
    return wrapped(absence(), f"{HEADER}{UNKNOWN} {attributes}>{content}</t:Unknown>", "1.2")


def raw(body: str, before: str = "", after: str = "") -> str:
    return f'{before}<s:Envelope xmlns:s="{S}">{body}</s:Envelope>{after}'


SERVED = "CreateAbsenceResponse"
# What the test is about, the message, and the code of its answer.
MESSAGES = [
    *[(f"T1-5 {role} not understood, not required", block(f's:role="{role}"'), SERVED) for role in (
        f"{ROLE}next", f"{ROLE}none", f"{ROLE}ultimateReceiver", "http://example.invalid/other", "")],
    ("T6 no role", block(""), SERVED),
    ("T7 required false", block('s:mustUnderstand="false"'), SERVED),
    ("T8 required 0", block('s:mustUnderstand="0"'), SERVED),
    ("T9 required 0, next", block(f's:role="{ROLE}next" s:mustUnderstand="0"'), SERVED),
    ("T10 required of another role", block('s:role="http://example.invalid/other" s:mustUnderstand="true"'), SERVED),
    ("T11 required of nobody", block(f's:role="{ROLE}none" s:mustUnderstand="true"'), SERVED),
    ("T12 required 1", block('s:mustUnderstand="1"'), "MustUnderstand"),
    ("T13 required true", block('s:mustUnderstand="true"'), "MustUnderstand"),
    ("T14 required wrong", block('s:mustUnderstand="wrong"'), "Sender"),
    ("T15 required of the next", block(f's:role="{ROLE}next" s:mustUnderstand="true"'), "MustUnderstand"),
    ("T16 required of the last", block(f's:role="{ROLE}ultimateReceiver" s:mustUnderstand="1"'), "MustUnderstand"),
    ("T17 required without role", block('s:role="" s:mustUnderstand="1"'), "MustUnderstand"),
    ("T18 to be relayed", block('s:relay="true"'), SERVED),
    ("T19 relayed and required", block('s:relay="true" s:mustUnderstand="true"'), "MustUnderstand"),
    ("T20 relayed, required of another", block(f's:relay="1" s:role="{ROLE}none" s:mustUnderstand="1"'), SERVED),
    ("T21 two unknown, one required", wrapped(absence(), f"{HEADER}{UNKNOWN}/>{UNKNOWN.replace('Unknown', 'Other')}"
        ' s:mustUnderstand="1"/>', "1.2"), "MustUnderstand"),
    ("T22 markup within a block", block("", '<t:a>x<t:b t:c="1"/></t:a>'), SERVED),
    ("T23 required 9", block('s:mustUnderstand="9"'), "Sender"),
    ("T24 another version", GOOD.replace(S, "http://example.invalid/envelope"), "VersionMismatch"),
    ("T24 SOAP 1.1", wrapped(absence(), version="1.1"), "VersionMismatch"),
    ("T25 a document type", '<!DOCTYPE s:Envelope SYSTEM "env.dtd">' + GOOD, "Sender"),
    ("T26 an internal subset", "<!DOCTYPE s:Envelope [<!ELEMENT a ANY>]>" + GOOD, "Sender"),
    ("T27 an instruction before", "<?xml-stylesheet href='a'?>" + GOOD, "Sender"),
    ("T28 an instruction within", GOOD.replace("<s:Body>", "<s:Body><?a b?>"), "Sender"),
    ("T29 an instruction after", GOOD + "<?a b?>", "Sender"),
    ("T30 comments everywhere", "<!--a-->" + GOOD.replace("<s:Body>", "<!--b--><s:Body><!--c-->") + "<!--d-->", SERVED),
    ("T31 blanks between parts",
        GOOD.replace("<s:Body>", " \n\t<s:Body>\n").replace("</s:Body>", "\n</s:Body> "), SERVED),
    ("T32 a declaration", '<?xml version="1.0" encoding="utf-8" standalone="yes"?>' + GOOD, SERVED),
    ("T33 unknown operation", wrapped("<t:x xmlns:t='http://example.invalid/ts-tests'/>", version="1.2"), "Sender"),
    ("T34 operation without namespace", wrapped("<CreateAbsenceRequest/>", version="1.2"), "Sender"),
    ("T35 required, in another place of the header",
        wrapped(absence(), f'{UNKNOWN} s:mustUnderstand="1"/>{HEADER}', "1.2"),
        "MustUnderstand"),
    ("T36 required before a wrong body", wrapped("<x/>", f'{HEADER}{UNKNOWN} s:mustUnderstand="1"/>', "1.2"),
        "MustUnderstand"),
    ("T37 an attribute of its own on the Envelope",
        GOOD.replace("<s:Envelope", '<s:Envelope xmlns:t="u" t:a="1"'), SERVED),
    ("T38 an attribute on the Body", GOOD.replace("<s:Body>", '<s:Body a="1">'), SERVED),
    ("T39 required empty", block('s:mustUnderstand=""'), "Sender"),
    ("T40 encodingStyle on the Envelope", GOOD.replace("<s:Envelope", f'<s:Envelope s:encodingStyle="{ENCODING}"'),
        "Sender"),
    ("T41 encodingStyle on the Body", GOOD.replace("<s:Body>", f'<s:Body s:encodingStyle="{ENCODING}">'), "Sender"),
    ("T42 encodingStyle none", GOOD.replace("<s:Body>", f'<s:Body s:encodingStyle="{S}/encoding/none">'), SERVED),
    ("T43 no Envelope", absence(), "Sender"),
    ("T44 no Body", raw(f"<s:Header>{HEADER}</s:Header>"), "Sender"),
    ("T45 no Header", raw(f"<s:Body>{absence()}</s:Body>"), "Sender"),
    ("T46 Header after Body", raw(f"<s:Body>{absence()}</s:Body><s:Header>{HEADER}</s:Header>"), "Sender"),
    ("T47 two Bodies", raw(f"<s:Header>{HEADER}</s:Header>{f'<s:Body>{absence()}</s:Body>' * 2}"), "Sender"),
    ("T48 two Headers", raw(f"{f'<s:Header>{HEADER}</s:Header>' * 2}<s:Body>{absence()}</s:Body>"), "Sender"),
    ("T49 an element after Body", GOOD.replace("</s:Body>", "</s:Body><a/>"), "Sender"),
    ("T50 an element before Header", GOOD.replace("<s:Header>", "<a/><s:Header>"), "Sender"),
    ("T51 text in the Envelope", GOOD.replace("<s:Body>", "text<s:Body>"), "Sender"),
    ("T52 text in the Body", GOOD.replace("<s:Body>", "<s:Body>text"), "Sender"),
    ("T53 two children of Body", wrapped(absence() * 2, version="1.2"), "Sender"),
    ("T54 a Fault as request",
        wrapped("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>", version="1.2"),
        "Sender"),
    ("T69 an empty Body", wrapped("", version="1.2"), "Sender"),
    ("T70 nothing at all", "", "Sender"),
    ("T71 half an Envelope", GOOD[: len(GOOD) // 2], "Sender"),
    ("T72 Body in no namespace", GOOD.replace("s:Body>", "Body>"), "Sender"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "code"), [pytest.param(*row, id=f"77 {name}") for name, *row in MESSAGES])
def test_a_message_of_the_w3c_collection_has_its_answer(site: Site, message: str, code: str) -> None:
    headers = {"content-type": MEDIA["1.2"]}
    if code == SERVED:
        answer = site.client.post(ABSENCE, content=message.encode(), headers=headers)
        assert said(answer).code == SERVED  # the same call again and again: it is registered once
    else:
        told = said(attack(site, ABSENCE, message.encode(), headers))
        assert (told.version, told.code) == ("1.2", code)


def test_there_are_as_many_as_in_the_collection() -> None:
    assert len(MESSAGES) >= 54


def test_no_contract_asks_for_addressing() -> None:
    for file in sorted(ROOT.glob("wsdl/*/*/*.wsdl")):
        assert b"UsingAddressing" not in file.read_bytes()
        assert not any(
            "addressing" in block.qname for one in load(file).operations.values() for block in one.input.headers
        )
