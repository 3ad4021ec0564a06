"""Comparing two answers of 1, 20 and 1,000 items of ten elements each, in one process: with parsing and without."""

import json
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from bench.codec import values
from bench.generate_wsdl import history
from overgang.core.compare.values import Reply
from overgang.core.compare.walk import differences
from overgang.wire import contract
from overgang.wire.comparing import Answer, Comparer, read
from overgang.wire.comparing.shapes import Shapes

SIZES = (1, 20, 1000)
ROUNDS = 21
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_MOMENT = re.compile(r"(T[0-9:]{8})(\.[0-9]+)?\+01:00")


def reply(body: str) -> Reply:
    text = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
    return Reply(200, "text/xml; charset=utf-8", text.encode())


def in_another_form(body: str) -> str:
    """The same values: another prefix, fractions with more zeros, 1 for true, shorter decimals."""
    longer = _MOMENT.sub(lambda found: f"{found[1]}{found[2] or '.'}00+01:00", body)
    return longer.replace(">true<", ">1<").replace("7.50", "7.5").replace("n1:", "q:").replace(":n1=", ":q=")


def with_changes(body: str) -> str:
    """Three codes and five texts changed."""
    return body.replace(">11<", ">10<", 3).replace("Ferie, aftalt", "ferie, aftalt", 5)


def without_keys(body: str) -> str:
    """Items that can be told apart by their content alone."""
    return re.sub(r"<(\w+:AbsenceIdentifier)>[^<]*</\1>", "", body)


def milliseconds(work: Callable[[], object]) -> float:
    """The median of one run; CPU time of this process, so that the others count less."""
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        found.append((time.process_time() - begin) * 1e3)
    return round(median(found), 3)


def measure(folder: Path) -> dict[str, dict[int, float]]:
    """Milliseconds by what is compared and number of items."""
    wsdl = folder / "history" / "History.wsdl"
    wsdl.parent.mkdir(parents=True, exist_ok=True)
    wsdl.write_text(history(), encoding="utf-8")
    output = contract.load(wsdl).operations["Exchange"].output
    assert output is not None
    assert output.body is not None
    comparer, shape = Comparer(contract.load(wsdl)), Shapes().of(output.body)
    rows: dict[str, dict[int, float]] = {}
    for size in SIZES:
        old = output.body.encode(values(size))
        pairs = {
            "the same bytes": (old, old),
            "another form throughout": (old, in_another_form(old)),
            "eight differences": (old, with_changes(old)),
            "another form, eight differences": (old, in_another_form(with_changes(old))),
            "another form, no keys": (without_keys(old), in_another_form(without_keys(old))),
            "another form, no keys, eight differences": (
                without_keys(old),
                in_another_form(without_keys(with_changes(old))),
            ),
        }
        for name, (one, other) in pairs.items():
            before, after = reply(one), reply(other)
            nodes = [answer.content[0] for answer in map(read, (before, after)) if isinstance(answer, Answer)]
            walk = partial(differences, nodes[0], nodes[1], shape)
            rows.setdefault(f"{name}, read", {})[size] = milliseconds(walk)
            whole = partial(comparer.compare, "Exchange", before, after)
            rows.setdefault(f"{name}, bytes", {})[size] = milliseconds(whole)
    return rows


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1])), indent=1))
