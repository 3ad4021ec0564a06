"""Each deviation changes what its description says, is found as its kind and cause, and is the same every time."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from lxml import etree
from standin_side import CITIZENS, Side, citizen, payload_of, sample

from overgang.core.compare.values import Difference, Reply
from overgang.standin.deviating import deviate
from overgang.standin.deviations import ALL, KNOWN, SECONDS, Chosen, DeviationError, parse
from overgang.standin.engine import Answered
from overgang.wire.comparing import Comparer
from overgang.wire.envelope import Version

SIDE = Side()
READS = {
    "PersonStatusService": "GetVariablePersonStatus",
    "PersonHistoryService": "GetPersonHistory",
    "AsylumService": "GetAsylumData",
    "JoblogService": "PersonSearch",
    "CodeListService": "GetCodeList",
}
FULL = citizen("tilmeldt")


def calls() -> Iterator[tuple[str, str, bytes, Answered]]:
    """A read of each kind for each citizen and an unknown one: service, operation, call and answer."""
    for service, operation in READS.items():
        for number in (*(each.number for each in CITIZENS), "0000000000"):
            body = sample(service, operation, number)
            yield service, operation, body, SIDE.service(service).answer(body, "text/xml; charset=utf-8", [])


CALLS = list(calls())
COMPARERS = {service: Comparer(SIDE.service(service).contract) for service in READS}


def deviated(chosen: Chosen, service: str, body: bytes, answer: Answered, seed: int = 0) -> Answered | None:
    element = SIDE.service(service).answer_of(answer.operation)
    return deviate(answer, element, [chosen], seed, body).answer


def found(chosen: Chosen, service: str, operation: str, body: bytes, answer: Answered) -> tuple[Difference, ...]:
    other = deviated(chosen, service, body, answer)
    old = Reply(other.status, other.content_type, other.body) if other else Reply(0, "", b"", "unavailable")
    return COMPARERS[service].compare(operation, old, Reply(answer.status, answer.content_type, answer.body))


@pytest.mark.parametrize("name", [name for name, each in KNOWN.items() if each.kinds])
def test_a_deviation_is_found_as_its_kinds_and_causes_and_as_no_other(name: str) -> None:
    kinds = Counter(
        tuple(sorted({each.kind for each in differences}))
        for call in CALLS
        if (differences := found(Chosen(name), *call))
    )
    causes = {each.cause for call in CALLS for each in found(Chosen(name), *call)}

    assert set(kinds) == {tuple(sorted(KNOWN[name].kinds))}
    assert causes <= set(KNOWN[name].causes)


def test_slow_is_late_and_changes_nothing() -> None:
    service, _, body, answer = CALLS[0]
    told = deviate(answer, SIDE.service(service).answer_of(answer.operation), [Chosen("slow")], 0, body)

    assert (told.answer, told.delay) == (answer, SECONDS)


@pytest.mark.parametrize(
    "name", ["wrong-code", "lost-fraction", "missing-optional", "other-order", "zone-lost", "extra-item"]
)
def test_an_answer_that_deviates_in_a_value_is_still_valid(name: str) -> None:
    for service, _, body, answer in (call for call in CALLS if call[3].status == 200):
        other = deviated(Chosen(name), service, body, answer)
        assert other is not None
        assert SIDE.service(service).contract.problems(payload_of(other)) == []


def test_a_wrong_code_is_one_more_in_one_place() -> None:
    service, _, body, answer = _status()
    other = deviated(Chosen("wrong-code"), service, body, answer)

    pairs = [(old, new) for old, new in zip(_codes(answer), _codes(other), strict=True) if old != new]
    assert [new - old for old, new in pairs] == [1]


def test_fractions_and_zones_are_cut_off_and_the_rest_stays() -> None:
    service, _, body, answer = _status()
    cut = deviated(Chosen("lost-fraction"), service, body, answer)
    bare = deviated(Chosen("zone-lost"), service, body, answer)

    assert cut is not None
    assert bare is not None
    assert b"T12:00:00.123+01:00<" in answer.body
    assert b"T12:00:00+01:00<" in cut.body
    assert b"T12:00:00.123<" in bare.body


def test_an_order_is_turned_round() -> None:
    service, _, body, answer = next(call for call in CALLS if call[1] == "GetCodeList")
    other = deviated(Chosen("other-order"), service, body, answer)

    assert _codes(other) == _codes(answer)[::-1]


def test_an_extra_item_is_the_last_one_under_another_id() -> None:
    service, _, body, answer = next(
        call for call in CALLS if call[0] == "JoblogService" and b"JobSearchEntry>" in call[3].body
    )
    other = deviated(Chosen("extra-item"), service, body, answer)

    assert other is not None
    ids = [node.text for node in payload_of(other).iter("{*}Identifier")]
    assert len(ids) == 2
    assert len(set(ids)) == 2
    titles = [node.text for node in payload_of(other).iter("{*}JobTitle")]
    assert titles[0] == titles[1]


def test_an_absent_element_is_there_and_nil() -> None:
    service, _, body, answer = _status()
    other = deviated(Chosen("nil-for-absent"), service, body, answer)

    assert other is not None
    assert other.body.count(b'xsi:nil="true"') == 1


def test_a_fault_has_another_text_and_the_same_number_in_both_versions() -> None:
    body = sample("AsylumService", "GetAsylumData", "0000000000")
    for version in Version:
        call = body.replace(Version.SOAP11.namespace.encode(), version.namespace.encode())
        answer = SIDE.service("AsylumService").answer(call, version.content_type, [])
        other = deviated(Chosen("fault-text"), "AsylumService", call, answer)
        assert other is not None
        assert b"Unknown cpr" not in other.body
        assert other.body.count(b"Der opstod en fejl i det gamle system") == 2
        assert b"<ErrorCode>1010</ErrorCode>" in other.body


def test_a_page_in_html_comes_with_status_200() -> None:
    other = deviated(Chosen("html-page"), *_one())

    assert other is not None
    assert (other.status, other.content_type) == (200, "text/html; charset=utf-8")
    assert b"<h1>" in other.body


def test_a_truncated_answer_lacks_its_last_third() -> None:
    service, body, answer = _one()
    other = deviated(Chosen("truncated"), service, body, answer)

    assert other is not None
    assert other.body == answer.body[: len(answer.body) * 2 // 3]


def test_another_charset_is_declared_and_used() -> None:
    service, _, body, answer = _status()
    other = deviated(Chosen("other-charset"), service, body, answer)

    assert other is not None
    assert other.content_type == "text/xml; charset=iso-8859-1"
    assert "løfte".encode("iso-8859-1") in other.body
    assert etree.fromstring(other.body).xpath("string()") == etree.fromstring(answer.body).xpath("string()")


def test_a_soap_11_call_is_answered_in_soap_12_and_a_fault_too() -> None:
    unknown = sample("AsylumService", "GetAsylumData", "0000000000")
    fault = SIDE.service("AsylumService").answer(unknown, "text/xml", [])
    for service, body, answer in (_one(), ("AsylumService", unknown, fault)):
        other = deviated(Chosen("soap12-answer"), service, body, answer)
        assert other is not None
        assert other.content_type == "application/soap+xml; charset=utf-8"
        assert etree.fromstring(other.body).tag == f"{{{Version.SOAP12.namespace}}}Envelope"
        assert (payload_of(other).findtext(".//{*}ErrorCode")) == payload_of(answer).findtext(".//{*}ErrorCode")


def test_a_soap_12_call_is_answered_in_soap_12_all_the_same() -> None:
    body = sample("AsylumService", "GetAsylumData", FULL)
    call = body.replace(Version.SOAP11.namespace.encode(), Version.SOAP12.namespace.encode())
    answer = SIDE.service("AsylumService").answer(call, Version.SOAP12.content_type, [])

    assert deviated(Chosen("soap12-answer"), "AsylumService", call, answer) == answer


def test_no_answer_is_none() -> None:
    assert deviated(Chosen("no-answer"), *_one()) is None


def test_the_same_call_deviates_the_same_way_and_the_seed_decides_which() -> None:
    chosen = Chosen("wrong-code")
    bodies = [(service, body, answer) for service, _, body, answer in CALLS]

    again = [deviated(chosen, *each) for each in bodies]
    assert again == [deviated(chosen, *each) for each in bodies]
    assert again != [deviated(chosen, *each, seed=1) for each in bodies]


def test_a_share_takes_about_so_many_calls_and_always_the_same() -> None:
    chosen = parse("slow:GetAsylumData:0.2")
    calls = [b"%d" % number for number in range(2000)]

    taken = [call for call in calls if chosen.touches("GetAsylumData", 0, call)]
    assert 320 < len(taken) < 480
    assert taken == [call for call in calls if chosen.touches("GetAsylumData", 0, call)]
    assert not any(chosen.touches("PersonSearch", 0, call) for call in calls)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("slow", Chosen("slow")),
        ("slow:GetAsylumData", Chosen("slow", "GetAsylumData")),
        ("slow:GetAsylumData:0.2", Chosen("slow", "GetAsylumData", 0.2)),
        ("slow:*:0.2", Chosen("slow", ALL, 0.2)),
    ],
)
def test_a_deviation_is_written_as_it_is_read(text: str, chosen: Chosen) -> None:
    assert parse(text) == chosen
    assert str(chosen) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slwo", "there is no deviation 'slwo'; did you mean 'slow'?"),
        ("nonsense", "there are extra-item, fault-text"),
        ("slow:GetAsylum", "there is no operation 'GetAsylum'; did you mean 'GetAsylumData'?"),
        ("slow:*:2", "a share is a number from 0 to 1, not '2'"),
        ("slow:*:much", "a share is a number from 0 to 1, not 'much'"),
        ("slow:*:nan", "a share is a number from 0 to 1, not 'nan'"),
    ],
)
def test_a_deviation_that_there_is_not_is_refused_with_what_there_is(text: str, said: str) -> None:
    with pytest.raises(DeviationError, match=re.escape(said)):
        parse(text, frozenset({"GetAsylumData", "PersonSearch"}))


def test_another_operations_deviation_leaves_an_answer_alone() -> None:
    service, body, answer = _one()

    assert deviated(Chosen("html-page", "PersonSearch"), service, body, answer) == answer


def _status() -> tuple[str, str, bytes, Answered]:
    return next(call for call in CALLS if call[1] == "GetVariablePersonStatus" and FULL.encode() in call[2])


def _one() -> tuple[str, bytes, Answered]:
    service, _, body, answer = _status()
    return service, body, answer


def _codes(answer: Answered | None) -> list[int]:
    assert answer is not None
    return [int(node.text or "") for node in payload_of(answer).iter("{*}CodeListItemIdentifier")]
