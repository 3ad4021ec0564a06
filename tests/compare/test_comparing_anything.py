"""Whatever bytes come, comparing ends with differences and not with an exception."""

from pathlib import Path
from random import Random

import pytest
from compared_contracts import ROOT, answer, envelope, fault, reply, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_answers import make, outputs
from written_answers import varied

from overgang.core.compare.causes import CAUSES
from overgang.core.compare.values import Difference, Kind, Reply
from overgang.wire.comparing import Comparer
from overgang.wire.contract import load

MANY = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
HEADERS = st.sampled_from(["", "text/xml", "text/xml; charset=utf-16", "text/html", ";;", 'a/b;charset="\0"', "é"])
GOOD = answer("<_int>1</_int><Loose><A>1</A></Loose>")
PIECES = (
    b"<", b">", b"/", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>", b"\0", b"\xff", b"&#0;", b"&#xD;", b'"',
    b' xsi:nil="1"', b' xsi:type="a:b"', b' xmlns=""', b"<!DOCTYPE a>", b"xmlns:s", b"1e999999999", b"9" * 5000,
    b"\xef\xbb\xbf",
)  # fmt: skip


@pytest.fixture(scope="module")
def comparer(tmp_path_factory: pytest.TempPathFactory) -> Comparer:
    return Comparer(small(tmp_path_factory.mktemp("contract")))


def good(found: tuple[Difference, ...]) -> bool:
    """Nothing but differences whose cause is documented."""
    return all(one.cause in CAUSES and one.place and one.path for one in found)


@MANY
@given(body=st.binary(max_size=200), kind=HEADERS, status=st.integers(0, 999))
def test_random_bytes_are_compared(comparer: Comparer, body: bytes, kind: str, status: int) -> None:
    strange = Reply(status, kind, body)
    assert good(comparer.compare("Ask", GOOD, strange))
    assert good(comparer.compare("Ask", strange, GOOD))
    assert comparer.compare("Ask", strange, strange)[-1].cause == "both-unreadable"


@MANY
@given(text=st.text(max_size=60), kind=HEADERS)
def test_random_text_in_an_envelope_is_compared(comparer: Comparer, text: str, kind: str) -> None:
    strange = Reply(200, kind, envelope(f"<Answer><_int>{text}</_int></Answer>"[:200]))
    assert good(comparer.compare("Ask", GOOD, strange))
    assert good(comparer.compare("Ask", strange, fault("s:Client", "nej")))


@pytest.mark.parametrize("seed", range(300))
def test_broken_answers_are_compared(comparer: Comparer, seed: int) -> None:
    random = Random(seed)
    body = bytearray(random.choice((GOOD, fault("s:Client", "nej", "<x><y>1</y></x>"))).body)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(body))
        match random.randint(0, 3):
            case 0:
                body[place:place] = random.choice(PIECES)
            case 1:
                del body[place : place + random.randint(1, 30)]
            case 2:
                body[place] = random.randrange(256)
            case _:
                del body[place:]
                body += b" "
    assert good(comparer.compare("Ask", GOOD, reply(bytes(body))))
    assert good(comparer.compare("Ask", reply(bytes(body)), GOOD))


def test_pieces_put_into_answers_of_the_frozen_contracts_are_compared() -> None:
    contract = load(ROOT / "wsdl/PersonStatusService/20/PersonStatusService.wsdl")
    comparer = Comparer(contract)
    (name, element), *_ = outputs(contract)
    random = Random(1)
    read = 0
    for _ in range(300):
        old = varied(make(element, random), random)
        place = random.randrange(len(old.body))
        new = reply(old.body[:place] + random.choice(PIECES) + old.body[place:])
        found = comparer.compare(name, old, new)
        read += not any(one.kind is Kind.UNREADABLE for one in found)
        assert good(found)
    assert 20 < read < 280


def test_a_trouble_that_has_no_name_here_is_its_own_cause(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", GOOD, Reply(0, "", b"", "unconfigured"))
    assert (found.kind, found.cause) == (Kind.UNREADABLE, "unconfigured")
    assert found.new == "unconfigured: no status, no media type, nothing"


def test_what_is_told_of_an_unreadable_side_has_nothing_of_its_content(comparer: Comparer) -> None:
    (found,) = comparer.compare("Ask", GOOD, reply(b"<html>HEMMELIGT", kind="text/html"))
    assert found.new == "html: 200, text/html, 15 bytes"


@pytest.mark.parametrize("depth", [50, 100, 200, 255, 300])
def test_nesting_of_any_depth_is_compared(comparer: Comparer, depth: int) -> None:
    def nested(leaf: str) -> Reply:
        inner = "<u:a>" * depth + leaf + "</u:a>" * depth
        return answer(f'<u:a xmlns:u="urn:u">{inner}</u:a>')

    def branched(leaf: str) -> Reply:
        inner = "<u:a>" * depth + leaf + "</u:a><u:a/>" * depth
        return answer(f'<u:a xmlns:u="urn:u">{inner}</u:a>')

    for form in (nested, branched):
        (found,) = comparer.compare("Ask", form("1"), form("2"))
        assert found.cause in ("value", "too-deep", "both-unreadable")


def test_a_tree_that_is_too_deep_says_so(comparer: Comparer) -> None:
    deep = '<u:a xmlns:u="urn:u">' + "<u:a>" * 220 + "{}" + "</u:a><u:a/>" * 220 + "</u:a>"
    (found,) = comparer.compare("Ask", answer(deep.format("1")), answer(deep.format("2")))
    assert (found.kind, found.place, found.cause) == (Kind.UNREADABLE, "/Envelope", "too-deep")


def test_entities_of_a_document_type_are_never_expanded(comparer: Comparer, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("HEMMELIGT")
    bomb = f'<!DOCTYPE s [<!ENTITY a SYSTEM "{secret}">]>'.encode() + GOOD.body.replace(b">1<", b">&a;<")
    (found,) = comparer.compare("Ask", GOOD, reply(bomb))
    assert found.cause == "doctype"
    assert "HEMMELIGT" not in str(found)
