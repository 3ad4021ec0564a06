"""Envelopes in and out. The rows are those of the hostile-input catalogue, section B."""

import pytest
from lxml import etree

from overgang.core.errors import CallerFault
from overgang.wire.envelope import (
    Envelope,
    MustUnderstand,
    UnsupportedMediaType,
    Version,
    VersionMismatch,
    check_action,
    open_envelope,
    version_of,
    wrap,
)
from overgang.wire.guard import Limits, parse

SOAP11, SOAP12 = Version.SOAP11, Version.SOAP12
NEXT = {SOAP11: "http://schemas.xmlsoap.org/soap/actor/next", SOAP12: f"{SOAP12.namespace}/role/next"}
ACTOR = {SOAP11: "actor", SOAP12: "role"}
KNOWN, KNOWN_BLOCK = "{urn:known}Known", "urn:known Known"
WSA_TO = "http://www.w3.org/2005/08/addressing To"
FAULT12 = f'<Fault xmlns="{SOAP12.namespace}"/>'
REQUEST = '<Hent xmlns="urn:test"/>'
BODY = f"<s:Body>{REQUEST}</s:Body>"
ACTION = "http://service.bm.dk/pjaktass/1/PlannerExternalCalendarService#CreateEvents"


def envelope(inner: str, version: Version = SOAP11, attributes: str = "") -> str:
    return f'<s:Envelope xmlns:s="{version.namespace}"{attributes}>{inner}</s:Envelope>'


def opened(text: str, version: Version = SOAP11) -> Envelope:
    root = parse(text.encode(), Limits())
    return open_envelope(root, content_type_version=version, understood=lambda name: name == KNOWN)


def block(name: str = "urn:unknown Unknown", attributes: str = "") -> str:
    namespace, local = name.split()
    return f'<h:{local} xmlns:h="{namespace}"{attributes}>x</h:{local}>'


def with_headers(*blocks: str, version: Version = SOAP11) -> str:
    return envelope(f"<s:Header>{''.join(blocks)}</s:Header>{BODY}", version)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(
    "inner",
    [
        pytest.param(BODY, id="no Header"),
        pytest.param(f"<s:Header/>{BODY}", id="empty Header"),
        pytest.param(f"\n <!-- a --> <s:Header> </s:Header>\t{BODY}\r\n", id="space and comments"),
        pytest.param(f"<s:Body> <!-- a -->{REQUEST} </s:Body>", id="space and comments in the Body"),
        pytest.param(f'<s:Body xmlns:u="urn:u" u:Id="b">{REQUEST}</s:Body>', id="attribute on the Body"),
    ],
)
def test_a_request_is_the_one_child_of_the_body(version: Version, inner: str) -> None:
    found = opened(envelope(inner, version), version)

    assert (found.version, found.headers, found.body.tag) == (version, (), "{urn:test}Hent")


MISMATCHED = [
    ("row 45: SOAP 1.2 in a message of 1.1", envelope(BODY, SOAP12), SOAP11),
    ("row 45: SOAP 1.1 in a message of 1.2", envelope(BODY, SOAP11), SOAP12),
    ("row 46: unknown namespace", '<Envelope xmlns="urn:soap"><Body/></Envelope>', SOAP11),
    ("row 46: no namespace", "<Envelope><Body/></Envelope>", SOAP12),
    ("row 46: draft of SOAP 1.2", '<Envelope xmlns="http://www.w3.org/2001/12/soap-envelope"/>', SOAP12),
]


@pytest.mark.parametrize(
    ("text", "version"), [pytest.param(text, version, id=name) for name, text, version in MISMATCHED]
)
def test_an_envelope_of_another_version_is_a_version_mismatch(text: str, version: Version) -> None:
    with pytest.raises(VersionMismatch):
        opened(text, version)


ENCODED = ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
REFUSED = [
    ("row 47: root is no Envelope", f'<s:Brev xmlns:s="{SOAP11.namespace}">{BODY}</s:Brev>', "soap.envelope"),
    ("row 47: root is the request", REQUEST, "soap.envelope"),
    ("row 48: no Body", envelope("<s:Header/>"), "soap.envelope"),
    ("row 48: nothing", envelope(""), "soap.envelope"),
    ("row 48: empty Body", envelope("<s:Body/>"), "soap.envelope"),
    ("row 48: text in the Body", envelope("<s:Body>x</s:Body>"), "soap.envelope"),
    ("row 49: two Bodies", envelope(BODY * 2), "soap.envelope"),
    ("row 50: element after the Body", envelope(f"{BODY}{REQUEST}"), "soap.envelope"),
    ("row 50: text after the Body", envelope(f"{BODY}x"), "soap.envelope"),
    ("row 50: text after a comment", envelope(f"{BODY}<!-- a -->x"), "soap.envelope"),
    ("row 51: two children in the Body", envelope(f"<s:Body>{REQUEST * 2}</s:Body>"), "soap.envelope"),
    ("row 51: text between the children", envelope(f"<s:Body>{REQUEST}x</s:Body>"), "soap.envelope"),
    ("row 52: Header after the Body", envelope(f"{BODY}<s:Header/>"), "soap.envelope"),
    ("row 52: two Headers", envelope(f"<s:Header/><s:Header/>{BODY}"), "soap.envelope"),
    ("row 52: text in the Header", envelope(f"<s:Header>x</s:Header>{BODY}"), "soap.envelope"),
    ("row 52: Body of the other version", envelope(f'<e:Body xmlns:e="{SOAP12.namespace}"/>'), "soap.envelope"),
    ("row 57: duplicate wsa", with_headers(block(WSA_TO), block(WSA_TO)), "soap.header.duplicate"),
    ("row 57: duplicate of ours", with_headers(block(KNOWN_BLOCK), block(KNOWN_BLOCK)), "soap.header.duplicate"),
    ("row 67: Fault", envelope("<s:Body><s:Fault/></s:Body>"), "soap.envelope"),
    ("row 67: Fault of SOAP 1.2", envelope(f"<s:Body>{FAULT12}</s:Body>"), "soap.envelope"),
    ("row 68: encoding on the Envelope", envelope(BODY, attributes=ENCODED), "soap.encoding"),
    ("row 68: encoding on the Body", envelope(f"<s:Body{ENCODED}>{REQUEST}</s:Body>"), "soap.encoding"),
    ("row 69: encoding on the request", envelope(f"<s:Body><Hent{ENCODED}/></s:Body>"), "soap.encoding"),
    ("row 69: multiref", envelope('<s:Body><a href="#b"/><multiRef id="b"/></s:Body>'), "soap.envelope"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), [pytest.param(text, key, id=name) for name, text, key in REFUSED])
def test_a_broken_envelope_is_refused_with_its_key(text: str, key: str) -> None:
    with pytest.raises(CallerFault) as caught:
        opened(text)

    assert (caught.value.number, caught.value.key) == (1014, key)


def test_row_68_an_encoding_style_that_is_not_soap_encoding_is_tolerated() -> None:
    assert opened(envelope(BODY, attributes=' s:encodingStyle=""')).body.tag == "{urn:test}Hent"


def test_row_68_encoding_of_soap_12_is_refused() -> None:
    style = ' s:encodingStyle="http://www.w3.org/2003/05/soap-encoding"'
    with pytest.raises(CallerFault, match=r"soap\.encoding"):
        opened(envelope(f"<s:Body{style}>{REQUEST}</s:Body>", SOAP12), SOAP12)


FOR_US = [
    (SOAP11, ' s:mustUnderstand="1"'),
    (SOAP11, ' s:mustUnderstand="true"'),
    (SOAP11, ' s:mustUnderstand="1" s:actor=""'),
    (SOAP11, f' s:mustUnderstand="1" s:actor="{NEXT[SOAP11]}"'),
    (SOAP12, ' s:mustUnderstand="1"'),
    (SOAP12, ' s:mustUnderstand=" true "'),
    (SOAP12, f' s:mustUnderstand="true" s:role="{NEXT[SOAP12]}"'),
    (SOAP12, f' s:mustUnderstand="true" s:role="{SOAP12.namespace}/role/ultimateReceiver"'),
]


@pytest.mark.parametrize(("version", "attributes"), FOR_US)
def test_row_53_an_unknown_block_that_must_be_understood_stops_the_request(version: Version, attributes: str) -> None:
    text = with_headers(block(KNOWN_BLOCK), block(attributes=attributes), version=version)
    with pytest.raises(MustUnderstand) as caught:
        opened(text, version)

    assert caught.value.names == ("{urn:unknown}Unknown",)


def test_row_53_must_understand_is_checked_before_the_body() -> None:
    unknown = block(attributes=' s:mustUnderstand="1"')
    with pytest.raises(MustUnderstand):
        opened(envelope(f"<s:Header>{unknown}</s:Header><s:Body/>"))


@pytest.mark.parametrize("version", Version)
def test_row_54_a_block_for_another_node_is_served_but_not_handed_over(version: Version) -> None:
    away = f' s:mustUnderstand="1" s:{ACTOR[version]}="urn:another"'
    found = opened(with_headers(block(KNOWN_BLOCK, away), block(attributes=away), version=version), version)

    assert found.headers == ()


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("value", ["wrong", "9", "", "True", "yes"])
def test_row_55_must_understand_is_a_boolean(version: Version, value: str) -> None:
    text = with_headers(block(KNOWN_BLOCK, f' s:mustUnderstand="{value}"'), version=version)
    with pytest.raises(CallerFault) as caught:
        opened(text, version)

    assert caught.value.key == "soap.mustunderstand"


def test_row_56_ws_security_that_must_be_understood_is_not() -> None:
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    with pytest.raises(MustUnderstand) as caught:
        opened(with_headers(block(f"{wsse} Security", ' s:mustUnderstand="1"')))

    assert caught.value.names == (f"{{{wsse}}}Security",)


@pytest.mark.parametrize("number", ["0506912617", "050691-2617", "0506912WQ3", "050691_2617"])
def test_a_block_with_what_could_be_a_citizen_number_in_its_name_is_not_told_back(number: str) -> None:
    required = ' s:mustUnderstand="1"'
    named = [block(f"urn:{number} A", required), block(f"urn:a N{number}", required), block("urn:b B", required)]
    with pytest.raises(MustUnderstand) as caught:
        opened(with_headers(*named))

    assert caught.value.names == ("{urn:b}B",)


@pytest.mark.parametrize("attributes", ["", ' s:mustUnderstand="0"', ' s:mustUnderstand="1"'])
def test_known_blocks_are_handed_over_and_unknown_optional_ones_are_not(attributes: str) -> None:
    found = opened(with_headers(block(), block(KNOWN_BLOCK, attributes)))

    assert [header.tag for header in found.headers] == [KNOWN]


def test_must_understand_of_the_other_version_means_nothing() -> None:
    foreign = f' xmlns:e="{SOAP12.namespace}" e:mustUnderstand="1"'

    assert opened(with_headers(block(attributes=foreign))).headers == ()


ACTIONS = [
    ("row 62: missing", SOAP11, [], None, True),
    ("row 62: quoted", SOAP11, [f'"{ACTION}"'], None, True),
    ("row 62: unquoted", SOAP11, [ACTION], None, True),
    ("row 62: empty quotes", SOAP11, ['""'], None, True),
    ("row 62: empty", SOAP11, [""], None, True),
    ("row 62: spaces around", SOAP11, [f' "{ACTION}" '], None, True),
    ("row 62: half quoted", SOAP11, [f'"{ACTION}'], None, False),
    ("row 62: a lone quote", SOAP11, ['"'], None, False),
    ("row 62: single quotes", SOAP11, [f"'{ACTION}'"], None, False),
    ("row 62: repeated", SOAP11, [f'"{ACTION}"', f'"{ACTION}"'], None, False),
    ("row 62: joined by a proxy", SOAP11, [f'"{ACTION}", "{ACTION}"'], None, False),
    ("row 61: another operation", SOAP11, [f'"{ACTION}2"'], None, False),
    ("row 61: other case", SOAP11, [f'"{ACTION.lower()}"'], None, False),
    ("row 61: action parameter in SOAP 1.1", SOAP11, [], "urn:another", True),
    ("row 58: SOAP 1.2 without action", SOAP12, [], None, True),
    ("row 58: SOAP 1.2 with its action", SOAP12, [], ACTION, True),
    ("row 58: SOAP 1.2 with an empty action", SOAP12, [], "", True),
    ("row 58: SOAP 1.2 with another action", SOAP12, [], "urn:another", False),
    ("row 58: SOAP 1.2 whose header says otherwise", SOAP12, ['"urn:another"'], ACTION, False),
]


@pytest.mark.parametrize(
    ("version", "headers", "parameter", "good"),
    [pytest.param(version, headers, parameter, good, id=name) for name, version, headers, parameter, good in ACTIONS],
)
def test_an_action_may_be_missing_but_not_conflict(
    version: Version, headers: list[str], parameter: str | None, good: bool
) -> None:
    if good:
        check_action(version, headers, parameter, ACTION)
    else:
        with pytest.raises(CallerFault, match=r"soap\.action"):
            check_action(version, headers, parameter, ACTION)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/xml", (SOAP11, None, None)),
        ("text/xml; charset=utf-8", (SOAP11, "utf-8", None)),
        ('TEXT/XML ;Charset="UTF-8" ', (SOAP11, "UTF-8", None)),
        ("text/xml;charset=utf-8;", (SOAP11, "utf-8", None)),
        ('text/xml; x="a;charset=utf-16"; charset=utf-8', (SOAP11, "utf-8", None)),
        ("application/soap+xml", (SOAP12, None, None)),
        (f'application/soap+xml; action="{ACTION}"; charset=utf-8', (SOAP12, "utf-8", ACTION)),
        (r'application/soap+xml; action="a\"b"', (SOAP12, None, 'a"b')),
    ],
)
def test_a_content_type_names_version_charset_and_action(
    content_type: str, expected: tuple[Version, str | None, str | None]
) -> None:
    assert version_of(content_type) == expected


@pytest.mark.parametrize(
    "content_type",
    [
        None, "", "blah", "application/json", "application/xml", "text/xmlx", "text/ xml", "text/xml; charset",
        "text/xml charset=utf-8",
        'text/xml; charset="utf-8', "text/xml; charset=utf-8; CHARSET=utf-16", "text/xml, text/xml",
        'multipart/related; type="text/xml"; boundary=x',
    ],
)  # fmt: skip
def test_row_73_another_content_type_is_unsupported(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType) as caught:
        version_of(content_type)

    assert caught.value.status == 415


@pytest.mark.parametrize("version", Version)
def test_an_answer_is_wrapped_in_the_envelope_of_its_version(version: Version) -> None:
    root = etree.fromstring(wrap(version, "<Svar xmlns='urn:test'>Ærø</Svar>"))

    assert [node.tag for node in root.iter()] == [
        f"{{{version.namespace}}}Envelope",
        f"{{{version.namespace}}}Body",
        "{urn:test}Svar",
    ]
    assert root[0][0].text == "Ærø"
    assert version.content_type == f"{version.media_type}; charset=utf-8"
