"""`overgang report`: how well two sides agree, for people, for pipelines, and as an exit code."""

import argparse
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from rich.console import Console

from overgang.cli import kept, report_files, report_terminal
from overgang.cli.report_files import Wanted
from overgang.core.compare import reproduce
from overgang.core.compare.summary import checked
from overgang.shell.config import ConfigError
from overgang.shell.replaying import PREFIX
from overgang.wire.results import Results, ResultsError, load

GATEWAY: Final = "http://127.0.0.1:8080"
NOTHING_TO_JUDGE: Final = 3
FORMATS: Final = ("terminal", "html", "junit", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `overgang report`: where from, then those of how."""
    parser.add_argument("results", type=Path, nargs="?", metavar="RESULTS.json", help="what `replay --results` wrote")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data-dir", type=Path, metavar="DIR", help="the data of `overgang demo --data-dir`")
    where.add_argument("--config", type=Path, metavar="FILE", help="the store of a configured gateway")
    parser.add_argument("--reproduce", type=Path, metavar="DIR", help="write a command and a case for each difference")
    parser.add_argument("--gateway", default=GATEWAY, metavar="URL", help=f"whom the commands ask ({GATEWAY})")
    parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="of a store: from this day on")
    how(parser)


def how(parser: argparse.ArgumentParser) -> None:
    """The arguments that say how to report, whatever it is about."""
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="(terminal)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it here (standard output)")
    parser.add_argument("--fail-under", type=_percent, metavar="PERCENT", help="exit 1 when an operation agrees less")
    parser.add_argument(
        "--min-sample", type=_sample, default=30, metavar="N", help="comparisons it takes to judge (30)"
    )
    parser.add_argument("--confident", action="store_true", help="hold the 95 %% interval's lower bound to it")


def report(given: argparse.Namespace) -> int:
    """Report on a replay or on what a gateway has compared; exit codes as `reported` says. Raises ConfigError."""
    sources = [given.results, given.data_dir, given.config]
    if sum(source is not None for source in sources) != 1:
        raise ConfigError(["report on one of RESULTS.json, --data-dir DIR and --config FILE"])
    if given.reproduce is not None and given.results is None:
        raise ConfigError(
            ["--reproduce goes with RESULTS.json; the pages have the commands of what a gateway compared"]
        )
    if given.data_dir is not None:
        return reported(kept.of_trial(given.data_dir, given.since), given)
    if given.config is not None:
        return reported(kept.of_config(given.config, given.since), given)
    try:
        found = load(given.results)
    except ResultsError as mistake:
        raise ConfigError([str(mistake)]) from mistake
    if given.reproduce is not None:
        _reproduce(found, given.reproduce, given.gateway.rstrip("/"))
    return reported(found, given)


def reported(results: Results, given: argparse.Namespace) -> int:
    """Write the report; `given` has the arguments of `how`.

    0, or with --fail-under: 1 when an operation with enough comparisons is below it, 3 when none has enough.
    """
    wanted = Wanted(given.fail_under, given.min_sample, given.confident)
    checks = None
    if wanted.threshold is not None:
        checks = checked(results.summary, wanted.threshold, wanted.least, confident=wanted.confident)
    match given.format:
        case "html":
            _put(given.out, report_files.html(results, checks, wanted))
        case "junit":
            _put(given.out, report_files.junit(results, wanted))
        case "json":
            _put(given.out, report_files.plain(results, checks, wanted))
        case _:
            _terminal(results, given.out)
    if checks is None:
        return 0
    told = Console(stderr=given.format != "terminal" and given.out is None)
    for line in report_terminal.verdict(checks, str(wanted)):
        told.print(line, highlight=False, markup=False, soft_wrap=True)
    if checks.below:
        return 1
    return 0 if checks.reached else NOTHING_TO_JUDGE


def _reproduce(results: Results, folder: Path, gateway: str) -> None:
    """For each call that differs DIR/<id>-<operation>.sh and .case, all of it with pseudonyms."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in results.differing:
            name, _, version = one.service.partition("/")
            file = folder / f"{one.id}-{one.operation}"
            command = reproduce.curl(one, f"{gateway}{PREFIX}/{version}/{name}.svc")
            file.with_suffix(".sh").write_text(command, encoding="utf-8")
            file.with_suffix(".case").write_text(reproduce.case(one), encoding="utf-8")
    except OSError as mistake:
        raise ConfigError([f"{mistake.filename or folder}: {mistake.strerror}"]) from mistake


def _terminal(results: Results, out: Path | None) -> None:
    if out is None:
        report_terminal.show(results.summary, report_terminal.console())
        return
    try:
        with out.open("w", encoding="utf-8") as file:
            report_terminal.show(results.summary, Console(file=file, width=160))
    except OSError as mistake:
        raise ConfigError([f"{out}: {mistake.strerror}"]) from mistake


def _put(out: Path | None, text: str) -> None:
    if out is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as mistake:
        raise ConfigError([f"{out}: {mistake.strerror}"]) from mistake


def _percent(text: str) -> float:
    """A share from 0 to 1; exact, so that 999 of 1,000 reach 99.9."""
    number = Fraction(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError("expected a percentage from 0 to 100")
    return float(number / 100)


def _sample(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected at least 1")
    return number
