"""Section A of the hostile-input catalogue, on the running gateway; the ids are its row numbers.

Each row is tried in both versions of SOAP. Not here: rows 4 to 7 with a file that would know of being opened (the
guard's own tests), and row 44, which is about cost (test_hostile_cost).
"""

import gzip
import select
import socket
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread

import pytest
from attack import CANARY, attack, check_alive, check_silence

import running
from old_calls import ABSENCE, CITIZEN, ENROLLMENT, ENVELOPE, MEDIA, Said, absence, professions, refused, said, wrapped
from running import Site

GOOD = wrapped(absence())
NUMBER = f">{CITIZEN}<"
XINCLUDE = 'xmlns:i="http://www.w3.org/2001/XInclude"'
XOP = 'xmlns:x="http://www.w3.org/2004/08/xop/include"'
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
SOAPENC = 'xmlns:e="http://schemas.xmlsoap.org/soap/encoding/"'
NAMESPACES = "xmlns:p{}='u'"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
COLLIDING = " ".join(f"{''.join(word)}=''" for word in product(("Ez", "FY"), repeat=13))


def dtd(subset: str, content: str = CITIZEN) -> str:
    return f"<!DOCTYPE s {subset}>" + GOOD.replace(NUMBER, f">{content}<")


def number(content: str) -> str:
    return GOOD.replace(NUMBER, f">{content}<")


def within(content: str) -> str:
    """Markup as the last thing in the request element."""
    return GOOD.replace("</Absence>", f"{content}</Absence>")


def around(before: str, after: str = "") -> str:
    return before + GOOD + after


def declared(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>'


def attributes(count: int, form: str = "b{}=''") -> str:
    return " ".join(form.format(n) for n in range(count))


@dataclass(frozen=True, slots=True)
class Row:
    """A message (SOAP 1.1; 1.2 is made from it), in an encoding, and the key and number it is refused with."""

    name: str
    message: str | bytes
    key: str
    number: str = "1014"
    encoding: str = "utf-8"

    def content(self, version: str) -> bytes:
        old, new = ENVELOPE["1.1"], ENVELOPE[version]
        if isinstance(self.message, bytes):
            return self.message.replace(old.encode(), new.encode())
        return self.message.replace(old, new).encode(self.encoding, "surrogatepass")


ROWS = [
    Row("1 DOCTYPE only", dtd(""), "xml.dtd"),
    Row("2 internal entity in text", dtd(f'[<!ENTITY a "{CANARY}">]', "120385&a;2326"), "xml.dtd"),
    Row("3 internal entity in attribute", dtd(f'[<!ENTITY a "{CANARY}">]', '<b c="&a;"/>'), "xml.dtd"),
    Row("4 external entity, file", dtd('[<!ENTITY a SYSTEM "file:///etc/hostname">]', "&a;"), "xml.dtd"),
    Row("8 billion laughs in text", dtd(f'[<!ENTITY l0 "l">{LAUGHS}]', "&l9;"), "xml.dtd"),
    Row("9 billion laughs in attribute", dtd(f'[<!ENTITY l0 "l">{LAUGHS}]', '<b c="&l9;"/>'), "xml.dtd"),
    Row("10 billion laughs unused", dtd(f'[<!ENTITY l0 "l">{LAUGHS}]'), "xml.dtd"),
    Row("11 quadratic blow-up", dtd(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 2_000), "xml.dtd"),
    Row("12 quadratic, small", dtd(f'[<!ENTITY a "{"a" * 4_900}">]', "&a;" * 200), "xml.dtd"),
    Row("13 cyclic entities", dtd('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', "&a;"), "xml.dtd"),
    Row("14 default attribute", dtd('[<!ATTLIST Absence admin CDATA "1">]'), "xml.dtd"),
    Row("15 DOCTYPE in UTF-16", dtd(""), "xml.dtd", encoding="utf-16"),
    Row("15 DOCTYPE in UTF-7", around(declared("utf-7") + "+ADwAIQ-DOCTYPE x>"), "xml.encoding"),
    *[Row(f"16 depth {n}", "<a>" * n, "xml.limit.depth") for n in (65, 255, 257, 1_500, 100_000)],
    *[Row(f"17 {n} attributes", within(f"<b {attributes(n)}/>"), "xml.limit.attributes") for n in (65, 25_000)],
    Row("18 colliding attribute names", within(f"<b {COLLIDING}/>"), "xml.limit.attributes"),
    Row("19 25 000 siblings", within("<b/>" * 25_000), "xml.limit.elements"),
    Row("20 name of 49 000", within(f"<{'n' * 49_000}/>"), "xml.limit.name"),
    Row("20 name of 51 000", within(f"<{'n' * 51_000}/>"), "xml.malformed"),
    Row("20 attribute name of 49 000", within(f"<b {'n' * 49_000}=''/>"), "xml.limit.name"),
    Row("20 attribute value of 100 000", within(f"<b c='{CANARY * 8_000}'/>"), "xml.limit.value"),
    Row("21 30 000 namespaces", within(f"<b {attributes(30_000, NAMESPACES)}/>"), "xml.limit.attributes"),
    Row("24 100 000 instructions", within("<?a?>" * 100_000), "xml.pi"),
    Row("25 instruction inside a value", number("120385<?x y?>2326"), "xml.pi"),
    Row("28 raw NUL", number("120385\0"), "xml.malformed"),
    *[Row(f"28 {n}", number(n), "xml.malformed") for n in ("&#0;", "&#1;", "&#xFFFE;", "&#xD800;", "\ufffe")],
    Row("28 surrogate", GOOD.encode().replace(b"En dag", b"\xed\xa0\x80"), "xml.malformed"),
    Row("29 overlong UTF-8", GOOD.encode().replace(b"En dag", b"\xc0\xbc"), "xml.malformed"),
    Row("30 XML 1.1", around('<?xml version="1.1"?>'), "xml.version"),
    Row("31 UTF-7 declared", around(declared("utf-7")), "xml.encoding"),
    Row("31 UTF-32", around(""), "xml.encoding", encoding="utf-32"),
    Row("31 EBCDIC", around(declared("cp037")), "xml.encoding", encoding="cp037"),
    Row("31 bogus", around(declared("bogus")), "xml.encoding"),
    Row("32 says UTF-16, is UTF-8", around(declared("UTF-16")), "xml.encoding"),
    Row("32 says UTF-8, is UTF-16", around(declared("UTF-8")), "xml.encoding", encoding="utf-16"),
    Row("34 space before the declaration", around(" " + declared("UTF-8")), "xml.malformed"),
    Row("34 junk after the Envelope", around("", CANARY), "xml.malformed"),
    Row("34 truncated", GOOD[:-3], "xml.malformed"),
    Row("35 XInclude", within(f'<i:include {XINCLUDE} href="file:///etc/hostname"/>'), "element.unexpected"),
    Row("37 xsi:type of another", GOOD.replace("<EndDate>", f'<EndDate {XSI} i:type="i:string">'), "value.invalid"),
    Row("37 xsi:type without its prefix", GOOD.replace("<EndDate>", f'<EndDate {XSI} i:type="q:x">'), "value.invalid"),
    Row("38 nil that is not nillable", GOOD.replace("<EndDate>", f'<EndDate {XSI} i:nil="true">'), "value.invalid"),
    Row("39 stylesheet", around("<?xml-stylesheet type='text/xsl' href='file:///etc/hostname'?>"), "xml.pi"),
    Row("40 array size", within(f'<x {SOAPENC} e:arrayType="xsd:string[1000000000]"/>'), "element.unexpected"),
    Row("41 href in the message", GOOD.replace("<Absence>", '<Absence href="#a" id="a">'), "attribute.unexpected"),
    Row("41 href elsewhere", GOOD.replace("<Absence>", '<Absence href="http://127.0.0.1/">'), "attribute.unexpected"),
    Row("empty", "", "xml.malformed"),
    Row("undeclared entity", number("&a;"), "xml.malformed"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_hostile_xml_is_refused_in_the_callers_version(site: Site, row: Row, version: str) -> None:
    media = MEDIA[version].partition(";")[0]  # the message alone says its encoding

    answer = attack(site, ABSENCE, row.content(version), {"content-type": media})

    assert said(answer) == refused(version, row.number, row.key)


READ = wrapped(professions())
SERVED = [
    ("26 comment inside a value", READ.replace(NUMBER, ">120385<!-- x -->2326<").encode()),
    ("27 CDATA", READ.replace(NUMBER, f"><![CDATA[{CITIZEN}]]><").encode()),
    ("33 UTF-8 with mark", b"\xef\xbb\xbf" + READ.encode()),
    ("33 UTF-16LE with mark", ("\ufeff" + READ).encode("utf-16-le")),
    ("33 UTF-16BE with mark", ("\ufeff" + READ).encode("utf-16-be")),
    ("31 ISO-8859-1", (declared("ISO-8859-1") + READ.replace("Test Testesen", "Åse Østergård")).encode("latin-1")),
]


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in SERVED])
def test_an_unusual_but_good_message_is_served_with_the_whole_value(site: Site, content: bytes) -> None:
    before = len(site.modern.asked)

    answer = site.client.post(ENROLLMENT, content=content, headers={"content-type": "text/xml"})

    assert said(answer) == Said(200, "1.1", "GetProfessionCollectionResponse")
    assert [asked.header("x-civilRegistrationIdentifier") for asked in site.modern.asked[before:]] == [CITIZEN]


def test_row_32_a_charset_that_changes_the_text_is_refused(site: Site) -> None:
    content = (declared("UTF-8") + GOOD.replace("En dag", "Årsmøde")).encode()

    answer = attack(site, ABSENCE, content, {"content-type": "text/xml; charset=iso-8859-1"})

    assert said(answer) == refused("1.1", "1014", "xml.encoding")


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """An address that writes down who comes."""
    visits: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{CANARY}", visits
        server.shutdown()
        thread.join()


POINTING = [
    ("5 external entity", dtd('[<!ENTITY a SYSTEM "{url}">]', "&a;"), "xml.dtd"),
    ("6 external subset", dtd('SYSTEM "{url}"'), "xml.dtd"),
    ("7 parameter entity", dtd('[<!ENTITY % a SYSTEM "{url}"> %a;]'), "xml.dtd"),
    ("35 XInclude", within(f'<i:include {XINCLUDE} href="{{url}}"/>'), "element.unexpected"),
    ("39 stylesheet", around('<?xml-stylesheet type="text/xsl" href="{url}"?>'), "xml.pi"),
    ("41 href", GOOD.replace("<Absence>", '<Absence href="{url}">'), "attribute.unexpected"),
    ("71 xop:Include", number(f'<x:Include {XOP} href="{{url}}"/>'), "element.unexpected"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "key"), [pytest.param(message, key, id=name) for name, message, key in POINTING])
def test_nothing_that_a_message_points_to_is_fetched(
    site: Site, trap: tuple[str, list[str]], message: str, key: str
) -> None:
    url, visits = trap

    answer = attack(site, ABSENCE, message.replace("{url}", url).encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer).key == key
    assert visits == []


def test_row_36_a_schema_location_is_passed_over(site: Site, trap: tuple[str, list[str]]) -> None:
    url, visits = trap
    pointing = READ.replace("<GetProfessionCollectionRequest", f"<GetProfessionCollectionRequest {XSI} {{}}", 1)

    for pointer in (f'i:schemaLocation="urn:x {url}"', f'i:noNamespaceSchemaLocation="{url}"'):
        answer = site.client.post(
            ENROLLMENT, content=pointing.replace("{}", pointer), headers={"content-type": MEDIA["1.1"]}
        )
        assert said(answer).code == "GetProfessionCollectionResponse"

    assert visits == []


LARGE = [
    ("22 text", number(CANARY * 90_000)),
    ("22 CDATA", number(f"<![CDATA[{CANARY * 90_000}]]>")),
    ("22 comment", within(f"<!--{CANARY * 90_000}-->")),
    ("23 texts between comments", within("<!-- -->".join([CANARY * 20_000] * 5))),
]


@pytest.mark.parametrize("message", [pytest.param(message, id=name) for name, message in LARGE])
def test_a_message_over_the_limit_is_refused_before_it_is_read(site: Site, message: str) -> None:
    answer = attack(site, ABSENCE, message.encode(), {"content-type": MEDIA["1.1"]})

    assert said(answer) == Said(413)
    assert answer.headers["connection"] == "close"


COMPRESSED = [
    ("gzip", gzip.compress(GOOD.encode()), "gzip"),
    ("gzip bomb", gzip.compress(b" " * 10_000_000), "gzip"),
    ("nested gzip", gzip.compress(gzip.compress(GOOD.encode())), "gzip, gzip"),
    ("deflate", zlib.compress(GOOD.encode()), "deflate"),
    ("br", GOOD.encode(), "br"),
]


@pytest.mark.parametrize(("content", "coding"), [pytest.param(*row, id=f"42 {name}") for name, *row in COMPRESSED])
def test_a_compressed_request_is_refused(site: Site, content: bytes, coding: str) -> None:
    answer = attack(site, ABSENCE, content, {"content-type": MEDIA["1.1"], "content-encoding": coding})

    assert said(answer) == Said(415)


def test_row_42_a_compressed_request_that_does_not_say_so_is_no_xml(site: Site) -> None:
    answer = attack(site, ABSENCE, gzip.compress(GOOD.encode(), mtime=0), {"content-type": "text/xml"})

    assert said(answer) == refused("1.1", "1014", "xml.encoding")


AT_ONCE, COPIES = 40, 100
_BOUNDS = f"[admission]\nat_once = {AT_ONCE}\n[upstream]\nmax_in_flight = 16\nwaiting = 16\n"


def test_row_43_many_copies_of_the_largest_message_stay_within_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All heads arrive before any body: as many calls as are admitted are answered, the rest are told to come again."""
    monkeypatch.setattr(running, "CONFIG", f"{running.CONFIG}\n{_BOUNDS}")
    largest = within("<b/>" * 19_000 + " " * 900_000).encode()
    head = (
        f"POST {ABSENCE} HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA['1.1']}\r\nContent-Length: {len(largest)}\r\n\r\n"
    )

    with running.site(tmp_path) as site, ExitStack() as open_ones:
        before = _peak(site)
        copies = [open_ones.enter_context(socket.create_connection((site.host, site.port), 60)) for _ in range(COPIES)]
        for one in copies:
            one.sendall(head.encode())
        told: list[socket.socket] = []
        while len(told) < COPIES - AT_ONCE:
            told, _, _ = select.select(copies, [], [], 60)
            assert told
        busy = [_whole(one) for one in told]
        admitted = [one for one in copies if one not in told]
        with ThreadPoolExecutor(AT_ONCE) as clients:
            answers = list(clients.map(lambda one: (one.sendall(largest), _whole(one))[1], admitted))

        assert {answer.split(b" ", 2)[1] for answer in busy} == {b"503"}
        assert all(b"\r\nretry-after: 1\r\n" in answer and b"[gateway.busy]" in answer for answer in busy)
        assert len(answers) == AT_ONCE
        assert all(answer.startswith(b"HTTP/1.1 500 ") and b"[element.unexpected]" in answer for answer in answers)
        assert _peak(site) - before < 8 * AT_ONCE * len(largest)  # each admitted body in the buffers, and one tree
        for answer in (*busy, *answers):
            check_silence(site, answer)
        check_alive(site)


def _whole(connection: socket.socket) -> bytes:
    """An answer up to the end of its envelope."""
    answer = b""
    while not answer.endswith(b"</s:Envelope>"):
        part = connection.recv(65_536)
        assert part, answer
        answer += part
    return answer


def _peak(site: Site) -> int:
    """The most memory that the process has had, in bytes."""
    status = Path(f"/proc/{site.process.popen.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
