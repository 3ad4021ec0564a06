"""`overgang audit verify` and `find`, on what a running gateway has written down."""

import io
import sqlite3
from pathlib import Path

import pytest

from overgang.cli.main import main
from running import CITIZENS, demo, lines

CITIZEN = CITIZENS[0].number


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a trial in which a REST call was made."""
    import httpx

    data = tmp_path_factory.mktemp("data")
    with demo(tmp_path_factory.mktemp("trial"), "--data-dir", str(data), alone=True) as process:
        address = next(line.split()[1] for line in lines(process.stdout) if line.startswith("gateway"))
        for _ in range(5):
            told = httpx.get(f"{address}/visiteringogstatus/v1/Fravaer", headers=HEADERS, trust_env=False)
            assert told.status_code == 200, told.text
    return data


HEADERS = {
    "x-civilRegistrationIdentifier": CITIZEN,
    "x-activeOrganisationTypeIdentifier": "8",
    "x-activeOrganisationCode": "10101",
    "x-requestUserFullName": "Test Testesen",
    "x-requestUserTypeIdentifier": "2",
    "x-requestUserIdentifier": "CVR:12345678-RID:1234567890",
    "x-requestOrganisationTypeIdentifier": "8",
    "x-requestOrganisationCode": "10101",
    "x-registrationDateTime": "2026-11-25T12:00:00+01:00",
}


def verify(trial: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = main(["audit", "verify", "--data-dir", str(trial)])
    return code, capsys.readouterr().out.splitlines()


def asked(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_what_was_written_is_good(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = verify(trial, capsys)
    assert code == 0
    assert told[-1].endswith("0 chains with something wrong")


def test_a_citizens_records_are_found_and_the_look_is_kept(
    trial: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, f"{CITIZEN[:6]}-{CITIZEN[6:]}\n")
    assert main(["audit", "find", "--data-dir", str(trial), "--users"]) == 0
    *found, count = capsys.readouterr().out.splitlines()
    assert len(found) == 5
    assert count == "5 records"
    assert all("GetAlleFravaer" in line and "8/10101" in line and "RID:1234567890" in line for line in found)
    assert CITIZEN not in "\n".join(found)
    asked(monkeypatch, CITIZEN)
    main(["audit", "find", "--data-dir", str(trial)])
    *found, _ = capsys.readouterr().out.splitlines()
    assert sum(" | find | " in line for line in found) == 1
    assert not any("RID:" in line for line in found)


def test_what_is_no_citizen_number_is_refused_without_being_said(
    trial: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, "Hansen")
    assert main(["audit", "find", "--data-dir", str(trial)]) == 2
    told = capsys.readouterr().err
    assert "ten characters" in told
    assert "Hansen" not in told


@pytest.mark.parametrize(
    ("change", "number", "what"),
    [
        ("UPDATE audit SET entry = replace(entry, '8/10101', '8/10102') WHERE number = 3", 3, "changed"),
        ("DELETE FROM audit WHERE number = 2", 2, "missing"),
        ("UPDATE audit SET number = number + 100 WHERE number = 4", 4, "missing"),
        ("DELETE FROM audit WHERE number >= 4", 4, "cut off"),
    ],
)
def test_the_first_bad_record_is_named(
    trial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, number: int, what: str
) -> None:
    (tmp_path / "identity.key").write_bytes((trial / "identity.key").read_bytes())
    copy = sqlite3.connect(tmp_path / "overgang.sqlite")
    sqlite3.connect(trial / "overgang.sqlite").backup(copy)
    copy.execute(f"{change} AND chain LIKE 'read-%'")
    copy.commit()
    copy.close()
    code, told = verify(tmp_path, capsys)
    assert code == 1
    assert told[0].startswith("read-")
    assert f"record {number}: " in told[0]
    assert what in told[0]


def test_a_folder_without_a_trial_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--data-dir", str(tmp_path)]) == 2
    assert "no folder of a trial" in capsys.readouterr().err
