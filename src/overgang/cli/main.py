"""The command `overgang`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

from overgang.shell.config import ConfigError
from overgang.wire.cases import CaseError
from overgang.wire.codelists import CodeListError
from overgang.wire.contract import ContractError
from overgang.wire.expectations import ExpectationsError
from overgang.wire.openapi import OpenApiError
from overgang.wire.releases import CalendarError

Run: TypeAlias = Callable[[argparse.Namespace], int]

# Commands that have a module of their own, with its arguments; it is imported only to be run, since a gateway that
# starts has no use for tables and progress bars.
OWN: Final = {
    "audit": "check what was written down of the calls, or find what is kept about a citizen",
    "compare": "compare two stored answers by the contract's types",
    "record": "have a running gateway record a sample of its calls, masked and encrypted",
    "replay": "send recorded calls to both sides and compare the answers",
    "report": "how well the sides agree, with an exit code for pipelines",
    "subscriptions": "what the configuration wants of technical messages and the modern side has, and make it so",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 well, 1 something found wrong, 2 could not be done."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    given = _parser(asked[0] if asked else "").parse_args(asked)
    try:
        code: int = given.run(given)
    except ConfigError as mistake:
        return _refused(*mistake.lines)
    except (ContractError, OpenApiError, CodeListError, CalendarError, CaseError) as mistake:
        return _refused(str(mistake))
    except ExpectationsError as mistake:
        return _refused(*mistake.lines)
    except BrokenPipeError:
        return 0
    return code


def _refused(*lines: str) -> int:
    for line in lines:
        print(f"overgang: {line}", file=sys.stderr)
    return 2


def _parser(wanted: str) -> argparse.ArgumentParser:
    """The parser, with the arguments of the command `wanted`."""
    parser = argparse.ArgumentParser(prog="overgang", description="The crossing from DFDG's old SOAP services to REST.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    trial = _command(
        commands, "demo", _run("demo", "demo"), "start the embedded trial: gateway, pages, old side and modern side"
    )
    trial.add_argument("--port", type=_port, default=8080, help="the gateway's port on 127.0.0.1 (8080)")
    trial.add_argument("--admin-port", type=_port, default=8081, help="the admin port on 127.0.0.1 (8081)")
    trial.add_argument("--data-dir", type=Path, help="keep the data here (a temporary folder)")
    trial.add_argument("--on", type=_demo_day, metavar="YYYY-MM-DD", help="run as of this day (today)")
    trial.add_argument("--alone", action="store_true", help="without the old side, and so without anything to compare")

    serve = _command(commands, "serve", _run("serving", "serve"), "serve a configured gateway")
    serve.add_argument("--config", type=Path, required=True, metavar="FILE", help="see config/gateway.toml")

    _command(
        commands, "check", _run("contracts", "check"), "the coverage check: everything mapped, or waived with a reason"
    )
    contract = _command(
        commands, "contract", _run("contracts", "contract"), "load any WSDL and say what the gateway makes of it"
    )
    contract.add_argument("wsdl", type=Path, metavar="FILE.wsdl")

    for name, text in OWN.items():
        own = _command(commands, name, _run(name, name), text)
        if name == wanted:
            import_module(f"overgang.cli.{name}").arguments(own)

    areas = _command(commands, "areas", _run("show", "areas"), "the areas, their old operations and modern calls")
    areas.add_argument("--markdown", action="store_true", help="as the README's table")
    try_ = _command(commands, "try", _run("show", "try_case"), "play a case, e.g. fravaer/fravaer, or a case file")
    try_.add_argument("case", metavar="CASE")
    rules = _command(commands, "rules", _run("show", "rules"), "the dated rules and their sources")
    rules.add_argument("--on", type=_day, metavar="DATE", help="what is in force on DATE (today)")
    rules.add_argument("--changes", nargs=2, type=_day, metavar=("FROM", "TO"), help="what changes between two days")
    return parser


def _run(module: str, name: str) -> Run:
    """The function of a command, whose module is imported when it runs."""

    def run(given: argparse.Namespace) -> int:
        code: int = getattr(import_module(f"overgang.cli.{module}"), name)(given)
        return code

    return run


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("expected a port from 0 (any free one) to 65535")
    return port


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a day that there is, as YYYY-MM-DD") from None


def _demo_day(text: str) -> date:
    """A day with room for what the demo citizens have done before and will do after."""
    day = _day(text)
    if not 1900 <= day.year <= 2999:
        raise argparse.ArgumentTypeError("expected a day of the years 1900 to 2999")
    return day


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Run, text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser
