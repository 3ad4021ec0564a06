"""Section B of the hostile-input catalogue, on the running gateway; the ids are its row numbers.

WS-Addressing is not in the contracts: its blocks are unknown header blocks, passed over without mustUnderstand (rows
57 to 60) but for an Action that contradicts the Body, and nothing is ever sent to an address in them. Row 64's order is
the contract's; row 75 is about loading contracts and is tested there; row 76 has no one-way operation to be tried on;
row 77 is tested in tests/wire.
"""

import socket
from collections.abc import Mapping

import pytest
from attack import CANARY, attack, check_alive

from old_calls import (
    ABSENCE,
    CITIZEN,
    ENROLLMENT,
    ENVELOPE,
    HEADER,
    MEDIA,
    ORGANISATION,
    USER,
    Said,
    absence,
    professions,
    refused,
    said,
    wrapped,
)
from running import Site

GOOD = wrapped(absence())
BODY = f"<s:Body>{absence()}</s:Body>"
HEADERS = f"<s:Header>{HEADER}</s:Header>"
ACTION = "http://service.bm.dk/pjaktass/7/AbsenceRegistrationService#CreateAbsence"
UPDATE = "http://service.bm.dk/pjaktass/7/AbsenceRegistrationService#UpdateAbsence"
READ_ACTION = "http://service.bm.dk/pjaktass/8/UnemploymentEnrollmentService#GetProfessionCollection"
WSA = 'xmlns:w="http://www.w3.org/2005/08/addressing"'
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
ROLE = {"1.1": "s:actor", "1.2": "s:role"}
NEXT = {"1.1": "http://schemas.xmlsoap.org/soap/actor/next", "1.2": f"{ENVELOPE['1.2']}/role/next"}


def envelope(content: str) -> str:
    return f'<s:Envelope xmlns:s="{ENVELOPE["1.1"]}">{content}</s:Envelope>'


def with_block(block: str) -> str:
    return wrapped(absence(), HEADER + block)


def without(element: str) -> str:
    """The call without the one element of this start."""
    start = GOOD.index(f"<{element}>")
    end = GOOD.index(f"</{element}>") + len(f"</{element}>")
    return GOOD[:start] + GOOD[end:]


def acting(old: str, new: str) -> str:
    """With something else in the active organisation."""
    return wrapped(absence(), USER + ORGANISATION.replace(old, new))


# An error number other than 1014 stands before the key.
ROWS = [
    ("47 root is no Envelope", GOOD.replace("s:Envelope", "s:Envelop"), "soap.envelope"),
    ("48 no Body", envelope(HEADERS), "soap.envelope"),
    ("48 empty Body", wrapped(""), "soap.envelope"),
    ("49 two Bodies", envelope(HEADERS + BODY + BODY), "soap.envelope"),
    ("50 element after Body", envelope(f"{HEADERS}{BODY}<a/>"), "soap.envelope"),
    ("50 text after Body", envelope(f"{HEADERS}{BODY}{CANARY}"), "soap.envelope"),
    ("51 two children in Body", wrapped(absence() + professions()), "soap.envelope"),
    ("52 Header after Body", envelope(BODY + HEADERS), "soap.envelope"),
    ("52 two Headers", envelope(HEADERS + HEADERS + BODY), "soap.envelope"),
    ("55 mustUnderstand wrong", with_block('<x xmlns="u" s:mustUnderstand="wrong"/>'), "soap.mustunderstand"),
    ("55 mustUnderstand 9", with_block('<x xmlns="u" s:mustUnderstand="9"/>'), "soap.mustunderstand"),
    ("57 a header block twice", with_block(f"<w:To {WSA}>a</w:To><w:To {WSA}>b</w:To>"), "soap.header.duplicate"),
    ("57 the organisation twice", with_block(ORGANISATION), "soap.header.duplicate"),
    ("63 unknown operation", wrapped(f"<{CANARY} xmlns='u'/>"), "soap.operation"),
    ("63 of another namespace", GOOD.replace("Service/2020/09/01/", "Service/2020/09/02/"), "soap.operation"),
    ("63 without namespace", wrapped("<CreateAbsenceRequest/>"), "soap.operation"),
    ("63 of another service", wrapped(professions()), "soap.operation"),
    ("63 an answer as request", GOOD.replace("CreateAbsenceRequest", "CreateAbsenceResponse"), "soap.operation"),
    ("63 parameter of another namespace", GOOD.replace("<EndDate>", '<EndDate xmlns="u">'), "element.unexpected"),
    ("64 wrong order", wrapped(absence(end="", rest="<EndDate>2026-02-03T00:00:00</EndDate>")), "element.unexpected"),
    ("65 a scalar twice", GOOD.replace("<AbsenceTypeId", f"<PersonCivilRegistrationIdentifier>{CITIZEN}"
        "</PersonCivilRegistrationIdentifier><AbsenceTypeId", 1), "element.unexpected"),
    ("66 unknown element", GOOD.replace("</Absence>", f"<x>{CANARY}</x></Absence>"), "element.unexpected"),
    ("66 unknown attribute", GOOD.replace("<Absence>", f'<Absence x="{CANARY}">'), "attribute.unexpected"),
    ("66 text between elements", GOOD.replace("<Absence>", f"<Absence>{CANARY}"), "value.invalid"),
    ("66 missing element", without("NotificationDate"), "element.missing"),
    ("67 Fault as request", wrapped("<s:Fault><faultcode>s:Client</faultcode></s:Fault>"), "soap.envelope"),
    ("68 encodingStyle", GOOD.replace("<s:Body>", f'<s:Body s:encodingStyle="{ENCODING}">'), "soap.encoding"),
    ("69 rpc/encoded", wrapped(f'<r:Create xmlns:r="u" s:encodingStyle="{ENCODING}"><a href="#i"/></r:Create>'),
        "soap.encoding"),
    ("69 multiref", wrapped(absence() + '<m id="i" xmlns="u"/>'), "soap.envelope"),
    ("8232 no organisation", wrapped(absence(), USER), "8232 caller.header-missing"),
    ("8232 no header at all", envelope(BODY), "8233 caller.header-missing"),
    ("8233 no user", wrapped(absence(), ORGANISATION), "8233 caller.header-missing"),
    ("8234 organisation without code", acting("10101", ""), "8234 value.invalid"),
    ("8234 organisation of text", acting(">8<", f">{CANARY}<"), "8234 value.invalid"),
    ("8235 user without a name", wrapped(absence(), HEADER.replace("Test Testesen", "")), "8235 value.invalid"),
    ("8235 time of no calendar", wrapped(absence(), HEADER.replace("2026-01-05", "2026-02-30")), "8235 value.invalid"),
    ("4413 unknown organisation type", acting(">8<", ">99<"), "4413 caller.organisation"),
    ("8174 unknown user type", wrapped(absence(), HEADER.replace(">2<", ">99<")), "8174 caller.user-type"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("message", "key"), [pytest.param(*row, id=name) for name, *row in ROWS])
def test_a_wrong_envelope_is_refused_in_the_callers_version(site: Site, message: str, key: str, version: str) -> None:
    content = message.replace(ENVELOPE["1.1"], ENVELOPE[version])
    number, _, key = key.rpartition(" ")

    answer = attack(site, ABSENCE, content.encode(), {"content-type": MEDIA[version]})

    assert said(answer) == refused(version, number or "1014", key)


NAME = f"{CANARY}-{CITIZEN}"
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
IN_NAMES = [
    ("element", GOOD.replace("</Absence>", f"<{NAME}/></Absence>"), "element.unexpected"),
    ("element in a value", GOOD.replace(f">{CITIZEN}<", f"><{NAME}/><"), "element.unexpected"),
    ("element that stands for another", GOOD.replace("NotificationDate>", f"{NAME}>"), "element.unexpected"),
    ("attribute", GOOD.replace("<Absence>", f'<Absence {NAME}="">'), "attribute.unexpected"),
    ("attribute of a value", GOOD.replace("<EndDate>", f'<EndDate {NAME}="">'), "attribute.unexpected"),
    ("namespace", GOOD.replace("</Absence>", f'<x xmlns="urn:{NAME}"/></Absence>'), "element.unexpected"),
    ("prefix", GOOD.replace("</Absence>", f'<{NAME}:x xmlns:{NAME}="u"/></Absence>'), "element.unexpected"),
    ("prefix without namespace", GOOD.replace("</Absence>", f"<{NAME}:x/></Absence>"), "xml.malformed"),
    ("operation", wrapped(f"<{NAME}/>"), "soap.operation"),
    ("xsi:type", GOOD.replace("<Absence>", f'<Absence {XSI} i:type="{NAME}">'), "type.invalid"),
    ("xsi:type of a value", GOOD.replace("<EndDate>", f'<EndDate {XSI} i:type="{NAME}">'), "value.invalid"),
    ("instruction", GOOD.replace("</Absence>", f"<?{NAME} x?></Absence>"), "xml.pi"),
    ("entity", GOOD.replace("</Absence>", f"&{NAME};</Absence>"), "xml.malformed"),
    ("end tag", GOOD.replace("</Absence>", f"</{NAME}>"), "xml.malformed"),
    ("element of a header block", acting("OrganisationCode", NAME), "8234 element.unexpected"),
    ("header block", with_block(f'<{NAME} s:mustUnderstand="1"/>'), ""),
    ("namespace of a header block", with_block(f'<x xmlns="urn:{NAME}" s:mustUnderstand="1"/>'), ""),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(("message", "key"), [pytest.param(*row, id=f"in a name: {name}") for name, *row in IN_NAMES])
def test_what_a_caller_puts_into_a_name_is_not_repeated(site: Site, message: str, key: str, version: str) -> None:
    content = message.replace(ENVELOPE["1.1"], ENVELOPE[version])
    number, _, key = key.rpartition(" ")

    answer = attack(site, ABSENCE, content.encode(), {"content-type": MEDIA[version]})

    expected = refused(version, number or "1014", key) if key else Said(500, version, "MustUnderstand")
    assert said(answer) == expected


MISMATCHES = [
    ("45 1.2 as text/xml", "1.1", ENVELOPE["1.2"]),
    ("45 1.1 as application/soap+xml", "1.2", ENVELOPE["1.1"]),
    ("46 unknown envelope as 1.1", "1.1", "http://example.invalid/envelope"),
    ("46 unknown envelope as 1.2", "1.2", "http://example.invalid/envelope"),
    ("46 no namespace", "1.1", ""),
]


@pytest.mark.parametrize(("version", "namespace"), [pytest.param(*row, id=name) for name, *row in MISMATCHES])
def test_an_envelope_of_another_version_is_a_version_mismatch(site: Site, version: str, namespace: str) -> None:
    message = GOOD.replace(f'xmlns:s="{ENVELOPE["1.1"]}"', f'xmlns:s="{namespace}"')
    if not namespace:
        message = message.replace(' xmlns:s=""', "").replace("<s:", "<").replace("</s:", "</")

    answer = attack(site, ABSENCE, message.encode(), {"content-type": MEDIA[version]})

    assert (said(answer).status, said(answer).code) == (500, "VersionMismatch")
    assert (b"Upgrade" in answer.content) == (version == "1.2")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    "block",
    [
        pytest.param('<x xmlns="u" s:mustUnderstand="1"/>', id="53 no role"),
        pytest.param('<x xmlns="u" s:mustUnderstand=" true "/>', id="53 true"),
        pytest.param('<x xmlns="u" s:mustUnderstand="1" {role}="{next}"/>', id="53 next"),
        pytest.param(f'<x:Security xmlns:x="{WSSE}" s:mustUnderstand="1"/>', id="56 WS-Security"),
    ],
)
def test_an_unknown_block_that_must_be_understood_stops_the_call(site: Site, block: str, version: str) -> None:
    block = block.replace("{role}", ROLE[version]).replace("{next}", NEXT[version])
    message = wrapped(f"<{CANARY}/>", HEADER + block, version)  # before the Body is looked into

    answer = attack(site, ABSENCE, message.encode(), {"content-type": MEDIA[version]})

    assert said(answer) == Said(500, version, "MustUnderstand")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    "block",
    [
        pytest.param('<x xmlns="u" s:mustUnderstand="1" {role}="http://example.invalid/other"/>', id="54 other role"),
        pytest.param('<x xmlns="u" s:mustUnderstand="0"/>', id="54 may be passed over"),
        pytest.param(f"<w:Action {WSA}> {READ_ACTION} </w:Action>", id="58 the same Action"),
        pytest.param(f"<w:Action {WSA}/>", id="58 an empty Action"),
        pytest.param(f'<w:Action {WSA} {{role}}="urn:x">urn:other</w:Action>', id="58 Action for another node"),
    ],
)
def test_a_block_for_others_is_passed_over(site: Site, block: str, version: str) -> None:
    before = len(site.modern.asked)
    block = block.replace("{role}", ROLE[version])
    message = wrapped(professions(), HEADER + block, version)

    answer = site.client.post(ENROLLMENT, content=message, headers={"content-type": MEDIA[version]})

    assert said(answer) == Said(200, version, "GetProfessionCollectionResponse")
    assert len(site.modern.asked) == before + 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(professions(), "GetProfessionCollectionResponse", id="59 an answer"),
        pytest.param(professions("1"), "Client", id="59 a fault"),
    ],
)
def test_an_address_for_replies_or_faults_is_never_called(site: Site, body: str, code: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"<w:Address>http://127.0.0.1:{listener.getsockname()[1]}/</w:Address>"
        blocks = "".join(f"<w:{name} {WSA}>{url}</w:{name}>" for name in ("ReplyTo", "FaultTo", "From"))

        answer = site.client.post(ENROLLMENT, content=wrapped(body, HEADER + blocks), headers=with_action("1.1"))
        check_alive(site)

        assert said(answer).code == code
        with pytest.raises(BlockingIOError):  # nobody has come
            listener.accept()


def with_action(version: str, *values: str) -> list[tuple[str, str]]:
    return [("content-type", MEDIA[version]), *[("soapaction", value) for value in values]]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(with_action("1.1", f'"{UPDATE}"'), id="61 another operation"),
        pytest.param(with_action("1.1", UPDATE), id="61 another operation, unquoted"),
        pytest.param(with_action("1.1", f'"{ACTION}"', f'"{ACTION}"'), id="62 twice"),
        pytest.param(with_action("1.1", f'"{ACTION}", "{UPDATE}"'), id="62 a list"),
        pytest.param(with_action("1.1", f'"{ACTION}'), id="62 half quoted"),
        pytest.param(with_action("1.1", f'"{CANARY}"'), id="62 unknown"),
    ],
)
def test_an_action_that_contradicts_the_body_is_refused(site: Site, headers: list[tuple[str, str]]) -> None:
    answer = attack(site, ABSENCE, GOOD.encode(), headers)

    assert said(answer) == refused("1.1", "1014", "soap.action")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("action", [pytest.param(UPDATE, id="58 another"), pytest.param(CANARY, id="58 unknown")])
def test_an_action_of_ws_addressing_that_contradicts_the_body_is_refused(site: Site, action: str, version: str) -> None:
    content = wrapped(absence(), HEADER + f"<w:Action {WSA}>{action}</w:Action>", version)

    answer = attack(site, ABSENCE, content.encode(), {"content-type": MEDIA[version]})

    assert said(answer) == refused(version, "1014", "soap.action")


def test_row_61_the_action_parameter_counts_in_1_2(site: Site) -> None:
    headers = {"content-type": f'application/soap+xml; charset=utf-8; action="{UPDATE}"'}

    answer = attack(site, ABSENCE, wrapped(absence(), version="1.2").encode(), headers)

    assert said(answer) == refused("1.2", "1014", "soap.action")


@pytest.mark.parametrize(
    "values", [pytest.param(v, id=f"62 {n}") for n, v in (("none", ()), ("empty", ('""',)), ("bare", (READ_ACTION,)))]
)
def test_an_action_that_is_missing_empty_or_unquoted_is_accepted(site: Site, values: tuple[str, ...]) -> None:
    answer = site.client.post(ENROLLMENT, content=wrapped(professions()), headers=with_action("1.1", *values))

    assert said(answer).code == "GetProfessionCollectionResponse"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="73 none"),
        pytest.param({"content-type": "application/json"}, id="73 JSON"),
        pytest.param({"content-type": CANARY}, id="73 nonsense"),
        pytest.param({"content-type": "text/xml/x"}, id="73 too many parts"),
        pytest.param({"content-type": 'multipart/related; type="text/xml"'}, id="70 multipart without boundary"),
        pytest.param({"content-type": 'multipart/related; type="application/xop+xml"; boundary=x'}, id="70 MTOM"),
        pytest.param({"content-type": "text/xml; charset=utf-8; charset=utf-16"}, id="73 two charsets"),
    ],
)
def test_a_media_type_that_is_no_soap_is_415(site: Site, headers: Mapping[str, str]) -> None:
    answer = attack(site, ABSENCE, GOOD.encode(), headers)

    assert said(answer) == Said(415)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GET", "HEAD"])
def test_row_72_other_methods_are_405_with_allow(site: Site, method: str) -> None:
    answer = site.client.request(method, ABSENCE)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_row_72_a_contract_can_only_be_read(site: Site, method: str) -> None:
    answer = site.client.request(method, "/PjakTassWCF/7/wsdl/AbsenceRegistrationService.wsdl")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
