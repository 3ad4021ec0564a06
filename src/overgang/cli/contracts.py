"""`overgang check` and `overgang contract`."""

import argparse

from overgang.cli.home import loaded
from overgang.shell import coverage
from overgang.shell.casebook import load_cases
from overgang.shell.config import ConfigError
from overgang.wire.contract import Complex, Contract, Element, Group, Operation, Wildcard, load


def check(_: argparse.Namespace) -> int:
    """Print every gap with its file and line; 1 when there is one."""
    everything = loaded()
    cases = load_cases(everything.areas)
    gaps = coverage.gaps(everything, cases)
    for gap in gaps:
        print(gap)
    operations = sum(bridge.area is not None for service in everything.services for bridge in service.bridges.values())
    waived = sum(len(area.waivers) for area in everything.areas)
    print(f"{operations} operations, {len(cases)} cases, {waived} waivers, {len(gaps)} gaps")
    return 1 if gaps else 0


def contract(given: argparse.Namespace) -> int:
    """Load any WSDL and say what it has and what the gateway would do with it. A WSDL it can't use is an error."""
    if not given.wsdl.is_file():
        raise ConfigError([f"no file {given.wsdl}"])
    told = load(given.wsdl)
    print(f"{told.name}  {told.namespace}")
    for port in told.ports:
        print(f"  port {port.name}: SOAP {port.version}, {port.address}")
    for name, content in told.documents.items():
        print(f"  document {name}: {len(content)} bytes, served as they are")
    for note in told.notes:
        print(f"  note: {note}")
    bridged = _bridged(told)
    for operation in told.operations.values():
        fate = bridged.get(operation.name, "not bridged: answered by a fault")
        print(f"\n{operation.name}  ({operation.style}/literal, {fate})")
        _print_message(operation)
    return 0


def _bridged(told: Contract) -> dict[str, str]:
    """What becomes of each operation, where the contract is one that an area bridges."""
    return {
        bridge.contract.name: f"bridged to {', '.join(bridge.area.modern)}" if bridge.area.modern else "answered here"
        for service in loaded().services
        if service.contract.name == told.name
        for bridge in service.bridges.values()
        if bridge.area is not None
    }


def _print_message(operation: Operation) -> None:
    for block in operation.input.headers:
        print(f"  header {block.name}")
    if operation.input.body is not None:
        _print_tree("in ", operation.input.body, 1, ())
    if operation.output is None:
        print("  one-way: no answer")
    elif operation.output.body is not None:
        _print_tree("out", operation.output.body, 1, ())
    if operation.faults:
        print(f"  faults {', '.join(operation.faults)}")


def _print_tree(side: str, element: Element, depth: int, within: tuple[int, ...]) -> None:
    kind = "" if isinstance(element.type, Complex) else f"  {element.type.builtin}"
    nil = "  nillable" if element.nillable else ""
    print(f"  {side} {'  ' * depth}{element.name}  {_times(element)}{kind}{nil}")
    if isinstance(element.type, Complex) and id(element.type) not in within:
        for attribute in element.type.attributes:
            use = "1..1" if attribute.required else "0..1"
            print(f"  {side} {'  ' * (depth + 1)}@{attribute.key.removeprefix('@')}  {use}  {attribute.type.builtin}")
        if element.type.content is not None:
            _print_part(side, element.type.content, depth + 1, (*within, id(element.type)))


def _print_part(side: str, part: Element | Group | Wildcard, depth: int, within: tuple[int, ...]) -> None:
    if isinstance(part, Element):
        _print_tree(side, part, depth, within)
    elif isinstance(part, Wildcard):
        print(f"  {side} {'  ' * depth}any element  {_times(part)}")
    elif part.kind == "sequence" and (part.lower, part.upper) == (1, 1):
        for inner in part.parts:
            _print_part(side, inner, depth, within)
    else:  # what is chosen, repeated or unordered is said
        print(f"  {side} {'  ' * depth}{part.kind}  {_times(part)}")
        for inner in part.parts:
            _print_part(side, inner, depth + 1, within)


def _times(part: Element | Group | Wildcard) -> str:
    return f"{part.lower}..{'*' if part.upper is None else part.upper}"
