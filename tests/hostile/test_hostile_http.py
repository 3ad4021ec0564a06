"""Section C of the hostile-input catalogue over raw sockets, on the running gateway; the ids are its row numbers.

What only a front proxy can answer, and what the gateway alone (uvicorn with httptools) does instead:
row 83, a megabyte of chunk extensions: dropped, and the call served;
row 85, an absolute target with another host: served, since the host of a target decides nothing here;
row 90, slow or no bytes before the end of the head, and a client that does not read: the connection stays open;
rows 93 and 94: no cap on connections per source, and no HTTP/2 at all.
Row 95, a client that leaves before its reply, belongs to the tests of upstream faults; here it leaves within its body.
"""

import re
from collections.abc import Mapping

import pytest
from attack import CANARY, check_alive, check_silence

from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, said, wrapped
from running import Site

BODY = wrapped(professions()).encode()
LINE = f"POST {ENROLLMENT} HTTP/1.1"
HOST = "Host: gateway.example.invalid\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


def request(
    headers: str = "", body: bytes = BODY, *, line: str = LINE, host: str = HOST, length: str = LENGTH
) -> bytes:
    return f"{line}\r\n{host}Content-Type: text/xml\r\n{length}{headers}\r\n".encode("latin-1") + body


def targeted(target: str) -> bytes:
    return request(line=f"POST {target} HTTP/1.1")


def length(value: str) -> bytes:
    return request(length=f"Content-Length: {value}\r\n")


def coded(coding: str, body: bytes = CHUNKS) -> bytes:
    return request(f"Transfer-Encoding: {coding}\r\n", body, length="")


def chunked(body: bytes) -> bytes:
    return request(CHUNKED, body, length="")


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
ROWS = [
    ("78 length and chunked", request(CHUNKED, CHUNKS + SMUGGLED), 400),
    ("78 chunked and length", request(LENGTH, CHUNKS + SMUGGLED, length=CHUNKED), 400),
    ("79 two lengths", request("Content-Length: 3\r\n", BODY + SMUGGLED), 400),
    *[(f"79 length {value}", length(value), 400) for value in ("+4", "-1", "0x4", "1_0", "")],
    ("80 two equal lengths", request(LENGTH), 400),
    ("80 a list of lengths", length("4, 4"), 400),
    ("81 length of 20 digits", length("99999999999999999999"), 400),
    ("81 length of 10 digits", length("9999999999"), 413),
    *[(f"82 {coding!r}", coded(coding), 400) for coding in ("xchunked", "chunked, identity", "identity, chunked",
        "identity", "\x0bchunked", "chunked\r\nTransfer-Encoding: chunked")],
    ("82 space before the colon", request("Transfer-Encoding : chunked\r\n", CHUNKS, length=""), 400),
    ("83 chunk size 0x4", chunked(b"0x4\r\nabcd\r\n0\r\n\r\n"), 400),
    ("83 wrong end of a chunk", chunked(b"4\r\nabcdX0\r\n\r\n"), 400),
    ("83 LF only", chunked(b"4\nabcd\n0\n\n"), 400),
    ("83 trailer with a length", chunked(CHUNKS[:-2] + b"Content-Length: 5\r\n\r\n"), 400),
    ("84 bare LF", request().replace(b"\r\n", b"\n"), 400),
    ("84 bare CR", request("X-A: a\rX-B: b\r\n"), 400),
    ("84 NUL in a header", request("X-A: a\0b\r\n"), 400),
    ("84 folded header", request("X-A: a\r\n b\r\n"), 400),
    ("85 no Host", request(host=""), 400),
    ("85 two Hosts", request(host=HOST + HOST), 400),
    ("85 user in the target", targeted("@evil.example.invalid"), 400),
    ("85 CONNECT", b"CONNECT evil.example.invalid:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("86 HTTP/0.9", f"GET {ENROLLMENT}?wsdl\r\n\r\n".encode(), 400),
    ("86 HTTP/1.2", request(line=LINE.replace("1.1", "1.2")), 400),
    ("86 HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("86 TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ("87 header of 70 000", request(f"X-A: {'a' * 70_000}\r\n"), 431),
    ("87 header just over the limit", request(f"X-A: {'a' * 32_768}\r\n"), 431),
    ("87 2 000 headers", request("".join(f"X-{n}: 1\r\n" for n in range(2_000))), 431),
    ("87 target of 70 000", targeted(f"{ENROLLMENT}?{'a' * 70_000}"), 400),
    *[(f"88 {target}", targeted(target), 404) for target in (
        ENROLLMENT.replace("/8/", "/8/../8/"), ENROLLMENT.replace("/8/", "/8/%2e%2e/8/"),
        ENROLLMENT.replace("/8/", "/8/..%2f8%2f"), f"{ENROLLMENT}%00", "/PjakTassWCF/8/%zz",
        ENROLLMENT.replace("U", "%2555"), ENROLLMENT.replace("U", "%55"), f"{ENROLLMENT};jsessionid=1",
        f"/{ENROLLMENT}", ENROLLMENT.replace("/", "\\").replace("\\", "/", 1), f"{ENROLLMENT}/", ENROLLMENT.lower(),
        "/etc/passwd", "/PjakTassWCF/", "/")],
    ("92 body over the limit", request(body=CANARY.encode() * 90_000, length="Content-Length: 1170000\r\n"), 413),
    ("92 the same in chunks", chunked(b"%x\r\n" % (13 * 90_000) + CANARY.encode() * 90_000 + b"\r\n0\r\n\r\n"), 413),
    *[(f"82 Upgrade: {name}", request(f"Upgrade: {name}\r\nConnection: Upgrade\r\n{more}", SMUGGLED), 501)
        for name, more in (("x", ""), ("websocket", "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"),
            ("h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"))],
    ("73 two media types", request("Content-Type: text/xml\r\n"), 400),
]  # fmt: skip


def statuses(answer: bytes) -> list[int]:
    """The status of each response in what came back."""
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d+) ", answer, re.MULTILINE)]


@pytest.mark.parametrize(("raw", "status"), [pytest.param(*row, id=name[:60]) for name, *row in ROWS])
def test_doubtful_http_has_one_answer_and_no_effect(site: Site, raw: bytes, status: int) -> None:
    before = len(site.modern.asked)

    answer = site.raw(raw)

    assert statuses(answer) == [status]
    assert site.modern.asked[before:] == []
    check_silence(site, answer)
    check_alive(site)


@pytest.mark.parametrize("status", [400, 413, 501])
def test_a_connection_in_doubt_is_closed(site: Site, status: int) -> None:
    raw = {400: length("+4"), 413: length("9999999999"), 501: request("Upgrade: x\r\nConnection: Upgrade\r\n")}

    answer = site.raw(raw[status])

    assert statuses(answer) == [status]
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_row_91_a_body_that_is_announced_too_large_is_not_asked_for(site: Site) -> None:
    answer = site.raw(request("Expect: 100-continue\r\n", b"", length="Content-Length: 9999999\r\n"))

    assert statuses(answer) == [413]


def test_row_91_a_body_of_good_size_is_asked_for(site: Site) -> None:
    answer = site.raw(request("Expect: 100-continue\r\n", b""), BODY)

    assert statuses(answer) == [100, 200]


def test_row_95_a_client_that_leaves_within_its_body_has_no_effect(site: Site) -> None:
    before = len(site.modern.asked)

    answer = site.raw(request()[:-10], half_close=True)

    assert statuses(answer) in ([], [400])
    assert site.modern.asked[before:] == []
    check_silence(site, answer)
    check_alive(site)


def test_row_87_a_head_at_the_limits_is_served(site: Site) -> None:
    several = "".join(f"X-{n}: 1\r\n" for n in range(97))

    assert statuses(site.raw(request(several))) == [200]
    assert statuses(site.raw(request(f"X-A: {'a' * 32_600}\r\n"))) == [200]


OVERRIDES = [
    ("89 underscores", {"Content_Length": "3", "X_Forwarded_Client_Cert": CANARY}),
    ("96 method override", {"X-HTTP-Method-Override": "GET", "X-Method-Override": "DELETE"}),
    ("97 certificates", {"X-Forwarded-Client-Cert": CANARY, "Client-Cert": CANARY, "X-SSL-Client-Verify": "SUCCESS"}),
    ("97 addresses", {"X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1", "X-Forwarded-Host": CANARY}),
    ("120 hop by hop", {"TE": "trailers", "Cookie": f"a={CANARY}", "Authorization": CANARY, "Via": "1.1 x"}),
]  # fmt: skip


@pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in OVERRIDES])
def test_headers_of_a_client_have_no_effect_and_are_not_sent_on(site: Site, headers: Mapping[str, str]) -> None:
    answer = site.client.post(ENROLLMENT, content=BODY, headers={"content-type": MEDIA["1.1"], **headers})

    assert said(answer).code == "GetProfessionCollectionResponse"
    sent = site.modern.asked[-1]
    assert {name for name, _ in sent.headers} == SENT_ON
    assert sent.header("x-civilRegistrationIdentifier") == CITIZEN
    assert CANARY not in repr(sent)


SENT_ON = {
    "accept",
    "accept-encoding",
    "host",
    "user-agent",
    "x-activeorganisationcode",
    "x-activeorganisationtypeidentifier",
    "x-civilregistrationidentifier",
    "x-registrationdatetime",
    "x-requestorganisationcode",
    "x-requestorganisationtypeidentifier",
    "x-requestuserfullname",
    "x-requestuseridentifier",
    "x-requestusertypeidentifier",
}
