"""wire/results: what is written is read back; anything else is refused by name."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overgang.core.compare.summary import Tally
from overgang.core.compare.values import Compared, Difference, Judged, Kept, Kind, Label, Mode, Reply, Verdict
from overgang.wire.results import Results, ResultsError, dumps, load

AT = datetime(2026, 11, 25, 12, 30, 1, 250, tzinfo=UTC)
KEPT = Kept(b"<a>\xff</a>", "text/xml", '"urn:a"', Reply(200, "text/xml", b"<b/>"), Reply(0, "", b"", "timeout"))
JUDGED = (
    Judged(Difference(Kind.CHANGED, "A[1]", "A", "Ærø", None, "string", "value"), Label.NOISE, "differs in 3 of 20"),
    Judged(Difference(Kind.STATUS, "/HTTP/status", "/HTTP/status", "200", "500")),
)
COMPARED = Compared(
    "7", AT, "area", "S/1", "Read", "8/101", Mode.COMPARE_OLD, Verdict.DIFFERENT, JUDGED, 0.25, None, ("r.1",), KEPT
)


def results() -> Results:
    tally = Tally("a source")
    tally.add(COMPARED)
    tally.leave_out("write", 3)
    return Results(tally.summary(), (COMPARED, replace(COMPARED, kept=None, judged=())))


def test_results_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(dumps(results()), encoding="utf-8")
    assert load(path) == results()
    path.write_text(dumps(Results(Tally("nothing").summary())), encoding="utf-8")
    assert load(path) == Results(Tally("nothing").summary())


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "7", '{"form": "overgang results 2"}', "[" * 100_000])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError, match=r"results\.json: expected"):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"none\.json: No such file"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["summary", "differing"])
def test_results_without_a_part_are_refused(tmp_path: Path, name: str) -> None:
    said = json.loads(dumps(results()))
    for broken in ({**said, name: [{}]}, {key: value for key, value in said.items() if key != name}):
        path = tmp_path / "results.json"
        path.write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(ResultsError, match="expected a file of results"):
            load(path)


def test_a_kept_call_without_an_answer_is_refused(tmp_path: Path) -> None:
    said = json.loads(dumps(results()))
    said["differing"][0]["kept"]["old"] = None
    path = tmp_path / "results.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(ResultsError, match="expected a file of results"):
        load(path)
