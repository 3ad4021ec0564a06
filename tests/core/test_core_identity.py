"""For which organisations an actor may act, and whose a certificate is."""

import pytest

from overgang.core.errors import CallerFault
from overgang.core.identity import ANYBODY, Actor, Actors, Identity
from overgang.core.messages import Organisation

CVR, UNIT, PRINT = "12345678", "0b5c5b60-6f0f-4f4c-9a55-0d6d3a1c1f11", "ab" * 32
OURS = Actor("ours", CVR, frozenset({UNIT}), frozenset({"8/101", "2/*"}))
IDENTITY = Identity("oces3", CVR, UNIT)


@pytest.mark.parametrize("organisation", [Organisation(8, "101"), Organisation(2, "16"), Organisation(2, "17")])
def test_what_it_may_act_for_is_let_through(organisation: Organisation) -> None:
    OURS.check(organisation)
    OURS.check_text(str(organisation))


@pytest.mark.parametrize(
    ("organisation", "number"),
    [
        (Organisation(8, "1010"), 4575),
        (Organisation(8, "10"), 4575),
        (Organisation(8, "*"), 4575),
        (Organisation(7, "101"), 4413),
    ],
)
def test_what_it_may_not_act_for_is_refused(organisation: Organisation, number: int) -> None:
    with pytest.raises(CallerFault) as caught:
        OURS.check(organisation)
    assert caught.value.number == number
    with pytest.raises(CallerFault) as again:
        OURS.check_text(str(organisation))
    assert again.value.text == caught.value.text
    assert organisation.code not in again.value.text


@pytest.mark.parametrize("text", ["", "x/101", "/101", "²/101"])
def test_an_organisation_that_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(CallerFault) as caught:
        OURS.check_text(text)
    assert caught.value.number in (4575, 4413)
    ANYBODY.check_text(text)


def test_a_certificate_is_of_the_actor_that_has_its_unit() -> None:
    assert Actors([OURS]).of(IDENTITY, PRINT) is OURS


@pytest.mark.parametrize(
    "actor",
    [
        Actor("other company", "87654321", frozenset({UNIT}), frozenset({"*"})),
        Actor("other unit", CVR, frozenset({"x"}), frozenset({"*"})),
        Actor("suspended", CVR, frozenset({UNIT}), frozenset({"*"}), suspended=True),
        Actor("another certificate", CVR, frozenset({UNIT}), frozenset({"*"}), frozenset({"cd" * 32})),
    ],
)
def test_a_certificate_of_nobody_else_is_taken(actor: Actor) -> None:
    with pytest.raises(CallerFault) as caught:
        Actors([actor]).of(IDENTITY, PRINT)
    assert (caught.value.number, caught.value.key) == (1012, "identity.unknown")


def test_a_unit_is_of_one_actor_only() -> None:
    with pytest.raises(ValueError, match="other and ours have the same unit"):
        Actors([OURS, Actor("other", CVR, frozenset({UNIT, "x"}), frozenset())])
