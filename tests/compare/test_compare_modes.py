import pytest

from overgang.core.compare.modes import ANY, Modes, Scope
from overgang.core.compare.values import Mode

S, OP, C = "AbsenceRegistrationService/7", "CreateAbsence", "8/10111"


def test_without_any_row_the_default_holds() -> None:
    assert Modes({}).of(S, OP, C) is Mode.NEW
    assert Modes({}, Mode.OLD).of(S, OP, C) is Mode.OLD


CLOSEST_FIRST = [
    Scope(S, OP, C),
    Scope(ANY, OP, C),
    Scope(S, ANY, C),
    Scope(ANY, ANY, C),
    Scope(S, OP, ANY),
    Scope(ANY, OP, ANY),
    Scope(S, ANY, ANY),
    Scope(ANY, ANY, ANY),
]


@pytest.mark.parametrize("number", range(len(CLOSEST_FIRST)))
def test_the_closest_scope_decides(number: int) -> None:
    rows = {CLOSEST_FIRST[number]: Mode.COMPARE_OLD} | dict.fromkeys(CLOSEST_FIRST[number + 1 :], Mode.OLD)
    assert Modes(rows).of(S, OP, C) is Mode.COMPARE_OLD


@pytest.mark.parametrize(
    "scope", [Scope("Other/1", OP, C), Scope(S, "UpdateAbsence", C), Scope(S, OP, "8/1"), Scope(ANY, ANY, "4/10111")]
)
def test_a_scope_of_something_else_is_not_looked_at(scope: Scope) -> None:
    assert Modes({scope: Mode.OLD}).of(S, OP, C) is Mode.NEW


def test_a_service_that_can_only_be_new_is_known_beforehand() -> None:
    assert Modes({}).all_new(S)
    assert Modes({Scope("Other/1"): Mode.OLD, Scope(S): Mode.NEW}).all_new(S)
    assert not Modes({Scope(S, OP): Mode.COMPARE_NEW}).all_new(S)
    assert not Modes({Scope(ANY, OP): Mode.OLD}).all_new(S)
    assert not Modes({Scope(S): Mode.NEW}, Mode.OLD).all_new(S)


def test_a_scope_reads_as_words() -> None:
    assert str(Scope(S, OP)) == f"{S} {OP} for *"
    assert Modes({Scope(S): Mode.OLD}).rows == {Scope(S): Mode.OLD}
