"""No difference where only the form differs: more than 30,000 pairs of answers made from every contract."""

from pathlib import Path
from random import Random

import pytest
from compared_contracts import ROOT, small
from made_answers import make, outputs
from written_answers import plain, varied

from overgang.core.compare.fingerprints import fingerprint
from overgang.wire.comparing import Answer, Comparer, read
from overgang.wire.comparing.shapes import Shapes
from overgang.wire.contract import Contract, load

FILES = [ROOT / "tests/wire/contract/shapes/many.wsdl", *sorted((ROOT / "wsdl").glob("*/*/*.wsdl"))]
ROUNDS = 4  # forms of each answer
PAIRS = 30_000


LARGE = ("PersonStatusService", "PersonHistoryService")  # answers with a hundred elements


def rounds(contract: Contract) -> int:
    """How many answers of each operation: more of a contract with few, unless they are large."""
    return 80 if contract.name in LARGE else max(40, 600 // len(contract.operations))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_an_answer_in_another_form_does_not_differ(file: Path) -> None:
    contract = load(file)
    comparer = Comparer(contract)
    for name, element in outputs(contract):
        for seed in range(rounds(contract)):
            random = Random(f"{name} {seed}")
            made = make(element, random)
            old = plain(made)
            for _ in range(ROUNDS):
                new = varied(made, random)
                assert comparer.compare(name, old, new) == (), (old.body, new.body)


def test_there_are_more_than_thirty_thousand_pairs() -> None:
    contracts = [load(file) for file in FILES]
    assert sum(len([*outputs(one)]) * rounds(one) * ROUNDS for one in contracts) >= PAIRS


def test_every_built_in_type_is_compared_by_its_value_in_any_form(tmp_path: Path) -> None:
    contract = small(tmp_path)
    comparer = Comparer(contract)
    (_, element), *_ = outputs(contract)
    for seed in range(400):
        random = Random(seed)
        made = make(element, random)
        one, other = varied(made, random), varied(made, random)
        assert comparer.compare("Ask", one, other) == (), (one.body, other.body)


def test_fingerprints_are_equal_exactly_when_nothing_differs(tmp_path: Path) -> None:
    contract = small(tmp_path)
    comparer = Comparer(contract)
    (_, element), *_ = outputs(contract)
    shape = Shapes().of(element)
    seen = set()
    for seed in range(300):
        random = Random(seed)
        made = make(element, random)
        other = make(element, random) if seed % 2 else made
        replies = varied(made, random), varied(other, random)
        answers = [answer for answer in map(read, replies) if isinstance(answer, Answer)]
        prints = [fingerprint(answer.content[0], shape) for answer in answers]
        same = not comparer.compare("Ask", *replies)
        assert (prints[0] == prints[1]) is same
        seen.add(same)
    assert seen == {True, False}
