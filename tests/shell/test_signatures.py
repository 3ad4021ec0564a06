"""A gateway that asks for signed messages: one that is signed by the caller's own company, and each of them once."""

import asyncio
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from gateway_side import Modern, loaded, replied
from lxml import etree
from test_admitting import ACTORS, ISSUER, OURS, SECRET, Side, through_the_proxy
from together_side import Both

from certificates import NOW, subject
from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, said, wrapped
from overgang.core.compare.values import Mode
from overgang.shell.client import Raw
from overgang.shell.config import Comparing, Target
from overgang.shell.config_clients import Clients, clients
from signed_calls import signed

ANOTHER = ISSUER.issue(subject("NTRDK-87654321", "UI:DK-O:G:11111111-2222-4333-8444-555555555555"))
MORE = """
[[actor]]
name = "B"
cvr = "87654321"
units = ["11111111-2222-4333-8444-555555555555"]
organisations = ["*"]
"""


class Signing(Side):
    """Its clock stands still at NOW, when the messages are signed."""

    def __init__(self, folder: Path, modern: Modern, **more: Any) -> None:
        clients = Clients("client-cert", folder / "actors.toml", SECRET, folder / "ca.pem", signatures=True)
        super().__init__(folder, modern, ACTORS + MORE, clients=clients, ticks=lambda: NOW, **more)


def sent(side: Side, message: bytes, version: str = "1.1") -> Any:
    return side.ask("POST", ENROLLMENT, {"content-type": MEDIA[version], **through_the_proxy()}, content=message)


def message(version: str = "1.1", by: Any = OURS, **how: Any) -> bytes:
    return etree.tostring(signed(wrapped(professions(), version=version), by, version=version, **how))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_signed_call_is_answered(tmp_path: Path, version: str) -> None:
    side = Signing(tmp_path, Modern(replied(200, {"joboensker": []})))
    assert said(sent(side, message(version), version)).code == "GetProfessionCollectionResponse"
    assert [one["event"] for one in side.records()] == ["signature", "read"]


def test_an_unsigned_one_is_refused(tmp_path: Path) -> None:
    side = Signing(tmp_path, Modern())
    answer = sent(side, wrapped(professions()).encode())
    assert "<ErrorCode>1012</ErrorCode>" in answer.text
    assert "[signature.security]" in answer.text
    assert side.modern.sent == []


def test_an_unsigned_one_is_not_handed_to_the_old_service_either(tmp_path: Path) -> None:
    """Mode `old` is no way around: the old service behind may not ask."""
    both = Both(old=Raw(200, "text/xml", b"<old/>"))
    old = {service.key: Target("http://old.invalid") for service in loaded().services}
    side = Signing(tmp_path, cast(Modern, both), old=old, comparing=Comparing(mode=Mode.OLD))
    assert "[signature.security]" in sent(side, wrapped(professions()).encode()).text
    assert both.forwarded == []
    once = message()
    assert sent(side, once).content == b"<old/>"
    assert "[signature.replayed]" in sent(side, once).text
    assert len(both.forwarded) == 1


def test_a_signed_call_is_compared(tmp_path: Path) -> None:
    both = Both(modern=replied(200, {"joboensker": []}))
    old = {service.key: Target("http://old.invalid") for service in loaded().services}
    side = Signing(tmp_path, cast(Modern, both), old=old, comparing=Comparing(mode=Mode.COMPARE_OLD, noise=0.0))

    async def asked() -> None:
        headers = {"content-type": MEDIA["1.1"], **through_the_proxy()}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(side.app), base_url="http://gateway") as client:
            assert (await client.post(ENROLLMENT, headers=headers, content=message())).status_code == 200
        assert side.app.together is not None
        await side.app.together.besides.idle()

    asyncio.run(asked())
    records = side.records()
    assert records[0]["id"] == records[1]["id"] != records[2]["id"]  # what is beside it has its own
    found = [(one["event"], one["purpose"], one.get("status")) for one in records]
    assert found == [("signature", "call", None), ("outcome", "call", 200), ("read", "comparison", 200)]


def test_a_message_is_taken_once(tmp_path: Path) -> None:
    side = Signing(tmp_path, Modern(replied(200, {"joboensker": []}), replied(200, {"joboensker": []})))
    once, again = message(), message()
    assert said(sent(side, once)).code == "GetProfessionCollectionResponse"
    replayed = sent(side, once)
    assert "[signature.replayed]" in replayed.text
    assert said(sent(side, again)).code == "GetProfessionCollectionResponse"
    assert len(side.modern.sent) == 2


def test_a_signature_of_another_company_is_refused(tmp_path: Path) -> None:
    side = Signing(tmp_path, Modern())
    assert "[signature.other]" in sent(side, message(by=ANOTHER)).text
    stranger = ISSUER.issue(subject("NTRDK-11111111"))
    assert "[identity.unknown]" in sent(side, message(by=stranger)).text
    assert side.modern.sent == []


def test_what_was_changed_is_never_asked_for(tmp_path: Path) -> None:
    side = Signing(tmp_path, Modern())
    answer = sent(side, message().replace(CITIZEN.encode(), b"0601763194"))
    assert "[signature.wrong]" in answer.text
    assert side.modern.sent == []


def test_signatures_need_certificates(tmp_path: Path) -> None:
    lines: list[str] = []
    clients({"proof": "trial", "signatures": True}, tmp_path, "127.0.0.1", None, lines)
    assert lines == ['clients.signatures: there is nobody to sign with proof = "trial"']
