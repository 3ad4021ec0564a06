"""core/compare/trial_citizens: numbers become the trial's citizens, and nothing else does."""

from planted import GUID, KEY

from overgang.core.compare.trial_citizens import TrialCitizens
from running import CITIZENS

NUMBERS = [citizen.number for citizen in CITIZENS]
THEIRS = NUMBERS[5:]
OURS = NUMBERS[:5]


def test_each_number_always_becomes_the_same_citizen() -> None:
    one, other = TrialCitizens(OURS, KEY), TrialCitizens(reversed(OURS), KEY)
    for number in THEIRS:
        made = one.put_in(f"<a>{number}</a>".encode())
        assert made == other.put_in(f"<a>{number}</a>".encode())
        assert made.decode()[3:13] in OURS


def test_only_citizen_numbers_are_replaced() -> None:
    texts = [GUID, "9912852326", "12038523261", "120385232", f"x{THEIRS[0]}", f"{THEIRS[0]}x", "2024-12-09"]
    body = " ".join(texts).encode()
    assert TrialCitizens(OURS, KEY).put_in(body) == body


def test_without_citizens_everything_stays() -> None:
    body = f"<a>{THEIRS[0]}</a>".encode()
    assert TrialCitizens([], KEY).put_in(body) == body
