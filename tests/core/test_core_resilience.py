"""The breaker and the budget, by every history that can be thought of."""

from collections import Counter
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from overgang.core.resilience import SAVED, Breaker, Budget, Measure

QUICK = Measure(share=0.5, calls=4, window=10.0, pause=5.0, probes=2)


def after(*outcomes: bool, breaker: Breaker | None = None, now: float = 0.0) -> Breaker:
    """A breaker that has seen these outcomes, True for an answer."""
    made = breaker or Breaker(QUICK)
    for outcome in outcomes:
        ticket = let(made, now)
        (made.answered if outcome else made.failed)(ticket, now)
    return made


def let(breaker: Breaker, now: float) -> int:
    """The ticket of a call that is let through."""
    ticket = breaker.lets_through(now)
    assert ticket is not None
    return ticket


def test_it_opens_at_its_share_of_failures_and_not_before_it_has_seen_enough() -> None:
    assert after(False, False, False).state(0) == "closed"
    assert after(True, True, False, False).state(0) == "open"
    assert after(True, True, True, False, True).state(0) == "closed"


def test_an_open_one_lets_nothing_through_and_says_for_how_long() -> None:
    breaker = after(False, False, False, False)
    assert breaker.lets_through(4.9) is None
    assert breaker.wait(1.0) == 4.0
    assert (breaker.state(5.0), breaker.wait(5.0)) == ("half-open", 0.0)


def test_two_probes_that_are_answered_close_it() -> None:
    breaker = after(False, False, False, False)
    probes = let(breaker, 5.0), let(breaker, 5.0)
    assert breaker.lets_through(5.0) is None
    breaker.answered(probes[0], 5.1)
    assert breaker.lets_through(5.1) is None
    breaker.answered(probes[1], 5.2)
    assert breaker.state(5.2) == "closed"
    assert after(False, False, False, breaker=breaker, now=5.3).state(5.3) == "closed"  # it begins anew


def test_a_probe_that_fails_opens_it_again() -> None:
    breaker = after(False, False, False, False)
    breaker.failed(let(breaker, 5.0), 5.5)
    assert breaker.lets_through(10.4) is None
    let(breaker, 10.5)


def test_a_probe_that_is_given_up_leaves_its_place() -> None:
    breaker = after(False, False, False, False)
    for _ in range(9):
        breaker.given_up(let(breaker, 5.0))
    assert breaker.state(5.0) == "half-open"


def test_a_call_that_was_let_through_before_it_opened_counts_for_nothing_afterwards() -> None:
    breaker = Breaker(QUICK)
    slow = [let(breaker, 0.0) for _ in range(6)]
    after(False, False, False, False, breaker=breaker)
    breaker.answered(slow[0], 1.0)
    assert breaker.state(1.0) == "open"
    breaker.failed(slow[1], 4.0)
    assert breaker.wait(4.0) == 1.0
    probe = let(breaker, 5.0)
    breaker.answered(slow[2], 5.1)
    breaker.answered(slow[3], 5.1)
    breaker.failed(slow[4], 5.1)
    breaker.given_up(slow[5])
    assert breaker.state(5.1) == "half-open"  # only what the probes come to changes that
    other = let(breaker, 5.1)
    assert breaker.lets_through(5.1) is None
    breaker.answered(probe, 5.2)
    assert breaker.state(5.2) == "half-open"
    breaker.answered(other, 5.3)
    assert breaker.state(5.3) == "closed"


def test_a_probe_of_before_the_last_opening_is_none_of_the_next() -> None:
    breaker = after(False, False, False, False)
    first, second = let(breaker, 5.0), let(breaker, 5.0)
    breaker.failed(first, 5.0)
    assert breaker.state(10.0) == "half-open"
    probe = let(breaker, 10.0)
    breaker.failed(second, 10.0)
    assert breaker.state(10.0) == "half-open"
    breaker.answered(probe, 10.0)
    breaker.answered(let(breaker, 10.0), 10.0)
    assert breaker.state(10.0) == "closed"


def test_what_is_older_than_the_window_is_forgotten() -> None:
    breaker = after(False, False, False)
    assert after(True, False, breaker=breaker, now=10.1).state(10.1) == "closed"


@given(st.lists(st.booleans(), max_size=200), st.floats(0, 1))
def test_retries_stay_within_their_share(wishes: list[bool], share: float) -> None:
    budget, calls, attempts = Budget(share), 0, 0
    for wish in wishes:
        budget.called()
        calls, attempts = calls + 1, attempts + 1
        if wish and budget.take():
            attempts += 1
        assert attempts <= (1 + share) * calls + SAVED


def test_without_a_share_there_is_no_retry() -> None:
    assert not Budget(0).take()


class Histories(RuleBasedStateMachine):
    """Calls begin, end in any way, and time passes, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.now = Breaker(QUICK), 0.0
        self.under_way: list[tuple[int, str]] = []  # tickets, and the state in which they were given

    @rule(seconds=st.floats(0.01, 20))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def a_call_begins(self) -> None:
        state = self.breaker.state(self.now)
        ticket = self.breaker.lets_through(self.now)
        assert ticket is not None or state != "closed"
        assert ticket is None or state != "open"
        if ticket is not None:
            self.under_way.append((ticket, state))

    @precondition(lambda self: self.under_way)
    @rule(how=st.sampled_from(["answered", "failed", "given_up"]), which=st.integers(0))
    def a_call_ends(self, how: str, which: int) -> None:
        ticket, given = self.under_way.pop(which % len(self.under_way))
        before = self.breaker.state(self.now)
        if how == "given_up":
            self.breaker.given_up(ticket)
        else:
            getattr(self.breaker, how)(ticket, self.now)
        if before == "half-open" and given == "closed":
            assert self.breaker.state(self.now) == before  # only a probe tells of a service that is not trusted

    @invariant()
    def no_more_probes_are_out_than_may_be(self) -> None:
        """Of those that were let through since it last opened."""
        probes = Counter(ticket for ticket, given in self.under_way if given == "half-open")
        assert max(probes.values(), default=0) <= QUICK.probes

    @invariant()
    def it_always_recovers(self) -> None:
        """Once all calls have ended, and the service answers, it closes after one pause."""
        if self.under_way:
            return
        now, copy = self.now + QUICK.pause, deepcopy(self.breaker)
        for _ in range(QUICK.probes):
            if (ticket := copy.lets_through(now)) is not None:
                copy.answered(ticket, now)
        assert copy.state(now) == "closed"


def test_in_any_history_it_lets_through_what_it_may_and_recovers() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=200, stateful_step_count=40, deadline=None))
