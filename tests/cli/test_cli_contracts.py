"""`overgang check` and `overgang contract`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from overgang.cli.main import main
from running import ROOT

Spoil: TypeAlias = Callable[[str], str]
WSDL = ROOT / "wsdl/AbsenceRegistrationService/7/AbsenceRegistrationService.wsdl"


def told(capsys: pytest.CaptureFixture[str], wsdl: Path) -> str:
    assert main(["contract", str(wsdl)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_check_finds_no_gap_in_this_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"[1-9]\d* operations, [1-9]\d+ cases, \d+ waivers, 0 gaps", last)
    assert code == 0


def test_a_contract_of_ours_is_told_with_what_becomes_of_each_operation(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, WSDL)

    assert "AbsenceRegistrationService  http://service.bm.dk/pjaktass/7/AbsenceRegistrationService\n" in out
    assert "CreateAbsence  (document/literal, bridged to CreateFravaer, GetFravaerHistorik)\n" in out
    assert "  header ActiveOrganisationHeader\n" in out
    assert re.search(r"^  in +EndDate  0\.\.1  dateTime$", out, re.MULTILINE)
    assert "  faults FaultDetails\n" in out


def test_a_contract_of_anyone_is_told_as_not_bridged(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, ROOT / "tests/wire/contract/shapes/rpc.wsdl")

    assert "(rpc/literal, not bridged: answered by a fault)" in out


def test_a_contract_that_lost_an_operation_is_told_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = tmp_path / WSDL.name
    renamed.write_bytes(WSDL.read_bytes().replace(b'"CreateAbsence"', b'"CreateAbsenceToo"'))

    out = told(capsys, renamed)

    assert "CreateAbsenceToo  (document/literal, not bridged: answered by a fault)\n" in out


def importing(text: str, location: str) -> str:
    return text.replace("<xs:import ", f'<xs:import schemaLocation="{location}" ', 1)


BROKEN: list[tuple[str, Spoil]] = [
    ("no XML", lambda text: text[: len(text) // 2]),
    ("an unknown type", lambda text: text.replace('type="xs:dateTime"', 'type="xs:dateTimes"', 1)),
    ("an encoded body", lambda text: text.replace('use="literal"', 'use="encoded"')),
    ("a DOCTYPE", lambda text: text.replace("<wsdl:definitions", "<!DOCTYPE x><wsdl:definitions", 1)),
    ("an import from elsewhere", lambda text: importing(text, "http://127.0.0.1:9/evil.xsd")),
    ("an import outside the folder", lambda text: importing(text, "../x.xsd")),
]


@pytest.mark.parametrize("spoil", [pytest.param(spoil, id=name) for name, spoil in BROKEN])
def test_a_contract_that_can_not_be_used_is_a_line_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil
) -> None:
    broken = tmp_path / "broken.wsdl"
    text = WSDL.read_text(encoding="utf-8")
    assert spoil(text) != text
    broken.write_text(spoil(text), encoding="utf-8")

    assert main(["contract", str(broken)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert re.match(r"overgang: broken\.wsdl:[1-9]\d*: ", line), line


def test_a_contract_that_is_not_there_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", str(tmp_path / "none.wsdl")]) == 2

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"overgang: no file {tmp_path}/none.wsdl\n")
