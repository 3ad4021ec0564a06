"""What holds for every hostile call: refused and recorded, nothing sent on or echoed, and the next good call works."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
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
    before, known = len(site.modern.asked), newest_record(site)
    answer = site.client.post(path, content=content, headers=headers)
    assert site.modern.asked[before:] == []
    check_recorded(site, known)
    check_silence(site, answer.content + repr(answer.headers.multi_items()).encode())
    check_alive(site)
    return answer


def check_silence(site: Site, answer: bytes) -> None:
    """Nothing that was planted is in the answer or in what the process wrote."""
    for secret in SECRETS:
        assert secret.encode() not in answer
        assert secret not in site.output
    assert "Traceback" not in site.output


def newest_record(site: Site) -> int:
    """The place of the newest record of the audit."""
    return int(_audit(site, "SELECT coalesce(max(rowid), 0) FROM audit")[0])


def check_recorded(site: Site, before: int) -> None:
    """After the record `before` there are those of one call more, the last with the stable key of its refusal.

    A write whose intent is recorded is refused in its outcome. Nothing that was planted is in a record.
    """
    entries = _audit(site, "SELECT entry FROM audit WHERE rowid > ? ORDER BY rowid", before)
    said = [json.loads(entry) for entry in entries]
    assert [one["event"] for one in said] in (["refused"], ["intent", "outcome"])
    assert len({one["id"] for one in said}) == 1
    assert said[-1]["key"]
    for secret in SECRETS:
        assert secret not in repr(entries)


def _audit(site: Site, query: str, *values: int) -> list[Any]:
    store = site.process.out.with_name("overgang.sqlite")
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return [value for (value,) in connection.execute(query, values)]


def check_alive(site: Site) -> None:
    """The next good call is answered."""
    good = wrapped(professions())
    answer = site.client.post(ENROLLMENT, content=good, headers={"content-type": MEDIA["1.1"]})
    assert said(answer).code == "GetProfessionCollectionResponse"


def refusal(site: Site, method: str, path: str, headers: Any, content: bytes | None = None) -> httpx.Response:
    """The answer to a modern call that must be refused before anything is sent on."""
    before, known = len(site.modern.asked), newest_record(site)
    answer = site.client.request(method, path, headers=headers, content=content)
    assert answer.status_code >= 400
    assert site.modern.asked[before:] == []
    check_recorded(site, known)
    check_silence(site, answer.content)
    check_alive(site)
    return answer
