"""A canary in place of a citizen, and neighbours of a gateway that all sing of it."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Final

from old_calls import wrapped
from running import CITIZENS, CONFIG, ROOT, answering

NUMBER: Final = CITIZENS[0].number
SPACED: Final = f"{NUMBER[:6]}-{NUMBER[6:]}"
NAME: Final = "Kanariefugl Gulfjer"
DEAD: Final = "http://127.0.0.1:1"  # nobody listens there
GOOD, FAILING, GONE = "/hook/good", "/hook/failing", "/hook/gone"
_SPACE: Final = "http://service.bm.dk/UnemploymentEnrollmentService/2021/03/01/"
_ANSWER: Final = wrapped(
    f'<x:GetProfessionCollectionResponse xmlns:x="{_SPACE}"><x:text>{NUMBER} {NAME}</x:text>'
    "</x:GetProfessionCollectionResponse>",
    "",
)
_FAULT: Final = wrapped(
    f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{NUMBER} {NAME}</faultstring></s:Fault>", ""
)
_PROBLEM: Final = json.dumps({"title": NAME, "status": 500, "detail": NUMBER, NUMBER: SPACED})
_WEBHOOKS: Final = (("8/10101", GOOD, "true"), ("2/81", FAILING, "false"), ("8/10111", GONE, "false"))


def forms(text: str) -> list[bytes]:
    """As it is, and as it is written elsewhere."""
    raw = text.encode()
    coded = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]
    escaped = "".join(f"%{byte:02X}" for byte in raw).encode()
    wide = [text.encode(name) for name in ("utf-16-le", "utf-16-be")]
    return [raw, raw[::-1], raw.hex().encode(), escaped, *wide, *(one for one in coded if len(one) >= 8)]


FORMS: Final = [form for text in (NUMBER, SPACED, NAME, "Gulfjer") for form in forms(text)]


def seen(content: bytes) -> bool:
    return any(form in content for form in FORMS)


@dataclass(slots=True)
class Neighbours:
    """They listen at `url`: a collector of `spans`, receivers of webhooks (`pushed`: path and citizen), an old side.

    And a modern side below each of its kinds of failing.
    """

    url: str
    spans: list[bytes] = field(default_factory=list)
    pushed: set[tuple[str, str]] = field(default_factory=set)

    def told(self, path: str, citizen: str, body: bytes) -> tuple[int, str, str]:
        """Status, media type and content of an answer; 0 for none at all."""
        if path == "/v1/traces":
            self.spans.append(body)
            return 200, "application/x-protobuf", ""
        if path.startswith("/hook/"):
            self.pushed.add((path, citizen))
            return {GOOD: 204, GONE: 410}.get(path, 500), "text/plain", "" if path == GOOD else f"{NUMBER} {NAME}"
        kind = path.split("/")[1]
        if kind == "varied":
            kind = "cut" if "/Fravaer/" in path else "failing" if "/Fravaer" in path else "unreadable"
        if kind == "old":
            enrolment = "UnemploymentEnrollment" in path
            return (200, "text/xml; charset=utf-8", _ANSWER) if enrolment else (500, "text/xml; charset=utf-8", _FAULT)
        return {
            "failing": (500, "application/problem+json", _PROBLEM),
            "elsewhere": (302, "text/plain", NUMBER),
            "unreadable": (200, "application/json", f'{{"{NUMBER}": {NAME}'),
        }.get(kind, (0, "", ""))


@contextmanager
def neighbours() -> Iterator[Neighbours]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, kind, content = made.told(self.path, self.headers.get("x-civilregistrationidentifier", ""), body)
            if not status:
                return
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("location", f"/{NUMBER}")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content.encode())

        do_GET = do_PUT = do_DELETE = do_POST

        def log_message(self, *_: object) -> None:
            pass

    with answering(Answering) as url:
        made = Neighbours(url)
        yield made


def config(modern: str, by: Neighbours, *, failing: bool) -> str:
    """A gateway between these; if `failing` the old side is dead, and the modern services fail in every way."""
    text = CONFIG.format(root=ROOT, modern=modern)
    ways = {"jobsearch": f"{by.url}/cut", "borgerkommunikation": DEAD, "komposit": DEAD}
    ways |= {"visiteringogstatus": f"{by.url}/varied", "eksternedata": f"{by.url}/elsewhere"}
    for domain, way in ways.items() if failing else ():
        text = text.replace(f"{modern}/{domain}", way)
    text += f'[telemetry]\ncalls = true\notlp = "{by.url}"\n[recording]\nfolder = "recordings"\n'
    text += '[audit]\nheads = "heads.jsonl"\n[compare]\nmode = "compare-new"\nnoise = 1.0\n'
    for service in sorted((ROOT / "wsdl").glob("*/*")):
        old = DEAD if failing else f"{by.url}/old/{service.parent.name}"
        text += f'[old."{service.parent.name}/{service.name}"]\nurl = "{old}"\n'
    for receiver, path, queue in _WEBHOOKS:
        text += f'[[messages.webhook]]\norganisation = "{receiver}"\nurl = "{by.url}{path}"\nqueue = {queue}\n'
        text += 'secret_file = "webhook.secret"\n'
    return text
