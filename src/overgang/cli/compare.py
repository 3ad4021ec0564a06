"""`overgang compare`: what differs between two stored answers."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from overgang.cli.home import home
from overgang.core.compare.causes import CAUSES
from overgang.core.compare.expected import Register
from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Judged, Label, Reply, Verdict
from overgang.core.values import COPENHAGEN
from overgang.shell.clock import now
from overgang.shell.config import ConfigError
from overgang.wire import expectations
from overgang.wire.comparing import Comparer
from overgang.wire.comparing.stored import element_of, operations_with, pair
from overgang.wire.contract import Contract, load
from overgang.wire.expectations import ExpectationsError


def arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `overgang compare`."""
    for side in ("old", "new"):
        parser.add_argument(
            side, type=Path, metavar=side.upper(), help="an envelope, or an HTTP answer with status line and headers"
        )
    parser.add_argument("--operation", metavar="NAME", help="what was called (found by the element in the Body)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--wsdl", type=Path, metavar="FILE", help="the contract (found among wsdl/)")
    where.add_argument("--service", metavar="NAME/VERSION", help="the contract, by its folder in wsdl/")
    parser.add_argument("--expected", type=Path, metavar="FILE", help="config/expected-differences.toml")
    parser.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day of the call (today)")


def compare(given: argparse.Namespace) -> int:
    """Print each difference; 0 when there is none or all are expected, 1 for others, 2 when it could not be done."""
    old, new = pair(_content(given.old), _content(given.new))
    contracts = _contracts(given)
    service, operation = _called(given.operation, contracts, (old, new))
    found = Comparer(contracts[service]).compare(operation, old, new)
    day = given.on or now().astimezone(COPENHAGEN).date()
    whole = f"{service}/{operation}"
    verdict, judged = judge(found, operation=whole, day=day, register=_register(given.expected), noise=Noise())
    print(f"{whole}: {_summary(judged)}")
    for one in judged:
        print("\n".join(["", *_lines(one)]))
    return 1 if verdict is Verdict.DIFFERENT else 0


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as mistake:
        raise ConfigError([f"{path}: {mistake.strerror}"]) from mistake


def _contracts(given: argparse.Namespace) -> dict[str, Contract]:
    """The contracts that come into question, by "Name/version"; that of a file by its service's name."""
    if given.wsdl is not None:
        if not given.wsdl.is_file():
            raise ConfigError([f"no file {given.wsdl}"])
        told = load(given.wsdl)
        return {told.name: told}
    folder = home() / "wsdl"
    keys = {"/".join(path.parts[-3:-1]): path for path in sorted(folder.glob("*/*/*.wsdl"))}
    if given.service is not None:
        if given.service not in keys:
            raise ConfigError([f"no service {given.service}; there are {', '.join(keys)}"])
        keys = {given.service: keys[given.service]}
    return {key: load(path, service=path.parts[-3]) for key, path in keys.items()}


def _called(name: str | None, contracts: dict[str, Contract], replies: tuple[Reply, Reply]) -> tuple[str, str]:
    """The contract's key and the operation: as told, or by the element in one of the Bodies."""
    elements = [element for element in map(element_of, replies) if element is not None]
    found = dict.fromkeys(one for element in elements for one in operations_with(element, contracts))
    if name is not None:
        named = [(key, name) for key, contract in contracts.items() if name in contract.operations]
        if not named:
            raise ConfigError([f"no operation {name} in {', '.join(contracts)}"])
        found = dict.fromkeys([one for one in named if one in found] or named)
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise ConfigError([f"could be any of {', '.join(map('/'.join, found))}: say --service and --operation"])
    raise ConfigError(["neither file has an answer that names its operation: say --service and --operation"])


def _register(path: Path | None) -> Register:
    try:
        if path is not None:
            return expectations.load(path)
        usual = home() / "config" / "expected-differences.toml"
        return expectations.load(usual) if usual.is_file() else Register()
    except ExpectationsError as mistake:
        raise ConfigError(mistake.lines) from mistake


def _summary(judged: tuple[Judged, ...]) -> str:
    if not judged:
        return "equal"
    expected = sum(one.label is Label.EXPECTED for one in judged)
    plural = "" if len(judged) == 1 else "s"
    return f"{len(judged)} difference{plural}, {expected} expected, {len(judged) - expected} unexplained"


def _lines(one: Judged) -> Iterator[str]:
    found = one.difference
    typed = f" (xs:{found.type})" if found.type not in ("", "list", "union") else ""
    yield f"{found.path}{typed}"
    yield f"  {found.kind.value}, {found.cause}: {CAUSES.get(found.cause, found.cause)}"
    for side, text in (("old", found.old), ("new", found.new)):
        yield f"  {side}  {'-' if text is None else repr(text)}"
    if one.label is Label.EXPECTED:
        yield f"  expected: {one.reason}"
