"""shell/journal: what is written is found again, and what does not belong is refused."""

import stat
from pathlib import Path

import pytest

from overgang.shell.journal import FileJournal, JournalError, MemoryJournal
from overgang.shell.replaying import Outcome

ABOUT = {"recording": "a", "old": None}
OUTCOMES = [Outcome(2, left_out="write"), Outcome(0, left_out="write"), Outcome(1, left_out="no old answer")]


def filled(path: Path) -> Path:
    journal = FileJournal(path, ABOUT, resume=False)
    for outcome in OUTCOMES:
        journal.add(outcome)
    journal.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "journal")


def test_outcomes_come_in_order_of_their_numbers(path: Path) -> None:
    memory = MemoryJournal()
    for outcome in OUTCOMES:
        memory.add(outcome)
    again = FileJournal(path, ABOUT, resume=True)
    assert list(again.outcomes()) == list(memory.outcomes()) == sorted(OUTCOMES, key=lambda one: one.number)
    assert [again.has(number) for number in range(4)] == [memory.has(number) for number in range(4)]
    again.close()


def test_the_journal_is_the_owners_only(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journal_is_not_gone_on_with_unless_that_is_asked_for(path: Path) -> None:
    with pytest.raises(JournalError, match="--resume"):
        FileJournal(path, ABOUT, resume=False)


@pytest.mark.parametrize("other", [{"recording": "b", "old": None}, {"recording": "a", "old": "http://x"}, {"more": 1}])
def test_a_journal_of_another_replay_is_refused(path: Path, other: dict[str, object]) -> None:
    with pytest.raises(JournalError, match="of another replay"):
        FileJournal(path, other, resume=True)


def test_resuming_without_a_journal_begins(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "new", ABOUT, resume=True)
    assert journal.finished == 0
    journal.close()


def test_every_place_where_a_journal_may_be_cut_short_loses_one_outcome_at_most(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        journal = FileJournal(path, ABOUT, resume=True)
        lines = whole[:length].count(b"\n")
        assert journal.finished == max(0, lines - 1)
        for outcome in OUTCOMES:
            if not journal.has(outcome.number):
                journal.add(outcome)
        assert len(list(journal.outcomes())) == 3
        journal.close()


@pytest.mark.parametrize(
    ("line", "what"),
    [(0, "line 1: this is no journal"), (1, "line 2: it is damaged"), (3, "line 4: it is damaged")],
)
def test_a_damaged_line_is_refused_with_its_number(path: Path, line: int, what: str) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:line], b"{]\n", *lines[line + 1 :]]))
    with pytest.raises(JournalError, match=what):
        FileJournal(path, ABOUT, resume=True)


def test_a_journal_of_another_form_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"overgang replay 1", b"overgang replay 2"))
    with pytest.raises(JournalError, match="expected the form"):
        FileJournal(path, ABOUT, resume=True)


def test_a_journal_that_is_over_is_removed(path: Path) -> None:
    FileJournal(path, ABOUT, resume=True).remove()
    assert not path.exists()
