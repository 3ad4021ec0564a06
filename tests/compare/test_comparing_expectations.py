"""config/expected-differences.toml: how it is read, and what is wrong with one that can't be used."""

from datetime import date
from pathlib import Path

import pytest
from compared_contracts import ROOT

from overgang.areas import AREAS
from overgang.core.compare.values import Kind
from overgang.wire.contract import Contract, load
from overgang.wire.expectations import ExpectationsError
from overgang.wire.expectations import load as read

GOOD = """
[[expected]]
since = 2025-01-01
until = 2025-12-31
services = ["PersonStatusService/20"]
operations = ["GetVariablePersonStatus"]
place = "A/*/B"
kinds = ["changed", "extra"]
cause = "code"
old = "3"
new = ""
owner = "the owner"
reason = "because"
faces = ["soap", "rest"]
"""
RULES = ("visitation.kategori3", "fravaer.fritagelse")
OPERATIONS = {"PersonStatusService/20": ("GetVariablePersonStatus",), "AsylumService/1": ("GetAsylumData",)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "expected.toml"


def contracts() -> dict[str, Contract]:
    return {"/".join(path.parts[-3:-1]): load(path) for path in sorted((ROOT / "wsdl").glob("*/*/*.wsdl"))}


def refused(file: Path, text: str, *, known: bool = False) -> list[str]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExpectationsError) as caught:
        read(file, rules=RULES if known else None, operations=OPERATIONS if known else None)
    assert str(caught.value) == "\n".join(caught.value.lines)
    return [line.removeprefix("expected.toml: ").removeprefix("entry 1: ") for line in caught.value.lines]


def test_an_entry_is_read_with_all_it_says(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    (entry,) = read(file, rules=RULES, operations=OPERATIONS).entries
    assert (entry.since, entry.until) == (date(2025, 1, 1), date(2025, 12, 31))
    assert (entry.services, entry.operations) == (("PersonStatusService/20",), ("GetVariablePersonStatus",))
    assert (entry.place, entry.kinds, entry.cause) == ("A/*/B", frozenset({Kind.CHANGED, Kind.EXTRA}), "code")
    assert (entry.old, entry.new) == ("3", "")
    assert entry.explanation == "the owner: because"
    assert entry.faces == ("soap", "rest")


def test_an_empty_file_is_an_empty_register(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    assert read(file).entries == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('owner = "the owner"\n', "expected a rule, or an owner and a reason"),
        ('reason = "because"\n', "expected a rule, or an owner and a reason"),
        ("since = 2025-01-01\n", "since is missing"),
        ('place = "A/*/B"\n', "place is missing"),
        ('kinds = ["changed", "extra"]\n', "kinds is missing"),
        ('services = ["PersonStatusService/20"]\n', "services is missing"),
    ],
)
def test_what_must_be_there_is_asked_for(file: Path, line: str, told: str) -> None:
    assert line in GOOD
    assert refused(file, GOOD.replace(line, "")) == [told]


@pytest.mark.parametrize(
    ("given", "instead", "told"),
    [
        ("since = 2025-01-01", 'since = "2025-01-01"', "since: expected a day, as 2025-01-01"),
        ("since = 2025-01-01", "since = 2025-01-01T00:00:00", "since: expected a day, as 2025-01-01"),
        ("until = 2025-12-31", "until = 2024-12-31", "until: expected a day not before since"),
        ("place =", "plaec =", "'plaec' is unknown; did you mean 'place'?"),
        ('"changed", "extra"', '"chnaged"', "kinds: 'chnaged' is unknown; did you mean 'changed'?"),
        ('cause = "code"', 'cause = "zzzzzz"', "cause: 'zzzzzz' is unknown"),
        ('"soap", "rest"', '"soup"', "faces: 'soup' is unknown; did you mean 'soap'?"),
        ('kinds = ["changed", "extra"]', "kinds = []", "kinds: expected a list of texts, not an empty one"),
        ('kinds = ["changed", "extra"]', "kinds = [1]", "kinds: expected a list of texts, not an empty one"),
        ('kinds = ["changed", "extra"]', 'kinds = "changed"', "kinds: expected a list of texts, not an empty one"),
        ('old = "3"', "old = 3", "old: expected a text"),
        ('owner = "the owner"', 'owner = " "', "owner: expected a text"),
        ('owner = "the owner"', 'rule = "x"\nowner = "o"', "expected a rule, or an owner and a reason, not both"),
        ("GetVariablePersonStatus", "GetVariableStatus", "operation: 'GetVariableStatus' is unknown"),
        ("PersonStatusService/20", "PersonStatusService/2", "service: 'PersonStatusService/2' is unknown"),
    ],
)
def test_what_is_wrong_is_told_with_what_was_expected(file: Path, given: str, instead: str, told: str) -> None:
    assert given in GOOD
    assert refused(file, GOOD.replace(given, instead), known=True)[0].startswith(told)


def test_an_unknown_rule_is_told_with_the_nearest(file: Path) -> None:
    text = GOOD.replace('owner = "the owner"\nreason = "because"', 'rule = "visitation.kategori2"')
    assert refused(file, text, known=True) == [
        "rule: 'visitation.kategori2' is unknown; did you mean 'visitation.kategori3'?"
    ]


def test_every_mistake_of_every_entry_is_told_at_once(file: Path) -> None:
    file.write_text(f'{GOOD}\n[[expected]]\nsince = 1\nkinds = ["x"]\n[other]\n', encoding="utf-8")
    with pytest.raises(ExpectationsError) as caught:
        read(file)
    assert caught.value.lines == [
        "expected.toml: 'other' is unknown",
        "expected.toml: entry 2: since: expected a day, as 2025-01-01",
        "expected.toml: entry 2: services is missing",
        "expected.toml: entry 2: place is missing",
        "expected.toml: entry 2: expected a rule, or an owner and a reason",
        "expected.toml: entry 2: kinds: 'x' is unknown",
    ]


def test_a_file_that_is_no_toml_or_not_there_is_told(file: Path) -> None:
    assert refused(file, "= 1") == ["Invalid statement (at line 1, column 1)"]
    assert refused(file, "expected = 1") == ["expected [[expected]] tables"]
    assert refused(file, "expected = [1]") == ["expected [[expected]] tables"]
    with pytest.raises(ExpectationsError, match=r"nowhere\.toml: No such file"):
        read(file.with_name("nowhere.toml"))


def test_the_register_of_this_repository_names_rules_and_operations_that_there_are() -> None:
    rules = {law.id for area in AREAS for law in area.laws}
    operations = {key: tuple(contract.operations) for key, contract in contracts().items()}
    assert read(ROOT / "config/expected-differences.toml", rules=rules, operations=operations).entries


def test_the_places_of_this_repositorys_register_are_in_the_contracts() -> None:
    from overgang.core.compare.shapes import Shape
    from overgang.wire.comparing.shapes import Shapes

    loaded = contracts()
    for entry in read(ROOT / "config/expected-differences.toml").entries:
        if entry.place.startswith("/"):
            continue
        for service in entry.services:
            for name in entry.operations:
                output = loaded[service].operations[name].output
                assert output is not None
                assert output.body is not None
                shape: Shape | None = Shapes().of(output.body)
                for step in entry.place.split("/"):
                    assert shape is not None, (service, entry.place)
                    shape = next((one for one in shape.content.children.values() if one.name == step), None)
                assert shape is not None, (service, entry.place)


def test_an_entry_of_this_repository_begins_no_earlier_than_its_rule() -> None:
    since = {law.id: law.timeline.versions[0].since for area in AREAS for law in area.laws}
    for entry in read(ROOT / "config/expected-differences.toml").entries:
        assert not entry.rule or entry.since >= since[entry.rule], entry.place
