"""cli/report and its forms: exit codes at, below and above the threshold; each form can be read and holds no markup."""

import argparse
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import etree
from rich.console import Console

from overgang.cli import report, report_terminal
from overgang.cli.report_files import Wanted, html
from overgang.core.compare.summary import Cluster, Latency, Row, Summary
from overgang.core.compare.values import Compared, Difference, Judged, Kind, Label, Mode, Verdict
from overgang.shell.config import ConfigError
from overgang.shell.keys import derived
from overgang.shell.store import Store
from overgang.wire.results import Results, dumps

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVIL = "<script>alert('1')</script>&\x01[red]"
FINE, POOR, FEW = (
    Row("area", "S/1", name, "8/101", *counts)
    for name, counts in {"Fine": (40, 0, 5, 0), "Poor": (30, 3, 0, 7), "Few": (5, 0, 0, 0)}.items()
)
CLUSTERS = (
    Cluster("S/1", "Poor", "Unemployment/StartDate", Kind.CHANGED, "fraction", Label.UNEXPLAINED, "", 7, 2),
    Cluster("S/1", "Poor", f"x/{EVIL}", Kind.MISSING, "absent", Label.EXPECTED, EVIL, 3, 1),
)
DIFFERING = Compared(
    "1",
    AT,
    "area",
    "S/1",
    "Poor",
    "8/101",
    Mode.COMPARE_OLD,
    Verdict.DIFFERENT,
    (Judged(Difference(Kind.CHANGED, "A[1]/B", "A/B", EVIL, None, "string", "value")),),
)
SUMMARY = Summary(
    f"replay {EVIL}",
    (FINE, POOR, FEW),
    CLUSTERS,
    (Latency("S/1", "Fine", "old", 45, 0.001, 0.0123, 1.5),),
    {"write": 4},
    AT,
    AT,
)
RESULTS = Results(SUMMARY, (DIFFERING,))


def ran(folder: Path, *arguments: str, results: Results = RESULTS) -> int:
    """The exit code of `overgang report`."""
    file = folder / "results.json"
    file.write_text(dumps(results), encoding="utf-8")
    parser = argparse.ArgumentParser(exit_on_error=False)
    report.arguments(parser)
    return report.report(parser.parse_args([str(file), *arguments]))


def only(*rows: Row) -> Results:
    return Results(replace(SUMMARY, rows=rows))


@pytest.mark.parametrize(
    ("rows", "arguments", "code"),
    [
        ((FINE, POOR, FEW), (), 0),
        ((FINE, POOR, FEW), ("--fail-under", "82.5"), 0),
        ((FINE, POOR, FEW), ("--fail-under", "82.6"), 1),
        ((FINE, POOR, FEW), ("--fail-under", "82.5", "--confident"), 1),
        ((FINE, POOR, FEW), ("--fail-under", "100", "--min-sample", "41"), 3),
        ((FINE,), ("--fail-under", "100", "--min-sample", "40"), 0),
        ((FINE,), ("--fail-under", "100", "--min-sample", "40", "--confident"), 1),
        ((FEW,), ("--fail-under", "0"), 3),
        ((FEW,), ("--fail-under", "100", "--min-sample", "5"), 0),
        ((), ("--fail-under", "50"), 3),
        ((replace(FINE, equal=999, different=1),), ("--fail-under", "99.9"), 0),
        ((replace(FINE, equal=9989, different=11),), ("--fail-under", "99.9"), 1),
    ],
)
@pytest.mark.parametrize("form", report.FORMATS)
def test_the_exit_code_is_the_same_in_every_form(
    tmp_path: Path, rows: tuple[Row, ...], arguments: tuple[str, ...], code: int, form: str
) -> None:
    assert ran(tmp_path, "--format", form, *arguments, results=only(*rows)) == code


def test_what_is_below_and_what_has_too_few_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(tmp_path, "--fail-under", "90") == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-3:] == ["below 90 %: S/1/Poor", "too few comparisons: S/1/Few", "1 of 2 operations reach 90 %"]


def test_the_report_alone_is_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(tmp_path, "--format", "json", "--fail-under", "90")
    told = capsys.readouterr()
    assert json.loads(told.out)["checked"]["below"] == [["S/1", "Poor"]]
    assert "below 90 %" in told.err


def test_json_has_shares_and_intervals(tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    ran(tmp_path, "--format", "json", "--out", str(out))
    said = json.loads(out.read_text(encoding="utf-8"))
    assert said["form"] == "overgang report 1"
    poor = next(row for row in said["rows"] if row["operation"] == "Poor")
    assert (poor["decided"], poor["parity"], poor["different"]) == (40, 0.825, 7)
    assert 0.68 < poor["lower"] < 0.825 < poor["upper"] < 0.92
    assert said["left_out"] == {"write": 4}
    assert said["all"]["decided"] == 85


def test_junit_has_a_case_for_each_operation_and_caller(tmp_path: Path) -> None:
    out = tmp_path / "report.xml"
    ran(tmp_path, "--format", "junit", "--fail-under", "90", "--out", str(out))
    root = etree.parse(str(out)).getroot()
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    assert [case.get("name") for case in root.iter("testcase")] == ["Fine 8/101", "Poor 8/101", "Few 8/101"]
    assert [case.get("classname") for case in root.iter("testcase")] == ["S/1"] * 3
    (failure,) = root.iter("failure")
    assert failure.get("message") == "parity 82.50 % of 40 (68.05–91.25 %), wanted 90 %"
    assert failure.text
    assert failure.text.splitlines()[0] == "7 x Unemployment/StartDate: changed, fraction; unexplained"
    assert "<script>" in failure.text  # as text


def test_junit_without_a_threshold_fails_for_any_difference(tmp_path: Path) -> None:
    out = tmp_path / "report.xml"
    assert ran(tmp_path, "--format", "junit", "--out", str(out)) == 0
    root = etree.parse(str(out)).getroot()
    assert (root.get("failures"), root.get("skipped")) == ("1", "0")


class Page(HTMLParser):
    """Collects what a test asks about a page; fails for tags that don't match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_html_is_one_file_that_needs_nothing_and_runs_nothing(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    ran(tmp_path, "--format", "html", "--fail-under", "90", "--out", str(out))
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not re.search(r"url\(|@import|https?://|javascript:|\son\w+=", text)
    assert "&lt;script&gt;" in text
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("h1")) == 1
    assert "prefers-color-scheme: dark" in text


def test_the_tables_of_html_are_labelled(tmp_path: Path) -> None:
    page = Page(html(RESULTS, None, Wanted(None, 30, confident=False)))
    assert len(page.named("table")) == len(page.named("caption")) == 4
    assert all(head.get("scope") in ("col", "row") for head in page.named("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = [region["aria-labelledby"] for region in page.named("div")]
    assert set(labels) <= set(ids)


def test_html_of_nothing_says_so() -> None:
    assert "Nothing was compared." in html(Results(Summary("none", ())), None, Wanted(None, 30, confident=False))


def test_the_terminal_shows_each_part_without_reading_markup_in_it(tmp_path: Path) -> None:
    out = tmp_path / "report.txt"
    ran(tmp_path, "--out", str(out))
    text = out.read_text(encoding="utf-8")
    for part in ("S/1/Fine", "Unemployment/StartDate", "fraction", "82.50 %", "12.3", "write", "68.05–91.25 %"):
        assert part in text
    assert "[red]" in text.replace("\n", "")


def test_only_the_most_frequent_clusters_are_shown_on_a_terminal() -> None:
    many = replace(SUMMARY, clusters=CLUSTERS[:1] * 30)
    told = io.StringIO()
    report_terminal.show(many, Console(file=told, width=160), clusters=3)
    assert "Differences, 3 of 30" in told.getvalue()
    assert told.getvalue().count("Unemployment/StartDate") == 3


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0.00 %"), (0.5, "50.00 %"), (0.999999, "99.99 %"), (1.0, "100.00 %")]
)
def test_a_share_below_one_is_never_a_hundred_percent(share: float | None, text: str) -> None:
    assert report_terminal.percent(share) == text


@pytest.mark.parametrize("arguments", [("--fail-under", "101"), ("--fail-under", "-1"), ("--min-sample", "0")])
def test_impossible_arguments_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(argparse.ArgumentError):
        ran(tmp_path, *arguments)


def test_a_file_that_is_none_of_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        report.report(argparse.Namespace(results=tmp_path / "none.json", data_dir=None, config=None, reproduce=None))


@pytest.mark.parametrize("arguments", [[], ["results.json", "--data-dir", "x"], ["results.json", "--config", "x"]])
def test_a_report_is_on_one_thing(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    report.arguments(parser)
    with pytest.raises(ConfigError, match="report on one of"):
        report.report(parser.parse_args(arguments))


def test_a_store_can_be_reported_on(tmp_path: Path) -> None:
    secret = b"the secret of a test gateway, at least 32 bytes"
    (tmp_path / "identity.key").write_bytes(secret)
    store = Store(f"sqlite:///{tmp_path / 'overgang.sqlite'}", derived(secret, "store"))
    store.add_compared([DIFFERING, replace(DIFFERING, id="2", verdict=Verdict.EQUAL, judged=())])
    store.close()
    parser = argparse.ArgumentParser(exit_on_error=False)
    report.arguments(parser)
    out = tmp_path / "report.json"
    given = ["--data-dir", str(tmp_path), "--format", "json", "--out", str(out)]
    assert report.report(parser.parse_args(given)) == 0
    (row,) = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert (row["operation"], row["equal"], row["different"]) == ("Poor", 1, 1)
    assert report.report(parser.parse_args([*given, "--fail-under", "60", "--min-sample", "2"])) == 1
    assert report.report(parser.parse_args([*given, "--since", "2026-11-26", "--fail-under", "60"])) == 3


@pytest.mark.parametrize("form", report.FORMATS)
def test_a_report_that_can_not_be_written_is_refused(tmp_path: Path, form: str) -> None:
    with pytest.raises(ConfigError):
        ran(tmp_path, "--format", form, "--out", str(tmp_path / "no" / "folder"))
