"""What holds for every hostile call: refused, nothing sent on, nothing echoed, and the next good call works."""

from collections.abc import Mapping
from typing import Any

import httpx

from modern_calls import ABOUT
from old_calls import CITIZEN, ENROLLMENT, MEDIA, professions, said, wrapped
from running import Site

CANARY = "kanariefuglen"
SECRETS = (CANARY, CITIZEN)
WRITE = {**ABOUT, "x-requestId": "r-1", "content-type": "application/json"}


def attack(site: Site, path: str, content: bytes, headers: Mapping[str, str] | list[tuple[str, str]]) -> httpx.Response:
    """Posts a hostile call and gives its answer."""
    before = len(site.modern.asked)
    answer = site.client.post(path, content=content, headers=headers)
    assert site.modern.asked[before:] == []
    check_silence(site, answer.content + repr(answer.headers.multi_items()).encode())
    check_alive(site)
    return answer


def check_silence(site: Site, answer: bytes) -> None:
    """Nothing that was planted is in the answer or in what the process wrote."""
    for secret in SECRETS:
        assert secret.encode() not in answer
        assert secret not in site.output
    assert "Traceback" not in site.output


def check_alive(site: Site) -> None:
    """The next good call is answered."""
    good = wrapped(professions())
    answer = site.client.post(ENROLLMENT, content=good, headers={"content-type": MEDIA["1.1"]})
    assert said(answer).code == "GetProfessionCollectionResponse"


def refusal(site: Site, method: str, path: str, headers: Any, content: bytes | None = None) -> httpx.Response:
    """The answer to a modern call that must be refused before anything is sent on."""
    before = len(site.modern.asked)
    answer = site.client.request(method, path, headers=headers, content=content)
    assert answer.status_code >= 400
    assert site.modern.asked[before:] == []
    check_silence(site, answer.content)
    check_alive(site)
    return answer
