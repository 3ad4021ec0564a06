from datetime import date
from pathlib import Path

import pytest

from overgang.core.retirement import Release
from overgang.wire import releases
from overgang.wire.releases import CalendarError

ROOT = Path(__file__).parents[2]
RELEASES = """
[[release]]
name = "2024-4"
day = 2024-12-08
[[release]]
name = "2025-1"
day = 2025-03-16
assumed = true
"""
SERVICE = """
[[service]]
name = "S"
version = 1
deprecated = "2024-4"
replaced = "2025-1"
"""


def test_the_shipped_calendar_is_read_and_decides_no_sunset() -> None:
    calendar = releases.load(ROOT / "config" / "releases.toml")

    absence = calendar["AbsenceRegistrationService", 7]
    assert absence.deprecated == Release("2024-4", date(2024, 12, 8))
    assert absence.replaced.assumed
    assert all(retirement.sunset is None and not retirement.brownouts for retirement in calendar.values())


def test_a_sunset_and_a_brownout_are_read(tmp_path: Path) -> None:
    file = tmp_path / "releases.toml"
    more = "sunset = 2027-06-30\nbrownouts = [{ from = 2027-03-01T10:00:00+01:00, to = 2027-03-01T10:15:00+01:00 }]\n"
    file.write_text(RELEASES + SERVICE + more)

    retirement = releases.load(file)["S", 1]
    assert retirement.sunset == date(2027, 6, 30)
    assert (retirement.brownouts[0].end - retirement.brownouts[0].start).seconds == 900


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("x =", "releases.toml: ", id="not TOML"),
        pytest.param(RELEASES + SERVICE.replace("2024-4", "2024-5"), "2024-5 is missing or unknown", id="release"),
        pytest.param(RELEASES + SERVICE.replace("version = 1\n", ""), "version is missing", id="no version"),
        pytest.param(RELEASES + SERVICE + "sunset = 2024-12-07\n", "before its deprecation", id="sunset too early"),
        pytest.param(RELEASES + SERVICE + 'sunset = "soon"\n', "sunset: expected a day", id="no day"),
        pytest.param(RELEASES + SERVICE + "sunnset = 2027-01-01\n", "sunnset is unknown", id="unknown name"),
        pytest.param(
            RELEASES + SERVICE + "brownouts = [{ from = 2027-03-01T10:00:00, to = 2027-03-01T11:00:00 }]\n",
            "with their offsets",
            id="no offset",
        ),
        pytest.param(
            RELEASES + SERVICE + "brownouts = [{ from = 2027-03-01T10:00:00Z, to = 2027-03-01T10:00:00Z }]\n",
            "in this order",
            id="no length",
        ),
    ],
)
def test_a_mistake_in_the_calendar_is_one_line_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "releases.toml"
    file.write_text(text)

    with pytest.raises(CalendarError, match=said) as mistake:
        releases.load(file)
    assert str(mistake.value).startswith("releases.toml")
    assert "\n" not in str(mistake.value)


def test_a_missing_calendar_says_so(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="No such file"):
        releases.load(tmp_path / "none.toml")
