"""Repetitions are summed up fairly and the tables say what was measured."""

import json

import pytest
from lxml import etree

from bench import figures, generate_wsdl, install, main, nginx, subjects
from overgang.wire import openapi


def test_a_spread_is_the_median_between_least_and_greatest() -> None:
    assert figures.spread([3.0, 1.0, 10.0]) == figures.Spread(median=3.0, least=1.0, greatest=10.0)


def test_the_order_of_the_peers_alternates() -> None:
    assert [figures.order(["a", "b", "c"], n) for n in range(3)] == [["a", "b", "c"], ["c", "b", "a"], ["a", "b", "c"]]


def test_ratios_above_one_are_in_our_favour() -> None:
    ours, theirs = figures.Measured(2000, 5, 9, 200, 80), figures.Measured(500, 20, 40, 900, 60)
    head, mine, other = figures.calls_table({"we": [ours], "they": [theirs]}, "we")
    assert head[1:6] == ["calls/s", "p50 ms", "p99 ms", "CPU µs/call", "peak MB"]
    assert mine[-2:] == ["", ""]
    assert other[-2:] == ["4.00", "4.50"]


def test_peers_alone_have_no_ratio() -> None:
    assert figures.calls_table({"they": [figures.Measured(500, 20, 40, 900, 60)]}, "we")[1][-2:] == ["", ""]


def test_a_table_has_cells_of_equal_width() -> None:
    assert (
        figures.text([["", "ms"], ["long name", "1"]]) == "|           | ms |\n|-----------|----|\n| long name | 1  |"
    )


def test_the_json_holds_every_repetition() -> None:
    rounds = [figures.Measured(1, 2, 3, 4, 5), figures.Measured(6, 7, 8, 9, 10)]
    found = json.loads(figures.as_json({"we": rounds}, {"large": {"a": 1}}))
    assert [one["rate"] for one in found["calls"]["we"]] == [1, 6]
    assert found["large"] == {"a": 1}


def test_subjects_named_alone_are_measured_by_calls() -> None:
    asked = main.arguments(["--only", "npm soap+undici", "--only", "overgang"])
    assert main._chosen(asked.only) == (["overgang", "npm soap+undici"], ["calls"])


def test_parts_named_alone_leave_the_calls_out() -> None:
    assert main._chosen(main.arguments(["--only", "codec"]).only)[1] == ["codec"]


def test_without_a_choice_everything_is_measured() -> None:
    assert main._chosen(main.arguments([]).only) == (list(subjects.SUBJECTS), list(main.PARTS))


@pytest.mark.parametrize("flag", ["--seconds", "--repeat", "--connections"])
def test_nothing_is_measured_zero_times(flag: str) -> None:
    with pytest.raises(SystemExit):
        main.arguments([flag, "0"])


def test_the_large_contract_has_the_size_and_types_asked_for() -> None:
    root = etree.fromstring(generate_wsdl.large(40).encode())
    assert len(root.findall(".//{http://www.w3.org/2001/XMLSchema}complexType")) == 40
    assert len(root.findall("{http://schemas.xmlsoap.org/wsdl/}portType/*")) == 2


@pytest.mark.parametrize(
    ("area", "operation", "answer"),
    [("fravaer", "GetAlleFravaer", nginx.absences(3)), ("tilmelding", "GetJoboensker", nginx.job_wishes(3))],
)
def test_the_canned_answers_are_valid_under_the_modern_contract(
    area: str, operation: str, answer: dict[str, object]
) -> None:
    file = install.ROOT / "src" / "overgang" / "areas" / area / "openapi.yaml"
    validator = openapi.load(file.read_bytes(), file.name).operation(operation).responses[200]
    assert validator is not None
    validator.check(answer)
