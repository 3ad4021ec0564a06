"""`overgang record`, `replay --against embedded` and `report`, as an integration team uses them one after another."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from overgang.cli.demo import DEVIATIONS
from overgang.cli.kept import of_trial
from overgang.cli.main import main
from overgang.core.compare.reproduce import NOT_SENT, case
from overgang.core.compare.values import Compared, Label
from overgang.shell.casebook import Casebook
from overgang.shell.keys import derived
from overgang.shell.loading import load
from overgang.shell.store import Filter, Store
from overgang.standin import available
from overgang.standin.deviations import KNOWN
from overgang.wire import cases
from running import CITIZENS, ROOT, demo, lines

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))


def run(*command: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "overgang.cli", *command], capture_output=True, text=True, check=False, timeout=timeout
    )


def differing(data: Path) -> list[Compared]:
    """Every kept difference of the trial's reads."""
    store = Store(f"sqlite:///{data}/overgang.sqlite", derived((data / "identity.key").read_bytes(), "store"))
    found = [store.one(row.id) for page in range(1, 9) for row in store.compared(Filter(), page, 50).items]
    store.close()
    return [one for one in found if one and one.kept and one.kept.new.trouble != NOT_SENT]


def repeated(pages: str, data: Path) -> list[str]:
    """What the gateway answers to the commands that the pages give for a difference of each operation."""
    told = []
    for one in {one.operation: one for one in differing(data)}.values():
        command = httpx.get(f"{pages}/differences/{one.id}/reproduce.sh", trust_env=False).text
        ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=30)
        told.append(f"{one.operation} {' '.join(ran.stdout.split())}")
    return told


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording of the trial's own traffic, and the trial's key file."""
    data = tmp_path_factory.mktemp("data")
    with demo(tmp_path_factory.mktemp("trial"), "--data-dir", str(data), alone=False) as process:
        pages = next(line.split()[1] for line in lines(process.stdout) if line.startswith("pages"))
        ran = run("record", "--admin", pages, "--seconds", "25")
        (data / "repeated").write_text("\n".join(repeated(pages, data)))
    assert ran.returncode == 0, ran.stderr
    counted, file = ran.stdout.splitlines()
    assert int(counted.split()[0]) > 50
    return Path(file), data / "identity.key"


def test_a_recording_holds_no_citizen_of_the_trial(recorded: tuple[Path, Path]) -> None:
    content = recorded[0].read_bytes()
    assert [citizen.label for citizen in CITIZENS if citizen.number.encode() in content] == []


def test_it_replays_against_the_embedded_sides_and_is_reported_on(recorded: tuple[Path, Path], tmp_path: Path) -> None:
    file, key = recorded
    results = tmp_path / "results.json"
    ran = run("replay", str(file), "--key", str(key), "--against", "embedded", "--results", str(results))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = json.loads(results.read_text())["summary"]["rows"]
    assert sum(row["equal"] + row["expected"] for row in rows) > 50
    assert sum(row["different"] for row in rows) == 0
    assert main(["report", str(results), "--fail-under", "99", "--min-sample", "5"]) == 0
    assert main(["report", str(results), "--format", "junit", "--out", str(tmp_path / "junit.xml")]) == 0
    assert (tmp_path / "junit.xml").read_text().startswith("<testsuites ")


def test_each_deviation_of_the_trial_is_found_by_its_cause_and_nothing_else(recorded: tuple[Path, Path]) -> None:
    clusters = of_trial(recorded[1].parent).summary.clusters
    found = {(one.operation, one.cause) for one in clusters if one.label is Label.UNEXPLAINED and one.cause != NOT_SENT}
    chosen = [name.split(":")[:2] for name in DEVIATIONS]
    causes = {name: KNOWN[name].causes for name, _ in chosen}
    missing = [name for name, operation in chosen if not any((operation, cause) in found for cause in causes[name])]
    assert missing == []
    assert found - {(operation, cause) for name, operation in chosen for cause in causes[name]} == set()


def test_what_the_trial_compared_is_reported_on_and_its_deviations_fail_a_gate(recorded: tuple[Path, Path]) -> None:
    ran = run("report", "--data-dir", str(recorded[1].parent), "--fail-under", "99", "--min-sample", "10")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "GetPersonHistory" in ran.stdout


def test_a_gateway_that_is_not_there_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--admin", "http://127.0.0.1:9", "--seconds", "1"]) == 2
    assert capsys.readouterr().err == "overgang: the gateway's admin port can't be asked: unavailable\n"


def test_a_command_of_a_difference_is_about_a_citizen_of_the_trial(recorded: tuple[Path, Path]) -> None:
    told = (recorded[1].parent / "repeated").read_text().splitlines()
    assert len(told) > 3
    assert all("Envelope" in line for line in told)
    assert [line for line in told if "ErrorCode>1010<" in line] == []


def test_a_case_of_a_difference_plays_until_the_answer_and_differs_there(recorded: tuple[Path, Path]) -> None:
    book = Casebook(load(ROOT / "wsdl", ROOT / "config" / "codelists"))
    found = differing(recorded[1].parent)
    assert len(found) > 10
    for one in found:
        played = book.play(cases.parse(case(one), f"differences/{one.id}"))
        blocks = {line.removeprefix("-" * 10) for line in played.difference if line.startswith("-" * 10)}
        assert blocks <= {" soap out"}, played.difference
        places = {plain(judged.difference.path) for judged in one.judged}
        changed = {plain(line[1:].split(" = ")[0]) for line in played.difference if re.match(r"[-+](?![-+])", line)}
        if not any(place.startswith("/") for place in places):  # of a fault the whole text is one place
            assert [line for line in changed if not any(line.startswith(place) for place in places)] == []


def plain(place: str) -> str:
    """A path without the positions of its items, which two notations write differently."""
    return re.sub(r"\[[^\]]*\]", "", place).rstrip("/")
