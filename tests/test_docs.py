"""What the README says is so."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from overgang.areas import AREAS
from overgang.cli import show
from overgang.cli.main import main
from overgang.shell.casebook import load_cases
from overgang.shell.config import HeaderNames

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_table_of_operations_is_what_the_areas_declare() -> None:
    _, _, after = README.partition("<!-- made by: overgang areas --markdown -->\n")

    assert after.splitlines()[: len(show.table())] == show.table()


def test_every_law_of_the_areas_is_in_the_table() -> None:
    laws = {law.id for area in AREAS for law in area.laws if law.concerns}

    assert {law for law in laws if f"`{law}`" not in README} == set()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`overgang ([a-z]+)", README))))
def test_a_command_that_is_named_is_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])

    assert done.value.code == 0
    assert command in capsys.readouterr().out


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", README + CONTRIBUTING, re.MULTILINE))

    assert {"run", "test", "check", "bench"} <= named <= targets


def test_the_case_that_is_named_is_there() -> None:
    named = re.findall(r"overgang try ([a-z_]+/[a-z_0-9]+)", README)

    assert named
    assert set(named) <= {case.name for case in load_cases(AREAS)}


def test_the_request_headers_that_are_named_are_the_default_ones() -> None:
    named = set(re.findall(r"`(x-[A-Za-z-]+)`", README))

    assert named == {str(field.default) for field in fields(HeaderNames)}


def test_files_and_folders_that_are_named_are_there() -> None:
    named = re.findall(r"`((?:src|config|wsdl|tests)/[A-Za-z0-9_./-]+)`", README + CONTRIBUTING)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
