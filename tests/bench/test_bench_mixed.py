"""The mixed load is what it says: calls and answers valid under both contracts, each kind in its share."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from bench import install, load, mixed, nginx
from overgang.areas import AREAS
from overgang.shell import loading
from overgang.wire import contract

TODAY = date(2026, 3, 5)
ONE_COST = mixed.Cost(cpu_us=300, upstream=1, rate=2000)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[mixed.Part], dict[str, bytes]]:
    return mixed.prepared(tmp_path_factory.mktemp("mixed"), TODAY)


@pytest.mark.parametrize("number", range(len(mixed.KINDS)), ids=[kind.operation for kind in mixed.KINDS])
def test_each_call_is_valid_under_its_contract(
    prepared: tuple[list[mixed.Part], dict[str, bytes]], number: int
) -> None:
    call = prepared[0][number].call
    version, service = re.fullmatch(r"/PjakTassWCF/(\d+)/(\w+)\.svc", call.path).groups()  # type: ignore[union-attr]
    loaded = contract.load(install.ROOT / "wsdl" / service / version / f"{service}.wsdl")
    header, body = etree.fromstring(load.sample(call))
    assert [loaded.problems(part) for part in (*header, *body)] == [[], [], []]
    operation = loaded.operation_of(str(body[0].tag))
    assert operation is not None
    assert operation.soap_action == call.action


def test_each_answer_of_the_stub_is_valid_under_the_modern_contract(
    prepared: tuple[list[mixed.Part], dict[str, bytes]],
) -> None:
    modern = [operation for area in AREAS for operation in loading.load_openapi(area).operations.values()]
    for asked, content in prepared[1].items():
        method, path, _ = asked.split(" ")
        [validator] = [
            operation.responses[200]
            for operation in modern
            if operation.method == method and re.sub(r"{\w+}", mixed.ANY_ID, operation.template) == _plain(path)
        ]
        assert validator is not None
        validator.check(json.loads(content))


def _plain(path: str) -> str:
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", mixed.ANY_ID, path.replace("\\", ""))


def test_the_long_history_has_its_thousand_items_each_with_an_id_of_its_own(
    prepared: tuple[list[mixed.Part], dict[str, bytes]],
) -> None:
    [content] = [content for asked, content in prepared[1].items() if asked.startswith("GET") and "historik" in asked]
    assert len({item["fravaerIdentifier"] for item in json.loads(content)["fravaer"]}) == 1000


def test_of_a_hundred_calls_each_kind_has_its_share_and_none_comes_in_a_row_of_three(
    prepared: tuple[list[mixed.Part], dict[str, bytes]],
) -> None:
    names = [part.kind.operation for part in mixed.in_turn(prepared[0])]
    assert Counter(names) == {kind.operation: kind.share for kind in mixed.KINDS}
    assert len(names) == 100
    assert all(len(set(three)) > 1 for three in zip(names, names[1:], names[2:], strict=False))


def test_a_status_is_counted_with_all_its_reads(prepared: tuple[list[mixed.Part], dict[str, bytes]]) -> None:
    upstream = {part.kind.operation: part.upstream for part in prepared[0]}
    assert (upstream["CreateAbsence"], upstream["UnemploymentEnrollment"], upstream["GetVariablePersonStatus"]) == (
        1,
        2,
        5,
    )


def test_dates_move_and_nothing_else_does() -> None:
    text = (
        '<Date>2024-12-31T00:00:00+01:00</Date> {"dag": "2025-02-28"} 6d1f7a0e-2024-4f0e-9a43-0a5c1e2b7e10 0506912617'
    )
    assert mixed.moved(text, 1) == text.replace("2024-12-31", "2025-01-01").replace("2025-02-28", "2025-03-01")


def test_the_table_says_the_multiple_of_the_single_call() -> None:
    costs = {"CreateAbsence": ONE_COST, "the mix": mixed.Cost(cpu_us=450, upstream=1.6, rate=900)}
    head, single, mix = mixed.table(costs)
    assert head[-1] == "× CreateAbsence"
    assert single[1:] == ["20", "1.00", "2,000", "300", "1.00"]
    assert mix[1:] == ["100", "1.60", "900", "450", "1.50"]


def test_the_stub_answers_by_method_path_and_citizen(tmp_path: Path) -> None:
    nginx.stub(tmp_path, 1, {"GET /jobsearch/v2/Joboenske 0506912617": b"{}"})
    assert '"~^GET /mixed/jobsearch/v2/Joboenske 0506912617$" mixed-0;' in (tmp_path / "nginx.conf").read_text()
    assert (tmp_path / "mixed-0").read_bytes() == b"{}"
