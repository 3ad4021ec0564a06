"""Readiness is told per area: by what the area needs, and for all when the gateway stops or can keep nothing."""

from gateway_side import loaded

from overgang.shell.readiness import READY, Readiness


def test_without_trouble_every_area_is_ready() -> None:
    assert set(Readiness(loaded()).areas().values()) == {READY}
    assert len(Readiness(loaded()).areas()) == len(loaded().areas)


def test_an_area_is_not_ready_while_a_service_that_it_needs_is_shut_off() -> None:
    areas = Readiness(loaded(), open_services=lambda: frozenset({"jobsearch"})).areas()
    assert areas["joblog"] == "out of reach: jobsearch"
    assert areas["tilmelding"] == "out of reach: jobsearch"
    assert (areas["fravaer"], areas["asyldata"], areas["kodelister"]) == (READY, READY, READY)


def test_no_area_is_ready_while_the_gateway_stops_or_can_keep_nothing() -> None:
    assert set(Readiness(loaded(), draining=lambda: True).areas().values()) == {"stopping"}
    assert set(Readiness(loaded(), keeps=lambda: False).areas().values()) == {"the store is out of reach"}
