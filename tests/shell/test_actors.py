"""The file of who may call: what it says, and each mistake in it."""

from pathlib import Path

import pytest

from overgang.core.errors import CallerFault
from overgang.core.identity import Identity
from overgang.shell.actors import ActorsError, read
from running import ROOT

UNIT = "0b5c5b60-6f0f-4f4c-9a55-0d6d3a1c1f11"
ROW = f'[[actor]]\nname = "A"\ncvr = "12345678"\nunits = ["{UNIT}"]\norganisations = ["8/101", "2/*"]\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "actors.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_actor_is_read(tmp_path: Path) -> None:
    actor = read(written(tmp_path, ROW)).of(Identity("oces3", "12345678", UNIT), "")
    assert (actor.name, sorted(actor.organisations), actor.suspended) == ("A", ["2/*", "8/101"], False)


def test_the_shipped_file_lets_nobody_in_and_its_examples_can_be_switched_on(tmp_path: Path) -> None:
    shipped = (ROOT / "config" / "actors.toml").read_text(encoding="utf-8")
    with pytest.raises(CallerFault):
        read(written(tmp_path, shipped)).of(Identity("oces3", "12345678", UNIT), "")
    rows = shipped[shipped.index("# [[actor]]") :].replace("# [[", "[[").replace("\n# ", "\n").replace("\n#\n", "\n")
    register = read(written(tmp_path, rows))
    assert register.of(Identity("oces3", "12345678", UNIT), "").organisations == {"8/101", "8/151"}
    assert register.of(Identity("oces2", "87654321", "FID:1234567890123"), "").organisations == {"2/16"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[actor]\n", "can't be read as TOML: TOMLDecodeError"),
        ("[actors]\n", "actors: unknown, did you mean actor?"),
        ("actor = 1\n", "expected rows [[actor]]"),
        (ROW.replace("12345678", "1234567"), "actor[1].cvr: expected eight digits"),
        (ROW.replace(UNIT, "Fagsystem"), 'actor[1].units: expected a uuid in lower case, or "FID:" and a number'),
        (ROW.replace("8/101", "8"), 'actor[1].organisations: expected an organisation: "8/101", "8/*" or "*"'),
        (ROW.replace("8/101", "8/1*"), 'actor[1].organisations: expected an organisation: "8/101", "8/*" or "*"'),
        (ROW + 'fingerprints = ["AB"]\n', "actor[1].fingerprints: expected a SHA-256 in lower-case hex"),
        (ROW + "organisation = []\n", "actor[1].organisation: unknown, did you mean organisations?"),
        (ROW.replace("units", "unit"), "actor[1].units: is missing"),
        (ROW + ROW.replace('"A"', '"B"'), "B and A have the same unit"),
    ],
)
def test_each_mistake_is_a_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(ActorsError) as caught:
        read(written(tmp_path, text))
    assert f"actors.toml: {line}" in caught.value.lines


def test_a_file_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(ActorsError, match="FileNotFoundError"):
        read(tmp_path / "none.toml")
