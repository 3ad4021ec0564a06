"""Who calls is known by the certificate that the proxy hands on, and by nothing that a caller can say."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest
from gateway_side import DAY, Modern, config, loaded, replied

from certificates import UNIT, authority, subject
from modern_calls import ABOUT, FRAVAER, problem
from old_calls import ENROLLMENT, HEADER, MEDIA, ORGANISATION, professions, said, wrapped
from overgang.core.compare.modes import Scope
from overgang.core.compare.values import Mode
from overgang.shell.app import Gateway
from overgang.shell.clock import Clock, at
from overgang.shell.config import Target
from overgang.shell.config_clients import Clients
from overgang.shell.keeping import Keeping
from overgang.shell.upstream import Upstream

ISSUER = authority()
OURS, FOREIGN = ISSUER.issue(), ISSUER.issue(subject(unit="UI:DK-O:G:11111111-2222-4333-8444-555555555555"))
SECRET = b"p" * 32
ACTORS = f"""
[[actor]]
name = "Fagsystem"
cvr = "12345678"
units = ["{UNIT}"]
organisations = ["8/10101", "2/*"]
"""


def certificate(der: bytes) -> str:
    return f":{base64.b64encode(der).decode()}:"


def through_the_proxy(der: bytes = OURS.der, **more: str) -> dict[str, str]:
    return {"Client-Cert": certificate(der), "Overgang-Proxy": SECRET.decode(), **more}


class Side:
    """A gateway that asks for certificates, with an audit in memory, in front of a modern side that counts."""

    def __init__(
        self, folder: Path, modern: Modern, actors: str = ACTORS, ticks: Clock | None = None, **more: Any
    ) -> None:
        (folder / "actors.toml").write_text(actors, encoding="utf-8")
        (folder / "ca.pem").write_bytes(ISSUER.pem)
        clients = Clients("client-cert", folder / "actors.toml", SECRET, folder / "ca.pem")
        self.config = made = config(**{"clients": clients, **more})
        clock = ticks or at(DAY)
        self.keeping = Keeping(made, clock)
        self.modern = modern
        self.app = Gateway(made, loaded(), cast(Upstream, modern), clock, self.keeping)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | list[tuple[str, str]], **what: Any
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway") as asks:
                return await asks.request(method, path, headers=headers, **what)

        return asyncio.run(send())

    def old(self, headers: Mapping[str, str], version: str = "1.1") -> httpx.Response:
        given = {"content-type": MEDIA[version], **headers}
        return self.ask("POST", ENROLLMENT, given, content=wrapped(professions(), version=version))

    def records(self) -> list[dict[str, Any]]:
        self.keeping.auditor.close()
        store = self.keeping.store
        return [json.loads(one.entry) for chain in store.chains() for one in store.records(chain.id)]


def test_a_call_with_a_certificate_is_answered_and_its_actor_is_in_the_audit(tmp_path: Path) -> None:
    side = Side(tmp_path, Modern(replied(200, {"joboensker": []}), replied(200, {"fravaer": []})))
    assert said(side.old(through_the_proxy())).code == "GetProfessionCollectionResponse"
    escaped = {**through_the_proxy(), "Client-Cert": quote(OURS.pem.decode(), safe="-")}
    assert side.ask("GET", FRAVAER, {**ABOUT, **escaped}).status_code == 200
    assert [one["who"] for one in side.records()] == [f"Fagsystem (oces3 CVR:12345678 {UNIT})"] * 2


def test_a_renewed_certificate_is_of_the_same_actor(tmp_path: Path) -> None:
    side = Side(tmp_path, Modern(replied(200, {"joboensker": []})))
    assert said(side.old(through_the_proxy(ISSUER.issue().der))).code == "GetProfessionCollectionResponse"


REFUSED: list[tuple[dict[str, str], int, str]] = [
    ({}, 1101, "identity.proxy"),
    ({"Client-Cert": certificate(OURS.der)}, 1101, "identity.proxy"),
    ({"Client-Cert": certificate(OURS.der), "Overgang-Proxy": "x" * 32}, 1101, "identity.proxy"),
    ({"Overgang-Proxy": SECRET.decode()}, 1101, "identity.missing"),
    (through_the_proxy(b"no certificate"), 1012, "identity.malformed"),
    (through_the_proxy(FOREIGN.der), 1012, "identity.unknown"),
    (through_the_proxy(authority().issue().der), 1012, "identity.issuer"),
    (through_the_proxy(authority(test=True).issue().der), 1012, "identity.issuer"),
    (through_the_proxy(ISSUER.issue(subject(unit=f"UI:DK-E:G:{UNIT}")).der), 1012, "identity.kind"),
    (
        {
            "X-Forwarded-Client-Cert": certificate(OURS.der),
            "X-SSL-Client-Cert": "x",
            "Client_Cert": certificate(OURS.der),
            "Overgang-Proxy": SECRET.decode(),
        },
        1101,
        "identity.missing",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "number", "key"), REFUSED)
def test_who_may_not_call_is_refused_on_both_faces_and_nothing_is_asked(
    tmp_path: Path, headers: dict[str, str], number: int, key: str
) -> None:
    side = Side(tmp_path, Modern())
    status = 401 if number == 1101 else 403
    for version in ("1.1", "1.2"):
        answer = side.old(headers, version)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith(MEDIA[version].split(";")[0])
        assert f"<ErrorCode>{number}</ErrorCode>" in answer.text
        assert f"[{key}]" in answer.text
    assert problem(side.ask("GET", FRAVAER, {**ABOUT, **headers})) == (status, number, key)
    assert side.ask("GET", f"{ENROLLMENT}?wsdl", headers).status_code == status
    assert side.modern.sent == []
    records = side.records()
    assert [(one["event"], one["key"]) for one in records] == [("refused", key)] * 4


def test_two_certificates_are_none(tmp_path: Path) -> None:
    side = Side(tmp_path, Modern())
    headers = [*through_the_proxy().items(), ("Client-Cert", certificate(OURS.der)), *ABOUT.items()]
    assert problem(side.ask("GET", FRAVAER, headers))[2] == "identity.twice"
    headers = [*through_the_proxy().items(), ("Overgang-Proxy", SECRET.decode()), *ABOUT.items()]
    assert problem(side.ask("GET", FRAVAER, headers))[2] == "identity.proxy"


@pytest.mark.parametrize(
    ("organisations", "number", "key"),
    [
        ('["8/10102"]', 4575, "identity.organisation"),
        ('["2/*"]', 4413, "identity.organisation-type"),
        ("[]", 4413, "identity.organisation-type"),
    ],
)  # fmt: skip
def test_an_organisation_that_is_not_the_callers_is_refused_on_both_faces(
    tmp_path: Path, organisations: str, number: int, key: str
) -> None:
    side = Side(tmp_path, Modern(), ACTORS.replace('["8/10101", "2/*"]', organisations))
    old = side.old(through_the_proxy())
    assert f"<ErrorCode>{number}</ErrorCode>" in old.text
    assert f"[{key}]" in old.text
    assert problem(side.ask("GET", FRAVAER, {**ABOUT, **through_the_proxy()}))[1:] == (number, key)
    assert side.modern.sent == []
    assert [(one["key"], one["organisation"], one["who"][:9]) for one in side.records()] == [
        (key, "8/10101", "Fagsystem")
    ] * 2


CODE = "<a:OrganisationCode>"


@pytest.mark.parametrize(
    "change",
    [
        lambda block: block.replace(CODE, f"{CODE}1</a:OrganisationCode>{CODE}"),
        lambda block: block.replace("10101<", "10101<!-- -->2<"),
        lambda block: block.replace("10101<", "<x>2</x>10101<"),
        lambda block: f"{block}<a>{block}</a>",
        lambda block: f"{block}{block.replace('10101', '10102')}",
    ],
)
def test_an_organisation_that_could_be_read_in_two_ways_is_none(tmp_path: Path, change: Callable[[str], str]) -> None:
    class Both(Modern):
        """Also the old side."""

        def reaches(self, service: str) -> bool:
            return True

        async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Any:
            raise AssertionError("the old side was asked")

    old = {"UnemploymentEnrollmentService/8": Target("http://old.invalid")}
    modes = {Scope(service="UnemploymentEnrollmentService/8"): Mode.OLD}
    # It may act for any code of the type that is read first, and for no other type.
    side = Side(tmp_path, Both(), ACTORS.replace("8/10101", "8/*"), old=old, modes=modes)
    assert change(ORGANISATION) != ORGANISATION
    body = wrapped(professions(), HEADER.replace(ORGANISATION, change(ORGANISATION)))
    answer = side.ask("POST", ENROLLMENT, {"content-type": MEDIA["1.1"], **through_the_proxy()}, content=body)
    assert "<ErrorCode>4575</ErrorCode>" in answer.text


@pytest.mark.parametrize("mode", [Mode.OLD, Mode.COMPARE_OLD, Mode.COMPARE_NEW])
@pytest.mark.parametrize("blocks", [True, False])
def test_no_mode_is_a_way_around(tmp_path: Path, mode: Mode, blocks: bool) -> None:
    class Both(Modern):
        """Also the old side."""

        def reaches(self, service: str) -> bool:
            return True

        async def forward(self, service: str, body: bytes, headers: Mapping[str, str]) -> Any:
            raise AssertionError("the old side was asked")

    old = {"UnemploymentEnrollmentService/8": Target("http://old.invalid")}
    modes = {Scope(service="UnemploymentEnrollmentService/8"): mode}
    side = Side(tmp_path, Both(), ACTORS.replace("8/10101", "8/1"), old=old, modes=modes)
    header = {} if blocks else {"header": ""}
    body = wrapped(professions(), **header)
    answer = side.ask("POST", ENROLLMENT, {"content-type": MEDIA["1.1"], **through_the_proxy()}, content=body)
    assert "<ErrorCode>4575</ErrorCode>" in answer.text
    assert [one["event"] for one in side.records()] == ["refused"]


def test_a_suspended_actor_is_refused(tmp_path: Path) -> None:
    side = Side(tmp_path, Modern(), f"{ACTORS}suspended = true\n")
    assert "identity.unknown" in side.old(through_the_proxy()).text


def test_a_trial_takes_everybody_and_says_so(tmp_path: Path) -> None:
    side = Side(tmp_path, Modern(replied(200, {"joboensker": []})))
    made = replace(side.config, clients=Clients())
    trial = Gateway(made, loaded(), cast(Upstream, side.modern), at(DAY), side.keeping)
    side.app = trial
    assert said(side.old({})).code == "GetProfessionCollectionResponse"
    assert [one["who"] for one in side.records()] == ["trial"]
