from datetime import date
from pathlib import Path

import pytest

from overgang.wire.codelists import CodeListError, load

VALUE = """
[[value]]
id = {id}
name = "{name}"
since = 2020-01-01
evidence = "documented"
source = "made up"
"""
HEAD = 'name = "{name}"\nmodern = "{name}CodeList"\ntitle = "T"\nsource = "made up"\n'
ORGANISATIONS = HEAD.format(name="OrganisationType") + VALUE.format(id=2, name="A-kasse")
GOOD = HEAD.format(name="Kind") + VALUE.format(id=1, name="One")


def folder(tmp_path: Path, kind: str, file: str = "Kind.toml") -> Path:
    (tmp_path / "OrganisationType.toml").write_text(ORGANISATIONS, encoding="utf-8")
    (tmp_path / file).write_text(kind, encoding="utf-8")
    return tmp_path


def test_a_list_is_read_with_its_days_and_its_organisations(tmp_path: Path) -> None:
    more = (
        'ends = 2024-12-31\ninternal = true\nonly = ["a-kasse"]\n'
        + VALUE.format(id=2, name="Två")
        + 'not = ["a-kasse"]\n'
    )
    lists = load(folder(tmp_path, GOOD + more))
    assert lists.keys() == {"Kind", "OrganisationType"}
    one, two = lists["Kind"].values[1], lists["Kind"].values[2]
    assert (one.since, one.ends, one.internal, one.documented) == (date(2020, 1, 1), date(2024, 12, 31), True, True)
    organisations = (one.only, one.barred, two.only, two.barred)
    assert organisations == (frozenset({2}), frozenset(), frozenset(), frozenset({2}))
    assert lists["Kind"].modern == "KindCodeList"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('title = "T"', "", "Kind.toml: title is missing"),
        ('title = "T"', "title = 1", "Kind.toml: title is not of type str"),
        ('title = "T"', 'title = "T"\ntilte = 1', "Kind.toml: tilte is unknown"),
        ('name = "Kind"', 'name = "Kinds"', "Kind.toml: name is Kinds, not the file's"),
        ("id = 1", "id = true", "Kind.toml: value 1: id is not of type int"),
        ("id = 1", "", "Kind.toml: value 1: id is missing"),
        ("2020-01-01", "2020-01-01T00:00:00", "Kind.toml: value 1: since is not a day"),
        ("2020-01-01", "2020-01-01\nends = 2019-12-31", "Kind.toml: value 1: ends before it begins"),
        ("2020-01-01", "2020-01-01\nfrom = 2019-12-31", "Kind.toml: value 1: from is unknown"),
        ("2020-01-01", '2020-01-01\nonly = ["akasse"]', "Kind.toml: value 1: 'akasse' is no kind of organisation"),
        ("2020-01-01", "2020-01-01\nnot = [[]]", "Kind.toml: value 1: [] is no kind of organisation"),
        ("documented", "known", "Kind.toml: value 1: evidence is not documented or reconstructed"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_value(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in GOOD
    with pytest.raises(CodeListError) as caught:
        load(folder(tmp_path, GOOD.replace(old, new, 1)))
    assert caught.value.lines == [line]


def test_an_id_stands_for_one_value(tmp_path: Path) -> None:
    with pytest.raises(CodeListError) as caught:
        load(folder(tmp_path, GOOD + VALUE.format(id=1, name="Again")))
    assert caught.value.lines == ["Kind.toml: value 1: is there twice"]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "Other.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(CodeListError) as caught:
        load(folder(tmp_path, HEAD.format(name="Kind")))
    assert [line.split(":")[0] for line in caught.value.lines] == ["Other.toml", "Kind.toml"]
    assert "Kind.toml: no [[value]]" in caught.value.lines


def test_a_folder_without_lists_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CodeListError, match="no code lists"):
        load(tmp_path)


def test_the_lists_that_ship_with_the_gateway_load() -> None:
    lists = load(Path(__file__).parents[2] / "config" / "codelists")
    assert {"AbsenceType", "CauseType", "OrganisationType"} <= lists.keys()
    organisations = {value.name: value.id for value in lists["OrganisationType"].values.values()}
    assert organisations["A-kasse"] in lists["CauseType"].values[6].only
