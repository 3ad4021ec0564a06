"""The source of a gateway that keeps nothing."""

import pytest

from invented_source import ABSENCE, NOW
from overgang.core.compare.values import Mode
from overgang.pages.sources import Nothing, SwitchRefused
from overgang.shell.store.values import ANY, Filter, Scope


def test_it_has_nothing_and_answers_with_the_new_side() -> None:
    nothing = Nothing()

    assert (nothing.parity(), nothing.trend(30), nothing.clusters(), nothing.uses()) == ((), (), (), ())
    assert (nothing.latency(*ABSENCE), nothing.modes(), nothing.mode_changes(9)) == ((), (), ())
    assert (nothing.drops(), nothing.one("x"), nothing.compared(Filter(), 1, 25).total) == ({}, None, 0)
    assert nothing.mode(*ABSENCE, ANY) is Mode.NEW
    assert (nothing.queues(), nothing.ended_messages("dead"), nothing.dead_pushes()) == ((), (), ())
    assert (nothing.message_drops(), nothing.way_of("x")) == ((), None)
    assert (nothing.release("x", "", NOW), nothing.dismiss("x", NOW)) == (False, False)


def test_it_takes_no_switch_that_would_be_lost() -> None:
    with pytest.raises(SwitchRefused):
        Nothing().set_mode(Scope(*ABSENCE), Mode.OLD, "Test", NOW)
