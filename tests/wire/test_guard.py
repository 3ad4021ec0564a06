"""Bytes in, a root element or a key out. The rows are those of the hostile-input catalogue, section A."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from urllib.request import urlopen

import pytest
from canary import Canary, canary
from hypothesis import given, settings
from hypothesis import strategies as st

from overgang.core.errors import CallerFault
from overgang.wire.guard import Limits, parse, proven, stream

LIMITS = Limits()
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Hent xmlns="urn:test">{}</Hent>'
    "</s:Body></s:Envelope>"
)
CPR = "<PersonCivilRegistrationIdentifier>{}</PersonCivilRegistrationIdentifier>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DECLARED = '<?xml version="1.0" encoding="{}"?>'
UTF7, UTF8, UTF16 = (DECLARED.format(name) for name in ("utf-7", "utf-8", "UTF-16"))
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
XINCLUDE = 'xmlns:i="http://www.w3.org/2001/XInclude"'
NO_CHARACTERS = ("&#0;", "&#1;", "&#xFFFE;", "&#xD800;", "\ufffe")
MANY_NAMESPACES = "xmlns:p{}='u'"


def message(content: str = "0101701234", before: str = "", after: str = "") -> str:
    return before + ENVELOPE.format(CPR.format(content)) + after


def with_dtd(dtd: str, content: str = "0101701234") -> bytes:
    return message(content, f"<!DOCTYPE x {dtd}>").encode()


def attributes(count: int, form: str = "b{}=''") -> bytes:
    return " ".join(form.format(number) for number in range(count)).encode()


# "Ez" and "FY" have the same DJBX33A hash, so all 2**13 words made of them have too
COLLIDING = b" ".join("".join(word).encode() + b"=''" for word in product(("Ez", "FY"), repeat=13))


def key_of(body: bytes, charset: str | None = None, limits: Limits = LIMITS) -> str | None:
    try:
        parse(body, limits, charset)
    except CallerFault as fault:
        return fault.key
    return None


def text_of(body: bytes, charset: str | None = None) -> str:
    return "".join(str(part) for part in parse(body, LIMITS, charset).itertext())


REFUSED = [
    ("row 1: DOCTYPE only", with_dtd(""), "xml.dtd"),
    ("row 2: internal entity in text", with_dtd('[<!ENTITY a "1">]', "010170123&a;"), "xml.dtd"),
    ("row 3: internal entity in attribute", with_dtd('[<!ENTITY a "1">]', '<b c="&a;"/>'), "xml.dtd"),
    ("row 8: billion laughs in text", with_dtd(f'[<!ENTITY l0 "l">{LAUGHS}]', "&l9;"), "xml.dtd"),
    ("row 9: billion laughs in attribute", with_dtd(f'[<!ENTITY l0 "l">{LAUGHS}]', '<b c="&l9;"/>'), "xml.dtd"),
    ("row 10: billion laughs unused", with_dtd(f'[<!ENTITY l0 "l">{LAUGHS}]'), "xml.dtd"),
    ("row 11: quadratic blow-up", with_dtd(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 2000), "xml.dtd"),
    ("row 12: quadratic, small", with_dtd(f'[<!ENTITY a "{"a" * 4_900}">]', "&a;" * 200), "xml.dtd"),
    ("row 13: cyclic entities", with_dtd('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', "&a;"), "xml.dtd"),
    ("row 14: default attribute", with_dtd('[<!ATTLIST Hent admin CDATA "1">]'), "xml.dtd"),
    ("row 15: DOCTYPE in UTF-16", message(before="<!DOCTYPE x>").encode("utf-16"), "xml.dtd"),
    ("row 15: DOCTYPE in UTF-16BE", message(before="<!DOCTYPE x>").encode("utf-16-be"), "xml.dtd"),
    ("row 15: DOCTYPE in UTF-7", message(before=UTF7 + "+ADwAIQ-DOCTYPE x>").encode(), "xml.encoding"),
    ("row 15: DOCTYPE in UTF-7, undeclared", b"+ADwAIQ-DOCTYPE x+AD4-" + message().encode(), "xml.malformed"),
    *[(f"row 16: depth {n}", b"<a>" * n, "xml.limit.depth") for n in (65, 255, 257, 1_500, 100_000)],
    ("row 17: 25 000 attributes", b"<a " + attributes(25_000) + b"/>", "xml.limit.attributes"),
    ("row 18: 8 192 attribute names that hash alike", b"<a " + COLLIDING + b"/>", "xml.limit.attributes"),
    ("row 19: 25 000 siblings", b"<a>" + b"<b/>" * 25_000 + b"</a>", "xml.limit.elements"),
    *[(f"row 20: name of {n}", b"<" + b"n" * n + b"/>", "xml.limit.name") for n in (49_000,)],
    *[(f"row 20: name of {n}", b"<" + b"n" * n + b"/>", "xml.malformed") for n in (51_000, 100_000)],
    ("row 20: attribute name of 49 000", b"<a " + b"n" * 49_000 + b"=''/>", "xml.limit.name"),
    ("row 20: attribute value of 100 000", b"<a b='" + b"v" * 100_000 + b"'/>", "xml.limit.value"),
    ("row 21: 30 000 namespaces", b"<a " + attributes(30_000, MANY_NAMESPACES) + b"/>", "xml.limit.attributes"),
    ("row 21: 200 nested", (b"<a " + attributes(65, MANY_NAMESPACES) + b">") * 200, "xml.limit.attributes"),
    ("row 22: text over the limit", message("1" * (1 << 20)).encode(), "xml.limit.bytes"),
    ("row 22: CDATA over the limit", message(f"<![CDATA[{'1' * (1 << 20)}]]>").encode(), "xml.limit.bytes"),
    ("row 22: comment over the limit", message(f"<!--{'1' * (1 << 20)}-->").encode(), "xml.limit.bytes"),
    ("row 23: texts between comments", message("<!-- -->".join(["1" * (1 << 18)] * 5)).encode(), "xml.limit.bytes"),
    ("row 24: 100 000 instructions", message("<?a?>" * 100_000).encode(), "xml.pi"),
    ("row 25: instruction inside a value", message("010170<?x y?>1234").encode(), "xml.pi"),
    ("row 28: raw NUL", message("\0").encode(), "xml.malformed"),
    *[(f"row 28: {text}", message(text).encode(), "xml.malformed") for text in NO_CHARACTERS],
    ("row 28: surrogate in UTF-8", message().encode().replace(b"0101", b"\xed\xa0\x80"), "xml.malformed"),
    ("row 29: overlong UTF-8", message().encode().replace(b"0101", b"\xc0\xbc"), "xml.malformed"),
    ("row 29: the same, declared", message(before=UTF8).encode().replace(b"0101", b"\xc0\xbc"), "xml.encoding"),
    ("row 30: XML 1.1", message(before='<?xml version="1.1"?>').encode(), "xml.version"),
    ("row 31: UTF-7 declared", message(before=UTF7).encode(), "xml.encoding"),
    ("row 31: UTF-32", message().encode("utf-32"), "xml.encoding"),
    ("row 31: UTF-32LE without mark", message().encode("utf-32-le"), "xml.encoding"),
    ("row 31: UTF-32BE without mark", message().encode("utf-32-be"), "xml.encoding"),
    ("row 31: EBCDIC", message(before=DECLARED.format("cp037")).encode("cp037"), "xml.encoding"),
    ("row 31: bogus", message(before=DECLARED.format("bogus")).encode(), "xml.encoding"),
    ("row 32: says UTF-16, is UTF-8", message(before=UTF16).encode(), "xml.encoding"),
    ("row 32: says UTF-8, is UTF-16", message(before=UTF8).encode("utf-16"), "xml.encoding"),
    ("row 34: space before the declaration", message(before=" " + UTF8).encode(), "xml.malformed"),
    ("row 34: bytes before the declaration", message(before="x" + UTF8).encode(), "xml.malformed"),
    ("row 34: two declarations", message(before=UTF8 * 2).encode(), "xml.malformed"),
    ("row 34: two byte order marks", message(before="\ufeff\ufeff").encode(), "xml.malformed"),
    ("row 34: junk after the root", message(after="x").encode(), "xml.malformed"),
    ("row 34: second root", message(after="<a/>").encode(), "xml.malformed"),
    ("row 34: truncated", message().encode()[:-3], "xml.malformed"),
    ("row 34: empty", b"", "xml.malformed"),
    ("row 39: stylesheet", message(before="<?xml-stylesheet href='x'?>").encode(), "xml.pi"),
    ("row 39: the same, declared", message(before=UTF8 + "<?xml-stylesheet href='x'?>").encode(), "xml.pi"),
    ("row 39: instruction after the root", message(after="<?x y?>").encode(), "xml.pi"),
    ("undeclared entity", message("&a;").encode(), "xml.malformed"),
    ("undeclared prefix", message("<p:a/>").encode(), "xml.malformed"),
    # lxml says nothing of these when a lesser complaint comes after them.
    ("undeclared prefix before a relative namespace", message('<p:a/><b xmlns="c/d"/>').encode(), "xml.malformed"),
    ("undeclared prefix of an attribute before one", message('<a p:b=""/><c xmlns="d/e"/>').encode(), "xml.malformed"),
    (
        "attribute twice before one",
        message('<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/><c xmlns="d/e"/>').encode(),
        "xml.malformed",
    ),
    (
        "the same in a message that is streamed",
        message('<p:a/><!----><b xmlns="c/d"/>' + "<c/>" * 5_000).encode(),
        "xml.malformed",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "key"), [pytest.param(body, key, id=name) for name, body, key in REFUSED])
def test_hostile_bytes_are_refused_with_their_key(body: bytes, key: str) -> None:
    assert key_of(body) == key


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Canary]:
    with canary(tmp_path) as bird:
        yield bird


def test_the_canary_notices_a_visitor(trap: Canary) -> None:
    trap.file.read_text(encoding="utf-8")
    with pytest.raises(OSError, match="404"):
        urlopen(trap.url)

    assert trap.visits() == ["/canary", "opened"]


FETCHED = [
    ("row 4: external entity, file", '<!DOCTYPE x [<!ENTITY a SYSTEM "{file}">]>', "&a;", "xml.dtd"),
    ("row 5: external entity, address", '<!DOCTYPE x [<!ENTITY a SYSTEM "{url}">]>', "&a;", "xml.dtd"),
    ("row 6: external subset, address", '<!DOCTYPE x SYSTEM "{url}">', "", "xml.dtd"),
    ("row 6: external subset, file", '<!DOCTYPE x PUBLIC "p" "{file}">', "", "xml.dtd"),
    ("row 7: parameter entity, address", '<!DOCTYPE x [<!ENTITY % a SYSTEM "{url}"> %a;]>', "", "xml.dtd"),
    ("row 7: parameter entity, file", '<!DOCTYPE x [<!ENTITY % a SYSTEM "{file}"> %a;]>', "", "xml.dtd"),
    ("row 35: XInclude, file", "", '<i:include {xinclude} href="{file}"/>', None),
    ("row 35: XInclude, address", "", '<i:include {xinclude} href="{url}"/>', None),
    ("row 36: schemaLocation", "", '<a {xsi} i:schemaLocation="urn:test {url}"/>', None),
    ("row 36: noNamespaceSchemaLocation", "", '<a {xsi} i:noNamespaceSchemaLocation="{file}"/>', None),
    ("row 39: stylesheet", '<?xml-stylesheet type="text/xsl" href="{url}"?>', "", "xml.pi"),
    ("row 41: external href", "", '<a href="{url}"/>', None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "content", "key"),
    [pytest.param(before, content, key, id=name) for name, before, content, key in FETCHED],
)
def test_nothing_a_message_points_to_is_fetched(trap: Canary, before: str, content: str, key: str | None) -> None:
    places = {"file": trap.file.as_uri(), "url": trap.url, "xsi": XSI, "xinclude": XINCLUDE}
    body = message(content.format(**places), before.format(**places)).encode()

    assert key_of(body) == key
    assert trap.visits() == []


SAME = [
    ("plain", message().encode(), None),
    ("row 27: CDATA", message("<![CDATA[0101701234]]>").encode(), None),
    ("row 33: UTF-8 with mark", b"\xef\xbb\xbf" + message().encode(), None),
    ("row 33: the same, declared", b"\xef\xbb\xbf" + message(before=UTF8).encode(), "UTF-8"),
    ("row 33: UTF-16 with mark", message().encode("utf-16"), None),
    ("row 33: UTF-16BE with mark", ("\ufeff" + message()).encode("utf-16-be"), "utf-16"),
    ("row 33: UTF-16LE with declaration only", message(before=UTF16).encode("utf-16-le"), None),
    ("row 33: UTF-16BE with declaration only", message(before=UTF16).encode("utf-16-be"), None),
    ("row 31: ISO-8859-1", message(before=DECLARED.format("ISO-8859-1")).encode("latin-1"), None),
    ("row 32: a conflict without effect", message(before=UTF8).encode(), "iso-8859-1"),
    ("declaration without encoding", message(before="<?xml version='1.0' standalone='yes' ?>\n").encode(), None),
    ("space around the root", message(before=" \n", after="\n ").encode(), None),
    ("comments outside the root", message(before="<!-- a -->", after="<!-- b -->").encode(), None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "charset"), [pytest.param(body, charset, id=name) for name, body, charset in SAME])
def test_one_message_reads_alike_in_every_accepted_form(body: bytes, charset: str | None) -> None:
    assert text_of(body, charset) == "0101701234"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(message("Ærø").encode(), None, id="UTF-8 by default"),
        pytest.param(message("Ærø").encode(), "UTF-8", id="UTF-8 by HTTP"),
        pytest.param(message("Ærø").encode("latin-1"), "ISO-8859-1", id="ISO-8859-1 by HTTP"),
        pytest.param(message("Ærø", DECLARED.format("iso-8859-1")).encode("latin-1"), None, id="declared ISO-8859-1"),
        pytest.param(message("Ærø").encode("utf-16-be"), "utf-16be", id="UTF-16BE by HTTP"),
    ],
)
def test_danish_letters_arrive_in_every_encoding(body: bytes, charset: str | None) -> None:
    assert text_of(body, charset) == "Ærø"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(message("Ærø", UTF8).encode(), "iso-8859-1", id="HTTP against declaration"),
        pytest.param(message("Ærø", DECLARED.format("iso-8859-1")).encode(), "utf-8", id="declaration against HTTP"),
        pytest.param(message("Ærø", "\ufeff").encode(), "iso-8859-1", id="HTTP against mark"),
        pytest.param(message().encode("utf-16"), "utf-8", id="UTF-16 mark against HTTP"),
        pytest.param(message("Ærø").encode("utf-16-le"), "utf-16be", id="byte order against HTTP"),
        pytest.param(message().encode(), "utf-16", id="HTTP says UTF-16"),
        pytest.param(message().encode(), "utf-7", id="HTTP says UTF-7"),
        pytest.param(message().encode(), "us-ascii", id="HTTP says US-ASCII"),
        pytest.param(message("Ærø", UTF8).encode("latin-1"), None, id="not the declared UTF-8"),
        pytest.param(message().encode("utf-16") + b"\0", None, id="half a UTF-16 unit"),
    ],
)
def test_row_32_a_conflict_of_encodings_is_refused(body: bytes, charset: str | None) -> None:
    assert key_of(body, charset) == "xml.encoding"


def test_row_26_a_comment_inside_a_value_loses_nothing() -> None:
    assert text_of(message("010170<!-- x -->1234").encode()) == "0101701234"


def test_row_40_a_declared_array_size_reserves_nothing() -> None:
    array = '<a xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" e:arrayType="xsd:string[1000000000]"/>'

    assert len(list(parse(message(array).encode(), LIMITS).iter())) == 5


def test_row_41_a_reference_within_the_message_is_not_followed() -> None:
    assert text_of(message('<a href="#b"/><a id="b">1</a>').encode()) == "1"


AT_THE_LIMIT: list[tuple[str, str, Callable[[int], bytes], int]] = [
    ("bytes", "bytes", lambda n: b"<a>" + b"x" * (n - 7) + b"</a>", 1 << 20),
    ("depth", "depth", lambda n: b"<a>" * n + b"</a>" * n, 64),
    ("elements", "elements", lambda n: b"<a>" + b"<b/>" * (n - 1) + b"</a>", 20_000),
    ("attributes", "attributes", lambda n: b"<a " + attributes(n) + b"/>", 64),
    ("attributes", "namespaces", lambda n: b"<a " + attributes(n, MANY_NAMESPACES) + b"/>", 64),
    ("attributes", "both", lambda n: b"<a xmlns='u' " + attributes(n - 1) + b"/>", 64),
    ("name", "element name", lambda n: b"<" + b"n" * n + b"/>", 256),
    ("name", "Danish element name", lambda n: b"<" + "å".encode() * n + b"/>", 256),
    ("name", "element name in a namespace", lambda n: b"<a xmlns='urn:test'><" + b"n" * n + b"/></a>", 256),
    ("name", "attribute name", lambda n: b"<a " + b"n" * n + b"=''/>", 256),
    ("name", "prefix", lambda n: b"<a xmlns:" + b"n" * n + b"='u'/>", 256),
    ("value", "attribute value", lambda n: b"<a b='" + b"v" * n + b"'/>", 8_192),
    ("value", "attribute value with spaces", lambda n: b"<a b='" + b" v" * (n // 2) + b"v" * (n % 2) + b"'/>", 8_192),
    ("value", "namespace name", lambda n: b"<a xmlns='" + b"v" * n + b"'/>", 8_192),
]


@pytest.mark.parametrize(
    ("limit", "make", "most"), [pytest.param(limit, make, most, id=name) for limit, name, make, most in AT_THE_LIMIT]
)
def test_exactly_the_limit_is_accepted_and_one_more_is_not(limit: str, make: Callable[[int], bytes], most: int) -> None:
    assert key_of(make(most)) is None
    assert key_of(make(most + 1)) == f"xml.limit.{limit}"


def test_limits_given_by_the_caller_of_the_guard_hold() -> None:
    assert key_of(b"<a><b/></a>", limits=Limits(elements=2)) is None
    assert key_of(b"<a><b/></a>", limits=Limits(elements=1)) == "xml.limit.elements"
    several = b"<a b='' c=''>" + b"<d xmlns='u'/>" * 8 + b"</a>"
    assert key_of(several, limits=Limits(elements=10)) is None
    assert key_of(several, limits=Limits(elements=9)) == "xml.limit.attributes"


def test_a_fault_of_the_guard_says_nothing_of_the_message() -> None:
    with pytest.raises(CallerFault) as caught:
        parse(message("0101701234</Anders>").encode(), LIMITS)

    assert caught.value.text == "The submitted message is not valid; expected well-formed XML 1.0 [xml.malformed]"
    assert caught.value.__suppress_context__


def test_an_ordinary_message_needs_no_streaming() -> None:
    assert proven(message().encode(), LIMITS)


PATIENT = settings(max_examples=200, deadline=None)
SMALL = Limits(bytes=400, depth=4, elements=5, attributes=2, name=12, value=90)
PIECES = (
    "<a>", "</a>", "<b", "<b/>", "<p:a>", "</p:a>", ">", "/>", "/", "<", "=", "'", '"', " ", "\t", "\n", " c=''",
    ' d="1"', " e ='<'", " xmlns:p='u'", " xmlns='u'", "<!--", "-->", "<![CDATA[", "]]>", "<?p ?>", "<!DOCTYPE a>",
    "&lt;", "&#65;", "&x;", "nnn", "n" * 12, "n" * 13, "text", "å", "å" * 13, "\ufeff", ":", "v" * 20,
)  # fmt: skip
NAMES = st.sampled_from(["n", "m", "å", "nm", "n" * 12, "n" * 13, "å" * 12, "å" * 13])
ATTRIBUTES = st.lists(st.tuples(NAMES, st.text("v <'=å", max_size=9)), max_size=4, unique_by=lambda pair: pair[0])
LEAVES = st.text("x =>", max_size=8)


def element(name: str, attributes: list[tuple[str, str]], content: list[str]) -> str:
    written = "".join(f' {key}="{value.replace("<", "&lt;")}"' for key, value in attributes)
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


TREES = st.recursive(
    st.builds(element, NAMES, ATTRIBUTES, st.lists(LEAVES, max_size=1)),
    lambda inner: st.builds(element, NAMES, ATTRIBUTES, st.lists(inner | LEAVES, max_size=3)),
    max_leaves=6,
)


@PATIENT
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | TREES)
def test_what_is_proven_the_stream_accepts_too(text: str) -> None:
    if proven(text.encode(), SMALL):
        assert streamed(text.encode()) in (None, "xml.malformed")


@PATIENT
@given(TREES)
def test_a_well_formed_tree_that_is_proven_streams_to_its_end(text: str) -> None:
    if proven(text.encode(), SMALL):
        assert streamed(text.encode()) is None


def streamed(plain: bytes) -> str | None:
    try:
        stream(plain, SMALL)
    except CallerFault as fault:
        return fault.key
    return None


@PATIENT
@given(TREES)
def test_a_tree_that_the_guard_lets_through_is_within_the_limits(text: str) -> None:
    if key_of(text.encode(), limits=SMALL) is not None:
        return
    root = parse(text.encode(), SMALL)
    depths = [len(list(node.iterancestors())) + 1 for node in root.iter()]

    assert len(depths) <= SMALL.elements
    assert max(depths) <= SMALL.depth
    assert all(len(node.attrib) <= SMALL.attributes for node in root.iter())
    assert all(len(str(name)) <= SMALL.name for node in root.iter() for name in (node.tag, *node.attrib))


@PATIENT
@given(st.binary(max_size=8))
def test_bytes_that_are_not_utf_8_are_never_read_as_utf_8(content: bytes) -> None:
    if key_of(b"<a>" + content + b"</a>") is None:
        assert content.decode("utf-8", "replace").encode() == content


CHARSETS = st.sampled_from([None, "utf-8", "utf-16", "latin1"])


@PATIENT
@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode), CHARSETS)
def test_any_bytes_give_a_tree_or_a_fault_of_the_guard(body: bytes, charset: str | None) -> None:
    assert (key_of(body, charset) or "xml.").startswith("xml.")


def test_a_namespace_that_is_only_relative_is_no_mistake() -> None:
    assert parse(b'<a><b xmlns="c/d"/></a>', Limits())[0].tag == "{c/d}b"


def test_what_was_wrong_with_one_message_is_not_held_against_the_next() -> None:
    with pytest.raises(CallerFault):
        parse(b'<a><p:b/><c xmlns="d/e"/></a>', Limits())
    assert parse(b"<a/>", Limits()).tag == "a"
