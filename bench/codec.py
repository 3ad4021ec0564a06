"""The codec alone, in one process: bytes to values and back for 1, 20 and 1,000 items, beside lxml and zeep."""

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree

from bench.generate_wsdl import history
from overgang.core.values import Tidspunkt, Value
from overgang.wire import contract

SIZES = (1, 20, 1000)
ROUNDS = 7
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def values(count: int) -> dict[str, Value]:
    """An absence history with so many items."""
    return {"Absence": [_absence(n) for n in range(count)]}


def _absence(n: int) -> dict[str, Value]:
    day = f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}"
    return {
        "AbsenceIdentifier": f"00000000-0000-4000-8000-{n:012}",
        "AbsenceTypeIdentifier": n % 11 + 1,
        "StartDate": Tidspunkt(f"{day}T08:00:00+01:00"),
        "EndDate": Tidspunkt(f"{day}T16:00:00+01:00"),
        "AbsenceComment": "Ferie, aftalt på mødet",
        "NotificationDate": Tidspunkt(f"{day}T07:30:00+01:00"),
        "Active": True,
        "Hours": Decimal("7.50"),
        "OrganisationCode": "101",
        "RegistrationDateTime": Tidspunkt(f"{day}T07:30:01.123+01:00"),
    }


def microseconds(work: Callable[[], object]) -> float:
    """The median over rounds of about 30 ms each; CPU time of this process, so that the others count less."""
    begin = time.process_time()
    work()
    times = max(1, int(0.03 / max(time.process_time() - begin, 1e-6)))
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - begin) / times * 1e6)
    return median(found)


def measure(folder: Path) -> dict[str, dict[int, float]]:
    """Microseconds by what is done and number of items."""
    wsdl = folder / "history" / "History.wsdl"
    wsdl.parent.mkdir(parents=True, exist_ok=True)
    wsdl.write_text(history(), encoding="utf-8")
    loaded = contract.load(wsdl)
    rows: dict[str, dict[int, float]] = {}
    for size in SIZES:
        for name, work in {**_ours(loaded, size), **_lxml(wsdl, loaded, size), **_zeep(wsdl, loaded, size)}.items():
            rows.setdefault(name, {})[size] = microseconds(work)
    return rows


def _message(loaded: contract.Contract, kind: str, size: int) -> bytes:
    operation = loaded.operations["Exchange"]
    message = operation.input if kind == "Request" else operation.output
    assert message is not None
    assert message.body is not None
    return message.body.encode(values(size)).encode()


def _ours(loaded: contract.Contract, size: int) -> dict[str, Callable[[], object]]:
    element = loaded.operations["Exchange"].input.body
    assert element is not None
    document, given = _message(loaded, "Request", size), values(size)
    parser = _parser()

    def decode() -> object:
        node = etree.fromstring(document, parser)
        if loaded.problems(node):
            raise ValueError("the measured message is not valid")
        return element.decode(node)

    return {"ours: parse + validate + decode": decode, "ours: encode": lambda: element.encode(given)}


def _lxml(wsdl: Path, loaded: contract.Contract, size: int) -> dict[str, Callable[[], object]]:
    node = etree.parse(str(wsdl)).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    assert node is not None
    schema = etree.XMLSchema(etree.fromstring(etree.tostring(node)))
    document, parser = _message(loaded, "Request", size), _parser()

    def parse() -> object:
        schema.assertValid(found := etree.fromstring(document, parser))
        return found

    return {"lxml: parse + validate, no values": parse}


def _zeep(wsdl: Path, loaded: contract.Contract, size: int) -> dict[str, Callable[[], object]]:
    from zeep import Client, Settings

    client: Any = Client(str(wsdl), settings=Settings(strict=True))  # type: ignore[no-untyped-call]
    binding = client.service._binding
    operation = binding.get("Exchange")
    answer = _message(loaded, "Response", size).decode()
    envelope = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{answer}</s:Body></s:Envelope>'.encode()
    given, parser = values(size)["Absence"], _parser()

    def build() -> bytes:
        return bytes(etree.tostring(client.create_message(client.service, "Exchange", Absence=given)))

    if b"AbsenceIdentifier" not in build():
        raise ValueError("zeep built no message")
    return {
        "zeep: parse + process_reply, not validated": lambda: operation.process_reply(
            etree.fromstring(envelope, parser)
        ),
        "zeep: create_message + serialise": build,
    }


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
