"""`overgang areas`, `overgang try` and `overgang rules`."""

import argparse
import difflib
from pathlib import Path

from overgang.areas import AREAS
from overgang.cli.home import loaded
from overgang.core.timeline import NotInForce
from overgang.core.values import COPENHAGEN
from overgang.shell import changes
from overgang.shell.casebook import Casebook, load_cases
from overgang.shell.changes import laws
from overgang.shell.clock import now
from overgang.shell.config import ConfigError
from overgang.shell.loading import load_openapi
from overgang.wire.cases import Case, CaseError, parse


def areas(given: argparse.Namespace) -> int:
    """Each area: its old operations, the modern calls they become, and how well their names are documented."""
    if given.markdown:
        print("\n".join(table()))
        return 0
    for area in AREAS:
        print(f"{area.name}: {area.title}  (src/overgang/areas/{area.name}/)")
        for service in area.services:
            print(f"  {service.name} {service.version}")
            for operation in service.operations:
                print(
                    f"    {operation.name} = {', '.join(operation.modern) or 'answered here'}  [{operation.evidence}]"
                )
    return 0


def table() -> list[str]:
    """The README's table of areas and operations, a line each."""
    lines = [
        "| Area | Old service | Operation | Modern calls | Evidence | Rules |",
        "|---|---|---|---|---|---|",
    ]
    modern = {operation.id: operation for area in AREAS for operation in load_openapi(area).operations.values()}
    for area in AREAS:
        for service in area.services:
            for operation in service.operations:
                calls = (
                    "<br>".join(f"`{modern[id].method} {modern[id].template}`" for id in operation.modern)
                    or "answered here"
                )
                acting = (
                    law for _, law in laws(AREAS) if set(law.concerns) & set(operation.modern)
                )  # also of other areas
                rules = ", ".join(dict.fromkeys(f"`{law.id}`" for law in acting))
                lines.append(
                    f"| {area.name} | {service.name} {service.version} | {operation.name} | {calls} "
                    f"| {operation.evidence} | {rules or '–'} |"
                )
    return lines


def try_case(given: argparse.Namespace) -> int:
    """Play a case and print each step; where it differs from the file, print the difference and return 1."""
    everything = loaded()
    case = _case(given.case)
    played = Casebook(everything).play(case)
    print(f"{case.title}\n(on {case.day}, {case.seen})")
    for block, text in played.transcript:
        if text:
            print(f"---------- {block}\n{text}")
    print("\n".join(["", *played.difference]) if played.difference else "\nThe case holds.")
    return 0 if played.holds else 1


def _case(name: str) -> Case:
    file = Path(name)
    if file.is_file():
        try:
            return parse(file.read_text(encoding="utf-8"), file.stem)
        except UnicodeDecodeError as mistake:
            raise CaseError(f"{file}: not UTF-8") from mistake
    cases = load_cases(AREAS)
    for case in cases:
        if case.name == name:
            return case
    near = difflib.get_close_matches(name, [case.name for case in cases], n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "the cases are in src/overgang/areas/*/cases/"
    raise CaseError(f"no case {name}; {hint}")


def rules(given: argparse.Namespace) -> int:
    """What is in force on a day, or what changes between two days, each with its source."""
    everything = loaded()
    if given.changes:
        first, last = given.changes
        if last < first:
            raise ConfigError([f"--changes: {last} is before {first}; expected the earlier day first"])
        lines = changes.between(first, last, laws(AREAS), everything)
        print("\n".join(lines) if lines else f"Nothing changes from {first} to {last}.")
        return 0
    day = given.on or now().astimezone(COPENHAGEN).date()
    print(f"In force on {day}:")
    for area, law in laws(AREAS):
        try:
            print(changes.line(area, law, law.timeline.on(day)))
        except NotInForce:
            continue
    for since, text in sorted(changes.services(everything)):
        if since <= day:
            print(f"{text}  (since {since})")
    return 0
