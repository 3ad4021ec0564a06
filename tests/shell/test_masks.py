"""A call whose every value is replaced still plays as it did: so a kept difference can be reproduced."""

import asyncio
import re
from collections.abc import Iterator
from functools import lru_cache

import pytest
from gateway_side import loaded

from overgang.core.compare import reproduce
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Mode, Reply, Verdict
from overgang.core.messages import Caller, RestReply, RestRequest
from overgang.shell.accounts import Peer
from overgang.shell.casebook import KEY as CASES_KEY
from overgang.shell.casebook import Casebook, load_cases
from overgang.shell.clock import at
from overgang.shell.driver import Driver
from overgang.shell.example import envelope
from overgang.shell.masks import modern_masker, old_maskers
from overgang.shell.soap_ingress import Answer, Post, SoapFace
from overgang.shell.upstream import trouble
from overgang.wire import cases, guard
from overgang.wire.cases import Case
from overgang.wire.comparing import Comparer
from overgang.wire.masking import Masker
from overgang.wire.masking.modern import ModernMasker

KEY, XML = b"k" * 32, "text/xml; charset=utf-8"
CASES = load_cases(loaded().areas)
# Here the modern side tells of the call's own registration before the gateway has sent it: the id is one of the call
# as it was, and the call with pseudonyms makes another one.
READ_BEFORE_SENT = {
    "tilmelding/tilmelding_gentaget_efter_midnat_afvist",
    "sygemelding/sygemelding_4_uger_gentaget_efter_midnat",
    "midlertidig_adresse/adresse_gentaget",
    "midlertidig_adresse/adresse_gentaget_efter_aendring",
}
_LEAF = re.compile(r">([^<>]+)</")


class Script:
    """The modern side as a case has it; keeps every message."""

    def __init__(self, case: Case) -> None:
        self._case, self._names, self._asked = case, cases.Names(case), 0

    async def keep(self, notices: object) -> None:
        pass

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        self._names.hide(cases.written(request))
        block = self._case.rest_in[self._asked]
        self._asked += 1
        if block in cases.TROUBLE:
            raise trouble(f"upstream.{block}", unclear=request.writes)
        return cases.reply(self._names.show(block))


@lru_cache
def book() -> Casebook:
    return Casebook(loaded())


@lru_cache
def maskers() -> tuple[dict[str, Masker], ModernMasker]:
    return old_maskers(loaded(), KEY), modern_masker(loaded(), KEY)


def answered(case: Case) -> tuple[bytes, Answer]:
    """The case's call as it was sent, and the gateway's answer with what it asked."""
    service = next(one for one in loaded().services if one.key == f"{case.service}/{case.version}")
    script = Script(case)
    face = SoapFace(Driver(loaded().modern, script, script), loaded().codelists, guard.Limits(), CASES_KEY, {})
    body = envelope(service.bridges[case.element], case.soap_in, case.caller, case.registered)
    post = Post(service, body, XML, (), at(case.day)(), Peer(watched=True))
    return body, asyncio.run(face.answer(post))


def kept(case: Case, body: bytes, answer: Answer, old: bytes, found: tuple[Difference, ...]) -> Compared:
    """The comparison as it would be stored, every value replaced."""
    key = f"{case.service}/{case.version}"
    masker, modern = maskers()[0][key], maskers()[1]
    given = masker.values(body, XML)
    texts = masker.texts((body, XML), (answer.body, answer.content_type))
    seen = answer.seen
    assert seen
    return Compared(
        id="1",
        at=at(case.day)(),
        area=case.name.partition("/")[0],
        service=key,
        operation=seen.bridge.contract.name,
        caller=seen.caller,
        mode=Mode.COMPARE_NEW,
        verdict=Verdict.DIFFERENT,
        judged=tuple(Judged(one) for one in found),
        rules=tuple(answer.cited),
        kept=Kept(
            masker.envelope(body, XML),
            XML,
            "",
            masker.reply(Reply(answer.status, answer.content_type, old), given),
            masker.reply(Reply(answer.status, answer.content_type, answer.body), given),
            modern.blocks(answer.exchanges, texts),
        ),
    )


def played(one: Compared) -> list[str]:
    return book().play(cases.parse(reproduce.case(one), "differences/1")).difference


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in READ_BEFORE_SENT], ids=lambda case: case.name
)
def test_a_case_holds_with_every_value_replaced(case: Case) -> None:
    body, answer = answered(case)
    assert played(kept(case, body, answer, answer.body, ())) == []


@pytest.mark.parametrize("name", sorted(READ_BEFORE_SENT))
def test_what_is_read_before_it_is_sent_is_another_ones(name: str) -> None:
    case = next(one for one in CASES if one.name == name)
    body, answer = answered(case)
    assert played(kept(case, body, answer, answer.body, ())) != []


def deviating(answer: bytes) -> Iterator[bytes]:
    """The answer with one value changed, for each value that can be changed by a digit or a letter."""
    text = answer.decode()
    for found in _LEAF.finditer(text):
        value = found[1]
        if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
            other = f"2011{value[4:]}"
        elif value in ("true", "false"):
            other = "false" if value == "true" else "true"
        elif re.search(r"[^\W_]{3}", value):
            other = value[:-1] + ("1" if value[-1] != "1" else "2")
        else:
            continue
        yield f"{text[: found.start(1)]}{other}{text[found.end(1) :]}".encode()


ANSWERED = [case for case in CASES if not case.soap_out.startswith("Fault") and case.name not in READ_BEFORE_SENT]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_a_case_of_a_difference_differs_in_its_places_and_in_no_other(case: Case) -> None:
    body, answer = answered(case)
    key = f"{case.service}/{case.version}"
    comparer = Comparer(next(one.contract for one in loaded().services if one.key == key))
    seen = answer.seen
    assert seen
    new, tried = Reply(answer.status, answer.content_type, answer.body), 0
    for old in deviating(answer.body):
        found = comparer.compare(seen.bridge.contract.name, Reply(answer.status, answer.content_type, old), new)
        if [one.kind for one in found] != [Kind.CHANGED]:
            continue  # a key of a list, or a value that is no longer one of its type
        tried += 1
        told = played(kept(case, body, answer, old, found))
        assert told[0] == "---------- soap out"
        changed = {line[1:].split(" = ")[0] for line in told if re.match(r"[-+](?![-+])", line)}
        assert {_plain(one) for one in changed} == {_plain(found[0].path)}
        assert [line for line in told if line.startswith("----------")] == ["---------- soap out"]
        if tried == 3:
            break


def test_the_deviations_are_many() -> None:
    assert len(ANSWERED) > 200


def _plain(place: str) -> str:
    """A path without the positions of its items, which two notations write differently."""
    return re.sub(r"\[[^\]]*\]", "", place).rstrip("/")
