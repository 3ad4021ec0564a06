from datetime import date, timedelta

import pytest
from ruling import MAY_CALL, WRITTEN, Ruled, context, midnight, request, ruled

from overgang.areas.tilmelding.area import AREA
from overgang.core.errors import CallerFault, Fault
from overgang.core.messages import Face, RestRequest
from overgang.core.organisations import A_KASSE
from overgang.core.rules import Context

TODAY = date(2024, 12, 20)


def cancellation(dato: date, aarsag: int = 1) -> RestRequest:
    template = "/visiteringogstatus/v1/Tilmelding/action/Afmeld/{tilmeldingId}"
    return request(
        "PUT", template, {"afmeldingsdato": midnight(dato), "afmeldeaarsag": aarsag}, tilmeldingId="6d1f7a0e"
    )


def cancel(asked: RestRequest, where: Context) -> Ruled:
    return ruled(AREA, "AfmeldTilmelding", asked, where, WRITTEN)


def refused(asked: RestRequest, where: Context) -> Fault:
    """The fault of a request that never reaches the modern side."""
    with pytest.raises(CallerFault) as raised:
        ruled(AREA, "AfmeldTilmelding", asked, where)
    return raised.value


@pytest.mark.parametrize("ahead", [0, 30, 31, 60])
@pytest.mark.parametrize("face", list(Face))
def test_a_cancellation_from_today_to_sixty_days_ahead_is_accepted(ahead: int, face: Face) -> None:
    asked = cancellation(TODAY + timedelta(days=ahead))
    assert cancel(asked, context(day=TODAY, face=face)).sent == (asked,)


@pytest.mark.parametrize("ahead", [-1, 61])
@pytest.mark.parametrize("face", list(Face))
def test_a_cancellation_outside_the_window_is_4322(ahead: int, face: Face) -> None:
    where = context(day=TODAY, face=face)
    assert refused(cancellation(TODAY + timedelta(days=ahead)), where).number == 4322
    assert where.cited == ["afmelding.vindue"]


def test_a_caller_without_the_window_may_cancel_on_any_day() -> None:
    where = context(day=TODAY, switched_off=["afmelding.vindue"])
    assert cancel(cancellation(date(2025, 12, 1)), where).cited == ()


@pytest.mark.parametrize("organisation", MAY_CALL)
def test_a_reason_of_a_kassers_own_is_9118_for_others(organisation: int) -> None:
    asked, where = cancellation(TODAY, 6), context(organisation, day=TODAY)
    if organisation == A_KASSE:
        assert cancel(asked, where).sent == (asked,)
    else:
        assert refused(asked, where).number == 9118


@pytest.mark.parametrize("organisation", MAY_CALL)
def test_a_reason_that_is_not_for_a_kasser_is_9298_for_them(organisation: int) -> None:
    asked, where = cancellation(TODAY, 7), context(organisation, day=TODAY)
    if organisation == A_KASSE:
        assert refused(asked, where).number == 9298
    else:
        assert cancel(asked, where).sent == (asked,)


@pytest.mark.parametrize(
    ("reason", "ends", "number"),
    [
        pytest.param(77, date(2024, 12, 31), 4340, id="not on the list"),
        pytest.param(8, date(2024, 12, 31), 6052, id="for internal use"),
        pytest.param(9, date(2025, 1, 1), 2003, id="the day after its last"),
        pytest.param(10, date(2024, 12, 31), 2003, id="the eve of its first"),
    ],
)
def test_a_reason_that_may_not_be_used(reason: int, ends: date, number: int) -> None:
    where = context(day=TODAY)
    assert refused(cancellation(ends, reason), where).number == number
    assert where.cited == ["kodeliste.udloebet"]


@pytest.mark.parametrize(("reason", "ends"), [(9, date(2024, 12, 31)), (10, date(2025, 1, 1))])
def test_a_reason_is_valid_on_its_last_and_its_first_day(reason: int, ends: date) -> None:
    assert cancel(cancellation(ends, reason), context(day=TODAY)).cited == ()
