"""Gaps planted in the contracts and the declaration of tilmelding, for the tests of the coverage check."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from overgang.areas.tilmelding.area import AREA as TILMELDING
from overgang.core.area import Area, Operation, Placed
from overgang.shell import loading
from overgang.shell.casebook import load_cases
from overgang.shell.loading import Loaded
from overgang.wire import openapi
from overgang.wire.cases import Case

ROOT = Path(__file__).parents[2]
SERVICE = "UnemploymentEnrollmentService"
WSDL = f"{SERVICE}.wsdl"
OPENAPI = ROOT / "src/overgang/areas/tilmelding/openapi.yaml"


READ_CASES = "GetProfessionCollection"


@cache
def real() -> Loaded:
    return loading.load(ROOT / "wsdl", ROOT / "config/codelists")


@cache
def cases() -> tuple[Case, ...]:
    """The cases of reading professions, which are quick to play."""
    return tuple(case for case in load_cases((TILMELDING,)) if "GetProfessionCollection" in case.soap_in)


def load(area: Area = TILMELDING, wsdl: Path = ROOT / "wsdl") -> Loaded:
    return loading.load(wsdl, ROOT / "config/codelists", (area,))


def with_operation(name: str, change: Callable[[Operation], Operation]) -> Area:
    """The area tilmelding with one of its operations changed."""
    (service,) = TILMELDING.services
    operations = tuple(change(one) if one.name == name else one for one in service.operations)
    return replace(TILMELDING, services=(replace(service, operations=operations),))


def with_requests(name: str, *placed: Placed) -> Loaded:
    return load(with_operation(name, lambda operation: replace(operation, requests=placed)))


def with_wsdl(folder: Path, old: str, new: str, area: Area = TILMELDING) -> tuple[Loaded, str]:
    """The contract with its first `old` replaced by `new`, and the place of the change."""
    text = (ROOT / "wsdl" / SERVICE / "8" / WSDL).read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    there = folder / SERVICE / "8" / WSDL
    there.parent.mkdir(parents=True)
    there.write_text(changed, encoding="utf-8")
    number = next(n for n, (a, b) in enumerate(zip(changed.splitlines(), text.splitlines(), strict=False), 1) if a != b)
    return load(area, folder), f"{WSDL}:{number}"


def with_openapi(old: str, new: str, count: int = -1) -> Loaded:
    text = OPENAPI.read_text(encoding="utf-8")
    assert old in text
    changed = openapi.load(text.replace(old, new, count).encode(), "areas/tilmelding/openapi.yaml")
    return replace(load(), openapis={"tilmelding": changed})


def line_of(file: str, text: str) -> str:
    lines = (ROOT / "src/overgang/areas/tilmelding" / file).read_text(encoding="utf-8").splitlines()
    return f"areas/tilmelding/{file}:{next(n for n, line in enumerate(lines, 1) if text in line)}"
