import pytest

from overgang.core.errors import ERRORS, CallerFault, Fault, GatewayFault, UpstreamFault


@pytest.mark.parametrize("number", sorted(ERRORS))
@pytest.mark.parametrize("kind", [CallerFault, UpstreamFault, GatewayFault])
def test_every_number_builds_a_fault_with_its_documented_text_and_status(number: int, kind: type[Fault]) -> None:
    fault = kind(number, "some.key")
    assert fault.text == f"{ERRORS[number].text} [some.key]"
    assert fault.status == ERRORS[number].status
    assert 400 <= fault.status < 600
    assert ERRORS[number].source.startswith("facts-")


def test_a_number_that_is_not_documented_is_no_fault() -> None:
    with pytest.raises(KeyError):
        CallerFault(1, "some.key")


def test_the_text_says_the_element_what_was_expected_and_the_note_in_this_order() -> None:
    fault = CallerFault(1014, "value.invalid", element="A/B", expected="a day", note="nothing was sent")
    assert fault.text == (
        "The submitted message is not valid; element A/B; expected a day; nothing was sent [value.invalid]"
    )


def test_a_status_and_seconds_to_wait_can_be_said() -> None:
    fault = UpstreamFault(1100, "upstream.timeout", status=504, retry_after=3)
    assert (fault.status, fault.retry_after) == (504, 3)
    assert UpstreamFault(1100, "upstream.timeout").retry_after is None


def test_the_exception_itself_says_no_more_than_its_key() -> None:
    assert str(CallerFault(1001, "value.invalid", element="A")) == "value.invalid"
    assert repr(CallerFault(1001, "value.invalid", element="A")) == (
        "CallerFault(1001, 'Invalid cpr; element A [value.invalid]')"
    )


def test_whose_fault_it_is_shows_in_its_class_and_in_no_other() -> None:
    kinds = (CallerFault, UpstreamFault, GatewayFault)
    for kind in kinds:
        fault = kind(1011, "some.key")
        assert isinstance(fault, Fault)
        assert [isinstance(fault, other) for other in kinds] == [kind is other for other in kinds]
