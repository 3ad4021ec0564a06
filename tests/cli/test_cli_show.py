"""`overgang areas`, `try` and `rules`."""

from pathlib import Path

import pytest

from overgang.areas import AREAS
from overgang.cli.main import main
from running import ROOT

CASE = ROOT / "src/overgang/areas/fravaer/cases/fravaer.case"


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Standard output of a command that ends with `code`."""
    assert main(arguments) == code
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_areas_names_each_operation_and_its_modern_calls(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "areas")

    assert "    CreateAbsence = CreateFravaer, GetFravaerHistorik  [documented]\n" in out
    assert "  UnemploymentEnrollmentService 8\n" in out


def test_areas_as_markdown_is_a_table_with_a_row_for_each_operation(capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys, "areas", "--markdown").splitlines()

    assert len(rows) == 2 + sum(len(service.operations) for area in AREAS for service in area.services)
    assert {row.count("|") for row in rows} == {7}


def test_a_case_that_holds_is_shown_block_by_block(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "try", "fravaer/fravaer")

    blocks = [line.removeprefix("---------- ") for line in out.splitlines() if line.startswith("---------- ")]
    assert blocks[:4] == ["soap in", "rest out", "rest in", "soap out"]
    assert "POST /visiteringogstatus/v1/Fravaer\n" in out
    assert out.endswith("\nThe case holds.\n")


def test_a_case_that_differs_shows_the_difference_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CASE.read_text(encoding="utf-8")
    changed = text.replace('"fravaerType": 10', '"fravaerType": 11')
    assert changed != text
    case = tmp_path / "changed.case"
    case.write_text(changed, encoding="utf-8")

    out = told(capsys, "try", str(case), code=1)

    assert '-  "fravaerType": 11,\n+  "fravaerType": 10,\n' in out
    assert "The case holds." not in out


def test_an_unknown_case_is_a_line_with_the_nearest_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["try", "fravaer/fravaeer"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("overgang: no case fravaer/fravaeer; did you mean fravaer/fravaer or ")


def test_a_file_that_is_no_case_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "broken.case"
    case.write_text("nothing of a case\n", encoding="utf-8")

    assert main(["try", str(case)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

    case.write_bytes(b"\xff\xfe")
    assert main(["try", str(case)]) == 2
    assert capsys.readouterr().err == f"overgang: {case}: not UTF-8\n"


def test_rules_shows_what_is_in_force_on_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    eve, day = told(capsys, "rules", "--on", "2024-12-07"), told(capsys, "rules", "--on", "2024-12-08")

    assert eve.startswith("In force on 2024-12-07:\n")
    assert "tilmelding.fortid" not in eve
    assert "tilmelding.fortid  (tilmelding, SOAP, since 2024-12-08)" in day
    laws = [line for line in day.splitlines() if not line.startswith(("In ", " ", "service.udfasning"))]
    assert day.count("\n  source: ") == len(laws)
    assert "service.udfasning: JoblogService/2 is deprecated by release 2024-4  (since 2024-12-08)" in day
    assert "service.udfasning" not in eve


def test_rules_shows_what_changes_between_two_days(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "rules", "--changes", "2024-12-07", "2024-12-08")

    assert out.startswith("From 2024-12-08:\n")
    assert out.count("From ") == 1
    assert "\ntilmelding.dato" in out
    assert "source: IT-Nyhedsbrev" in out
    assert "concerns CreateTilmelding (UnemploymentEnrollmentService.UnemploymentEnrollment)" in out
    assert told(capsys, "rules", "--changes", "2024-12-08", "2024-12-09").startswith("Nothing changes ")


def test_days_in_the_wrong_order_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--changes", "2025-01-01", "2024-12-07"]) == 2
    assert "expected the earlier day first" in capsys.readouterr().err


def test_rules_shows_code_values_and_services_that_change(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "rules", "--changes", "2024-12-31", "2025-03-16")

    assert "\ncode list PersonCategoryType: 3 " in out.partition("From 2025-01-01:")[2].partition("From 2025-03-16:")[0]
    assert "may no longer be used" in out
    assert "service.udfasning: JoblogService" not in out.partition("From 2025-03-16:")[2]
    assert "AbsenceRegistrationService/7 is replaced by release 2025-1 (the day is assumed)" in out


@pytest.mark.parametrize(
    "arguments", [["rules", "--on", "2024-02-30"], ["rules", "--changes", "2024-01-01"], [], ["nope"]]
)
def test_a_command_that_can_not_be_understood_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: overgang" in capsys.readouterr().err
