"""The breaker and the budget, by every history that can be thought of."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from overgang.core.resilience import SAVED, Breaker, Budget, Measure

QUICK = Measure(share=0.5, calls=4, window=10.0, pause=5.0, probes=2)


def after(*outcomes: bool, breaker: Breaker | None = None, now: float = 0.0) -> Breaker:
    """A breaker that has seen these outcomes, True for an answer."""
    made = breaker or Breaker(QUICK)
    for outcome in outcomes:
        assert made.lets_through(now)
        (made.answered if outcome else made.failed)(now)
    return made


def test_it_opens_at_its_share_of_failures_and_not_before_it_has_seen_enough() -> None:
    assert after(False, False, False).state(0) == "closed"
    assert after(True, True, False, False).state(0) == "open"
    assert after(True, True, True, False, True).state(0) == "closed"


def test_an_open_one_lets_nothing_through_and_says_for_how_long() -> None:
    breaker = after(False, False, False, False)
    assert not breaker.lets_through(4.9)
    assert breaker.wait(1.0) == 4.0
    assert (breaker.state(5.0), breaker.wait(5.0)) == ("half-open", 0.0)


def test_two_probes_that_are_answered_close_it() -> None:
    breaker = after(False, False, False, False)
    assert breaker.lets_through(5.0)
    assert breaker.lets_through(5.0)
    assert not breaker.lets_through(5.0)
    breaker.answered(5.1)
    assert not breaker.lets_through(5.1)
    breaker.answered(5.2)
    assert breaker.state(5.2) == "closed"
    assert after(False, False, False, breaker=breaker, now=5.3).state(5.3) == "closed"  # it begins anew


def test_a_probe_that_fails_opens_it_again() -> None:
    breaker = after(False, False, False, False)
    assert breaker.lets_through(5.0)
    breaker.failed(5.5)
    assert not breaker.lets_through(10.4)
    assert breaker.lets_through(10.5)


def test_a_probe_that_is_given_up_leaves_its_place() -> None:
    breaker = after(False, False, False, False)
    for _ in range(9):
        assert breaker.lets_through(5.0)
        breaker.given_up()
    assert breaker.state(5.0) == "half-open"


def test_a_call_that_was_let_through_before_it_opened_counts_for_nothing_afterwards() -> None:
    breaker = Breaker(QUICK)
    assert breaker.lets_through(0.0)  # a slow one
    after(False, False, False, False, breaker=breaker)
    breaker.answered(1.0)
    assert breaker.state(1.0) == "open"
    breaker.failed(4.0)
    assert breaker.wait(4.0) == 1.0


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
        self.under_way = 0

    @rule(seconds=st.floats(0.01, 20))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def a_call_begins(self) -> None:
        state = self.breaker.state(self.now)
        let = self.breaker.lets_through(self.now)
        assert let or state != "closed"
        assert not (let and state == "open")
        self.under_way += let

    @precondition(lambda self: self.under_way)
    @rule(how=st.sampled_from(["answered", "failed", "given_up"]))
    def a_call_ends(self, how: str) -> None:
        self.under_way -= 1
        if how == "given_up":
            self.breaker.given_up()
        else:
            getattr(self.breaker, how)(self.now)

    @invariant()
    def it_always_recovers(self) -> None:
        """Once all calls have ended, and the service answers, it closes after one pause."""
        if self.under_way:
            return
        now = self.now + QUICK.pause
        copy = Breaker(QUICK, _until=self.breaker._until, _probing=self.breaker._probing, _good=self.breaker._good)
        for _ in range(QUICK.probes):
            if copy.lets_through(now):
                copy.answered(now)
        assert copy.state(now) == "closed"


def test_in_any_history_it_lets_through_what_it_may_and_recovers() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=200, stateful_step_count=40, deadline=None))
