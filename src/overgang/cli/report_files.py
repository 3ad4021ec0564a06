"""A report as a file: HTML, JUnit XML or JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup

from overgang.cli.report_terminal import interval, milliseconds, percent
from overgang.core.compare.parity import Parity
from overgang.core.compare.summary import Checked, Cluster, Row, Summary
from overgang.wire.results import Results, plain_summary

_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST: Final = 200  # clusters and calls of an HTML report


@dataclass(frozen=True, slots=True)
class Wanted:
    """What each operation is held to: a share, decided comparisons, and whether the interval's lower bound counts."""

    threshold: float | None
    least: int
    confident: bool

    def judge(self, parity: Parity) -> str:
        """ "", "below", or "too-few"."""
        if self.threshold is None:
            return "below" if parity.different else ""
        share = parity.lower if self.confident else parity.share
        if share is None or parity.decided < self.least:
            return "too-few"
        return "" if share >= self.threshold else "below"

    def __str__(self) -> str:
        if self.threshold is None:
            return "no difference"
        return f"{self.threshold * 100:g} %{' with 95 % confidence' if self.confident else ''}"


def html(results: Results, checks: Checked | None, wanted: Wanted) -> str:
    """One page that needs nothing else: no script, no font, no picture from elsewhere."""
    loader = PackageLoader("overgang.cli", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(percent=percent, interval=interval, milliseconds=milliseconds, breakable=_breakable)
    return environment.get_template("report.html").render(
        summary=results.summary, differing=results.differing[:_MOST], checks=checks, wanted=wanted, most=_MOST
    )


def junit(results: Results, wanted: Wanted) -> str:
    """A test case for each operation and caller, a suite for each service.

    A case fails when it does not reach what is wanted; it is skipped when there are too few comparisons.
    """
    summary = results.summary
    root = etree.Element("testsuites", name="overgang report")
    for service in dict.fromkeys(row.service for row in summary.rows):
        rows = [row for row in summary.rows if row.service == service]
        verdicts = [wanted.judge(row.parity) for row in rows]
        suite = etree.SubElement(root, "testsuite", name=_clean(service), tests=str(len(rows)), errors="0")
        suite.set("failures", str(verdicts.count("below")))
        suite.set("skipped", str(verdicts.count("too-few")))
        for row, verdict in zip(rows, verdicts, strict=True):
            _testcase(suite, row, verdict, summary, wanted)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def plain(results: Results, checks: Checked | None, wanted: Wanted) -> str:
    """The summary as JSON, with the shares and intervals computed."""
    summary = results.summary
    said = plain_summary(summary)
    said["rows"] = [{**asdict(row), **_shares(row.parity)} for row in summary.rows]
    said["operations"] = [
        {"service": service, "operation": operation, **_shares(parity)}
        for (service, operation), parity in summary.operations.items()
    ]
    said["all"] = _shares(summary.parity)
    said["wanted"] = {"share": wanted.threshold, "least": wanted.least, "confident": wanted.confident}
    said["checked"] = None if checks is None else asdict(checks)
    return json.dumps({"form": "overgang report 1", **said}, ensure_ascii=False, indent=1) + "\n"


def _breakable(path: str) -> Markup:
    """A path that may be broken after each of its steps, and nowhere else."""
    return Markup("/<wbr>").join(path.split("/"))


def _testcase(suite: etree._Element, row: Row, verdict: str, summary: Summary, wanted: Wanted) -> None:
    name = _clean(f"{row.operation} {row.caller}")
    case = etree.SubElement(suite, "testcase", name=name, classname=_clean(row.service), time="0")
    parity = row.parity
    told = f"parity {percent(parity.share)} of {parity.decided} ({interval(parity)})"
    if verdict == "below":
        failure = etree.SubElement(case, "failure", message=f"{told}, wanted {wanted}", type="difference")
        failure.text = _clean("\n".join(_lines(summary, row)))
    elif verdict == "too-few":
        etree.SubElement(case, "skipped", message=f"{parity.decided} comparisons, {wanted.least} are needed")
    else:
        etree.SubElement(case, "system-out").text = told


def _lines(summary: Summary, row: Row) -> Iterator[str]:
    """The clusters of the operation, those of all its callers."""
    for one in summary.clusters:
        if (one.service, one.operation) == (row.service, row.operation):
            yield _line(one)


def _line(one: Cluster) -> str:
    reason = f" ({one.reason})" if one.reason else ""
    return f"{one.count} x {one.place}: {one.kind.value}, {one.cause}; {one.label.value}{reason}"


def _shares(parity: Parity) -> dict[str, float | int | None]:
    return {"decided": parity.decided, "parity": parity.share, "lower": parity.lower, "upper": parity.upper}


def _clean(text: str) -> str:
    """Without the characters that XML does not have."""
    return _NO_XML.sub("?", text)
