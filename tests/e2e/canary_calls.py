"""Calls of every kind with the canary in every place that there is: of callers, of the modern side, of operators."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx
from canary_side import NAME, NUMBER, SPACED

from modern_calls import ABOUT, FRAVAER, TILMELDING, fravaer
from old_calls import ABSENCE, ENROLLMENT, HEADER, MEDIA, absence, professions, wrapped
from running import ROOT

GUID: Final = "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7e20"
TRACED: Final = {"traceparent": f"00-{NUMBER}{'a' * 22}-{NUMBER[:10]}aaaaaa-01", "tracestate": f"a={NUMBER}"}
XML: Final = {"content-type": MEDIA["1.1"], **TRACED}
BY: Final = HEADER.replace("Test Testesen", NAME)
THERE: Final = {
    **ABOUT,
    **TRACED,
    "x-civilRegistrationIdentifier": NUMBER,
    "x-requestUserFullName": quote(NAME),
}
SWITCHED: Final = (
    "/operations/UnemploymentEnrollmentService/8/GetProfessionCollection/mode",
    "/operations/AbsenceRegistrationService/7/CreateAbsence/mode",
)
EVENTS: Final[Sequence[Mapping[str, Any]]] = (
    {},
    {"EntitetNavn": f"Om{NUMBER}"},
    {"EntitetId": int(NUMBER[:9])},
    {"EntitetId": 100013},
    {"EksternIdentifier": NUMBER},
    {NUMBER: NAME},
)
OWN: Final = {"sec-fetch-site": "same-origin"}


def drive(client: httpx.Client) -> None:
    """Good calls, refused ones and hostile ones, on both faces."""
    rest(client)
    soap(client)
    messages(client)


def soap(client: httpx.Client) -> None:
    for body in (
        wrapped(professions(NUMBER), BY),
        wrapped(absence(NUMBER, comment=f"<AbsenceComment>{NAME} {SPACED}</AbsenceComment>"), BY),
        wrapped(absence(NUMBER, kind=NUMBER), BY),
        wrapped(professions(NUMBER), BY.replace("10101", NUMBER)),
        wrapped(professions(NUMBER), BY.replace("10101", SPACED)),
        wrapped(absence(f"{NUMBER}x"), BY),
        wrapped(professions(SPACED), BY),
        wrapped(f"<{NAME.replace(' ', '')} xmlns='{NUMBER}'/>", BY),
        f"<!DOCTYPE a [<!ENTITY b '{NUMBER}'>]><a>&b;</a>",
        f"<a{NUMBER} b='{NAME}'>",
        NUMBER,
    ):
        for address in (ENROLLMENT, ABSENCE):
            client.post(address, content=body, headers=XML)
            client.post(address, content=body, headers={**XML, "soapaction": f'"{NUMBER}"'})
            client.post(address, content=body, headers={"content-type": f"text/xml; charset={NUMBER}"})
    client.post(f"/PjakTassWCF/8/{NUMBER}.svc?{NAME}", content=NUMBER, headers=XML)


def samples(client: httpx.Client) -> None:
    """A call of each old operation about the canary."""
    for file in sorted((ROOT / "tests" / "contract" / "samples").glob("*.xml")):
        service = file.name.partition(".")[0]
        text = re.sub(r"(Civil[A-Za-z]*Identifier>)\d{10}", rf"\g<1>{NUMBER}", file.read_text(encoding="utf-8"))
        text = re.sub(r"(<(\w+:)?(UserFullName|\w*Comment)>)[^<]*", rf"\g<1>{NAME}", text)
        for version in sorted((ROOT / "wsdl" / service).iterdir()):
            client.post(f"/PjakTassWCF/{version.name}/{service}.svc", content=text.encode(), headers=XML)


def rest(client: httpx.Client) -> None:
    client.delete(f"{FRAVAER}/{GUID}/{quote(f'{NAME} {NUMBER}')}", headers=THERE)  # in the modern address too
    for path in (
        FRAVAER,
        TILMELDING,
        f"{FRAVAER}/{NUMBER}",
        f"{FRAVAER}?a={NUMBER}",
        f"/{NUMBER}/{SPACED}",
        f"/{quote(NAME)}",
        "/borgerkommunikation/v1/MidlertidigAdresse",
        "/eksternedata/v1/AsylData",
    ):
        client.get(path, headers=THERE)
        client.get(path, headers={**THERE, "x-civilRegistrationIdentifier": SPACED})
    client.get(FRAVAER, headers={**THERE, "x-activeOrganisationCode": NUMBER})
    client.get(FRAVAER, headers={**THERE, "x-requestOrganisationCode": SPACED})
    for change in ({}, {"fravaersKommentar": f"{NAME} {NUMBER}"}, {"fravaerType": NUMBER}, {NUMBER: NAME}):
        client.post(FRAVAER, headers={**THERE, "x-requestId": NUMBER}, json=fravaer(**change))
        client.post(FRAVAER, headers={**THERE, "x-requestId": f"{NAME}-{len(change)}"}, json=fravaer(**change))
    client.post(FRAVAER, headers={**THERE, "content-type": "application/json"}, content=f'{{"a":{NUMBER},}}')


def event(**changes: Any) -> dict[str, Any]:
    return {
        "EntitetNavn": NAME,
        "EntitetId": 100008,
        "EksternIdentifier": GUID,
        "IdentifikationstypeId": 1,
        "Aendringstype": 1,
        "Body": {"tidligereCivilregistrationIdentifier": NUMBER, NUMBER: NAME},
        **changes,
    }


def messages(client: httpx.Client) -> None:
    """What the modern side tells, and what is asked of the queues."""
    for hook in ("8/10101", "8/10111", f"8/{NUMBER[1:]}", f"8/{NUMBER}", "2/81"):
        for number, changed in enumerate(EVENTS):
            url = f"/beskeder/v1/Webhook/{hook}"
            client.post(url, headers={**THERE, "x-requestId": f"{NUMBER} {number}"}, json=event(**changed))
            client.post(url, headers={"x-civilRegistrationIdentifier": SPACED}, json=event(**changed))
    for path in ("Besked", f"Besked?efter={NUMBER}", f"Besked/Opslag?beskedIdentifiers={NUMBER}", f"Sekvens/{NUMBER}"):
        client.get(f"/beskeder/v1/{path}", headers=THERE)
    asked = f'<SequenceRequest xmlns="http://service.bm.dk/WsrmService/2024/06/01/"><Identifier>{NUMBER}</Identifier>'
    client.post("/PjakTassWCF/1/WsrmService.svc", content=wrapped(f"{asked}</SequenceRequest>", BY), headers=XML)


def register(client: httpx.Client) -> str:
    """An absence of the canary's, of which its jobcenter and its a-kasse are told; its id."""
    body = fravaer(fravaerIdentifier=None, startDato="2026-05-01T00:00:00+02:00", slutDato="2026-05-02T00:00:00+02:00")
    answer = client.post(FRAVAER, headers={**THERE, "x-requestId": "registered"}, json=body)
    assert answer.status_code == 200, answer.text
    told = event(EntitetNavn="Fravaer", EntitetId=100010, EksternIdentifier=answer.json())
    for hook in ("8/10101", "2/81", "8/10111"):
        url = f"/beskeder/v1/Webhook/{hook}"
        kept = client.post(url, headers={**THERE, "x-requestId": f"told {hook}"}, json=told)
        assert kept.status_code == 200, kept.text
    return str(answer.json())


def fetch(client: httpx.Client) -> str:
    """What the old queue hands out to the jobcenter, acknowledged; the contents of the absences among it."""
    rm, own = "http://docs.oasis-open.org/ws-rx/wsrm/200702", "http://service.bm.dk"
    queue = "1/WsrmService"

    def ask(service: str, body: str) -> str:
        return client.post(f"/PjakTassWCF/{service}.svc", content=wrapped(body, BY), headers=XML).text

    reply_to = "<AcksTo><Address>http://www.w3.org/2005/08/addressing/anonymous</Address></AcksTo>"
    sequence = re.search(
        r"Identifier>([^<]+)<", ask(queue, f'<CreateSequence xmlns="{rm}">{reply_to}</CreateSequence>')
    )
    assert sequence
    id_ = f"<Identifier>{sequence[1]}</Identifier>"
    handed = ask(queue, f'<SequenceRequest xmlns="{own}/WsrmService/2024/06/01/">{id_}</SequenceRequest>')
    found = re.findall(r"MessageIdentifier>([0-9a-f-]{36})<", handed)
    wanted = "".join(f"<MessageIdentifier>{one}</MessageIdentifier>" for one in found)
    named = f'GetAbsenceVersion1Request xmlns="{own}/WsrmMessageService/2024/06/01/"'
    contents = ask("10/WsrmMessageService", f"<{named}>{wanted}</GetAbsenceVersion1Request>")
    taken = f'{id_}<AcknowledgementRange Lower="1" Upper="{len(found)}"/>'
    ask(queue, f'<SequenceAcknowledgement xmlns="{rm}">{taken}</SequenceAcknowledgement>')
    return contents


# ---- the admin port


def form(admin: httpx.Client, path: str, given: dict[str, str]) -> httpx.Response:
    """A form of the pages, sent as a browser does."""
    shown = admin.get(path, params={name: value for name, value in given.items() if name in ("mode", "caller")}).text
    found = re.search(r'name="token" value="([^"]+)"', shown) or re.search(
        r'name="token" value="([^"]+)"', admin.get(SWITCHED[0], params={"mode": "new"}).text
    )
    assert found
    return admin.post(path, data={**given, "token": found[1]}, headers=OWN)


def switch(admin: httpx.Client, mode: str) -> None:
    for path in SWITCHED:
        assert form(admin, path, {"mode": mode, "by": "Test"}).status_code == 303


def operate(admin: httpx.Client) -> None:
    """What an operator may type, and what somebody else may send."""
    for path in SWITCHED:
        for caller in (f"8/{NUMBER}", f"8/{SPACED}"):
            assert form(admin, path, {"mode": "old", "caller": caller, "by": "Test"}).status_code == 400
        for by in (NUMBER, SPACED, f"{NAME} {SPACED}"):
            assert form(admin, path, {"mode": "old", "by": by}).status_code == 400
    found = set(re.findall(r'href="(/beskeder/[0-9a-f-]{36})"', admin.get("/beskeder").text))
    said = [form(admin, f"{path}/dismiss", {"by": f"{NAME} {NUMBER}"}).status_code for path in found]
    assert 400 in said  # a dead one; the others can't be dismissed at all
    assert set(said) <= {400, 409}
    for path in (
        *(f"/beskeder/{part}/{action}" for part in (NUMBER, SPACED, NAME, GUID) for action in ("release", "dismiss")),
        *(f"/operations/{NAME}/{NUMBER}/{SPACED}/mode", f"/cases/{NUMBER}/{NAME}", f"/{NUMBER}", f"/static/{NUMBER}"),
        *(f"/callers/8/{NUMBER}", f"/differences/{NUMBER}/reproduce.sh", f"/recording?{NUMBER}", f"/readyz/{NUMBER}"),
    ):
        for method in ("POST", "PUT", "DELETE", "GET", "PATCH"):
            for headers in (OWN, {"sec-fetch-site": "cross-site"}):
                assert admin.request(method, path, headers=headers, content=NUMBER).status_code < 500
    admin.post("/recording", json={"share": 1, "seconds": int(NUMBER)}, headers={"x-overgang": "1"})
    admin.post("/recording", json={NUMBER: NAME}, headers={"x-overgang": "1"})


def crawl(admin: httpx.Client, pages: tuple[str, ...], most: int = 40) -> dict[str, bytes]:
    """These pages and what they lead to, in two steps; `most` of each section."""
    shown: dict[str, bytes] = {}
    wanted = list(pages)
    for _ in range(3):
        for path in wanted:
            shown[path] = admin.get(path).content
        links = dict.fromkeys(
            link.replace("&amp;", "&")
            for content in shown.values()
            for link in re.findall(r'href="(/[^"#]*)"', content.decode("utf-8", "replace"))
        )
        sections = {"operations", "differences", "callers", "beskeder"}
        fresh = [link for link in links if link not in shown and link.split("?")[0].split("/")[1] in sections]
        wanted = [
            link
            for section in sorted(sections)
            for link in [one for one in fresh if one.startswith(f"/{section}")][:most]
        ]
    return shown
