"""A citizen's number is driven through each path of a running gateway, and looked for in all that it leaves.

It is found with the modern side and the old one, whom the calls are for, and in the audit by its keyed hash only.
"""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from modern_calls import ABOUT, FRAVAER, TILMELDING, fravaer
from old_calls import ABSENCE, ENROLLMENT, HEADER, MEDIA, USER, absence, professions, wrapped
from overgang.cli.main import main
from running import CITIZENS, CONFIG, ROOT, SECONDS, Process, modern_side, overgang

NUMBER = CITIZENS[0].number
SPACED = f"{NUMBER[:6]}-{NUMBER[6:]}"
NAME = "Kanariefugl Gulfjer"
GUID = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20"
PAGES = (
    "/",
    "/operations",
    "/differences",
    "/callers",
    "/rules",
    "/contracts",
    "/cases",
    "/changes",
    "/beskeder",
    "/metrics",
    "/readyz",
)


def forms(text: str) -> list[bytes]:
    """As it is, and as it is written elsewhere."""
    raw = text.encode()
    coded = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]
    escaped = "".join(f"%{byte:02X}" for byte in raw).encode()
    return [raw, raw[::-1], raw.hex().encode(), escaped, text.encode("utf-16-le"), text.encode("utf-16-be"), *coded]


FORMS = [form for text in (NUMBER, SPACED, NAME, "Gulfjer") for form in forms(text)]


def seen(content: bytes) -> bool:
    return any(form in content for form in FORMS)


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Takes what is sent to it: spans, and as an old service the calls, which it answers with what it was told."""
    taken: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path.startswith("/v1/traces"):
                taken.append(body)
            self.send_response(200)
            kind = "application/x-protobuf" if self.path.startswith("/v1/traces") else "text/xml; charset=utf-8"
            self.send_header("content-type", kind)
            told = b"" if self.path.startswith("/v1/traces") else f"<p>{NUMBER} {NAME}</p>".encode()
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", taken
    server.shutdown()
    thread.join()
    server.server_close()


def drive(client: httpx.Client, admin: str) -> None:
    """Good calls, refused ones and hostile ones, on both faces, with the canary in every place that there is."""
    traced = {"traceparent": f"00-{NUMBER}{'a' * 22}-{NUMBER[:10]}aaaaaa-01", "tracestate": f"a={NUMBER}"}
    xml = {"content-type": MEDIA["1.1"], **traced}
    user = USER.replace("Test Testesen", NAME) if "Test Testesen" in USER else USER
    header = HEADER.replace(USER, user)
    for body in (
        wrapped(professions(NUMBER), header),
        wrapped(absence(NUMBER, comment=f"<AbsenceComment>{NAME} {SPACED}</AbsenceComment>"), header),
        wrapped(absence(NUMBER, kind=NUMBER), header),
        wrapped(professions(NUMBER), header.replace("10101", NUMBER)),
        wrapped(professions(NUMBER), header.replace("10101", SPACED)),
        wrapped(absence(f"{NUMBER}x"), header),
        wrapped(professions(SPACED), header),
        wrapped(f"<{NAME.replace(' ', '')} xmlns='{NUMBER}'/>", header),
        f"<!DOCTYPE a [<!ENTITY b '{NUMBER}'>]><a>&b;</a>",
        f"<a{NUMBER} b='{NAME}'>",
        NUMBER,
    ):
        for address in (ENROLLMENT, ABSENCE):
            client.post(address, content=body, headers=xml)
            client.post(address, content=body, headers={**xml, "soapaction": f'"{NUMBER}"'})
            client.post(address, content=body, headers={"content-type": f"text/xml; charset={NUMBER}"})
    client.post(f"/PjakTassWCF/8/{NUMBER}.svc?{NAME}", content=NUMBER, headers=xml)
    about = {**ABOUT, **traced, "x-civilRegistrationIdentifier": NUMBER, "x-requestUserFullName": quote(NAME)}
    for path in (
        FRAVAER,
        TILMELDING,
        f"{FRAVAER}/{NUMBER}",
        f"{FRAVAER}?a={NUMBER}",
        f"/{NUMBER}/{SPACED}",
        f"/{quote(NAME)}",
    ):
        client.get(path, headers=about)
        client.get(path, headers={**about, "x-civilRegistrationIdentifier": SPACED})
    client.get(FRAVAER, headers={**about, "x-activeOrganisationCode": NUMBER})
    client.get(FRAVAER, headers={**about, "x-requestOrganisationCode": SPACED})
    for change in ({}, {"fravaersKommentar": f"{NAME} {NUMBER}"}, {"fravaerType": NUMBER}, {NUMBER: NAME}):
        client.post(FRAVAER, headers={**about, "x-requestId": NUMBER}, json=fravaer(**change))
        client.post(FRAVAER, headers={**about, "x-requestId": f"{NAME}-{len(change)}"}, json=fravaer(**change))
    client.post(FRAVAER, headers={**about, "content-type": "application/json"}, content=f'{{"a":{NUMBER},}}')
    told = {"EntitetNavn": NAME, "EntitetId": 100008, "EksternIdentifier": GUID, "IdentifikationstypeId": 1}
    told |= {"Aendringstype": 1, "Body": {"tidligereCivilregistrationIdentifier": NUMBER, NUMBER: NAME}}
    for hook in ("8/10101", f"8/{NUMBER[1:]}", f"8/{NUMBER}", "2/81"):
        for changed in (
            {},
            {"EntitetNavn": f"Om{NUMBER}"},
            {"EntitetId": int(NUMBER[:9])},
            {"EntitetId": 100013},
            {"EksternIdentifier": NUMBER},
            {NUMBER: NAME},
        ):
            url = f"/beskeder/v1/Webhook/{hook}"
            client.post(url, headers={**about, "x-requestId": f"{NUMBER} {len(changed)}"}, json=told | changed)
            client.post(url, headers={"x-civilRegistrationIdentifier": SPACED}, json=told | changed)
    for path in ("Besked", f"Besked?efter={NUMBER}", f"Besked/Opslag?beskedIdentifiers={NUMBER}", f"Sekvens/{NUMBER}"):
        client.get(f"/beskeder/v1/{path}", headers=about)
    asked = f'<SequenceRequest xmlns="http://service.bm.dk/WsrmService/2024/06/01/"><Identifier>{NUMBER}</Identifier>'
    client.post("/PjakTassWCF/1/WsrmService.svc", content=wrapped(f"{asked}</SequenceRequest>", header), headers=xml)
    for path in PAGES:
        assert httpx.get(f"{admin}{path}?q={NUMBER}", trust_env=False).status_code < 500
        httpx.get(f"{admin}{path}/{NUMBER}", trust_env=False)


def everything(process: Process, admin: str, spans: list[bytes], folder: Path) -> dict[str, bytes]:
    """All that the gateway wrote or shows, by where."""
    shown = {f"page {path}": httpx.get(f"{admin}{path}", trust_env=False).content for path in PAGES}
    found = httpx.get(f"{admin}/differences", trust_env=False).text
    links = {part.split('"')[0] for part in found.split('href="')[1:] if part.startswith("/differences/")}
    shown |= {f"page {link}": httpx.get(f"{admin}{link}", trust_env=False).content for link in sorted(links)[:40]}
    written = {f"file {file.name}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return shown | written | {"spans": b"".join(spans), "output": (process.stdout + process.stderr).encode()}


def test_a_citizen_is_nowhere_but_hashed_in_the_audit(
    collector: tuple[str, list[bytes]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, spans = collector
    folder = tmp_path / "gateway"
    (folder / "recordings").mkdir(parents=True)
    (folder / "identity.key").write_bytes(b"k" * 32)
    (folder / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    more = (
        f'[telemetry]\ncalls = true\notlp = "{address}"\n[recording]\nfolder = "recordings"\n'
        '[compare]\nmode = "compare-new"\nnoise = 1.0\n'
        f'[old."UnemploymentEnrollmentService/8"]\nurl = "{address}/a"\n'
        f'[old."AbsenceRegistrationService/7"]\nurl = "{address}/b"\n'
        f'[old."PersonRegistrationService/9"]\nurl = "{address}/c"\n'
    )
    config = folder / "gateway.toml"
    with modern_side() as modern, httpx.Client(trust_env=False, timeout=SECONDS) as client:
        config.write_text(CONFIG.format(root=ROOT, modern=modern.url) + more, encoding="utf-8")
        with overgang(folder, "serve", "--config", str(config)) as process:
            process.wait_for("admin ")
            admin, client.base_url = process.address("admin"), httpx.URL(process.address("gateway"))
            begun = httpx.post(
                f"{admin}/recording", json={"share": 1, "seconds": 60}, headers={"x-overgang": "1"}, trust_env=False
            )
            assert begun.status_code == 200
            drive(client, admin)
            assert httpx.delete(f"{admin}/recording", headers={"x-overgang": "1"}, trust_env=False).json()["calls"] > 5
            before = everything(process, admin, spans, folder)
            assert len([name for name in before if name.startswith("page /differences/")]) > 2
            assert process.stop() == 0
        after = everything_left(process, folder) | {"spans": b"".join(spans)}
        told = b"".join(repr(one).encode() for one in modern.asked)
    assert NUMBER.encode() in told  # the modern side is asked about the citizen
    assert len(after["spans"]) > 1000
    assert b'"event": "call"' in after["output"]
    hits = [name for name, content in {**before, **after}.items() if seen(content)]
    assert hits == []

    monkeypatch.setattr("sys.stdin", _Typed(NUMBER))
    assert main(["audit", "find", "--config", str(config)]) == 0
    assert int(capsys.readouterr().out.splitlines()[-1].split()[0]) > 5
    assert main(["audit", "verify", "--config", str(config)]) == 0
    assert [name for name, content in everything_left(process, folder).items() if seen(content)] == []


def everything_left(process: Process, folder: Path) -> dict[str, bytes]:
    written = {f"file {file.name}": file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return written | {"output": (process.stdout + process.stderr).encode()}


class _Typed:
    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return f"{self._text}\n"
