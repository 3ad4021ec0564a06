"""core/pseudonyms: forms kept, values gone, the same for the same."""

import re
from datetime import date
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from planted import GUID, KEY, NUMBER

from overgang.core.pseudonyms import IS_CITIZEN, IS_GUID, Pseudonyms, passes_modulus_11
from overgang.reference.citizens import FORM
from running import CITIZENS

MADE = Pseudonyms(KEY)
NUMBERS = st.from_regex(FORM, fullmatch=True, alphabet="0123456789")


def shape(text: str) -> str:
    """Each sign's sort."""
    sorts = [
        "9"
        if sign.isdecimal()
        else "A"
        if sign.isalpha() and sign.isupper()  # a Roman numeral of one sign has a case, and is no letter
        else "a"
        if sign.isalpha() and sign.islower()
        else "?"
        if sign.isalnum()
        else sign
        for sign in text
    ]
    return "".join(sorts)


@given(NUMBERS)
def test_a_citizen_number_becomes_another_of_the_form_that_can_be_no_persons(number: str) -> None:
    made = MADE.citizen(number)
    assert made != number
    assert re.fullmatch(FORM, made)
    assert not passes_modulus_11(made)
    born = date(1900 + int(made[4:6]), int(made[2:4]), int(made[:2]))
    assert 1937 <= born.year <= 1999
    assert (born.day, born.month) != (1, 1)


def test_the_form_of_a_citizen_number_is_the_documented_one() -> None:
    assert all(IS_CITIZEN(person.number) for person in CITIZENS)
    assert all(not passes_modulus_11(person.number) for person in CITIZENS)
    for text in ("3102852326", "3113852326", "120385232", "12038523260", "0000000001", ""):
        assert bool(IS_CITIZEN(text)) is bool(re.fullmatch(FORM, text))


def test_many_citizens_hardly_ever_share_a_pseudonym() -> None:
    numbers = [
        f"{day:02}{month:02}85{serial:04}" for day in range(1, 29) for month in range(1, 13) for serial in range(9)
    ]
    assert len({MADE.citizen(number) for number in numbers}) >= len(numbers) - 2


def test_the_same_value_becomes_the_same_and_with_another_key_another() -> None:
    other = Pseudonyms(b"another key of 16 bytes")
    for text in (NUMBER, GUID, "Jens Hansen", "jens@example.invalid", "Nørregade 12, 3. tv."):
        assert MADE.text(text) == Pseudonyms(KEY).text(text) != other.text(text)


@given(st.text(max_size=60))
@example("Ⅰ")
def test_a_text_keeps_its_shape_and_is_another_one_when_it_has_a_letter_or_digit(text: str) -> None:
    made = MADE.text(text)
    if not IS_CITIZEN(text) and not IS_GUID(text):
        assert shape(made) == shape(text)
    assert (made != text) is any(sign.isalnum() for sign in text)


def test_what_has_no_content_stays_empty() -> None:
    assert [MADE.text(text) for text in ("", " ", "\t\n", "–!?")] == ["", " ", "\t\n", "–!?"]


@given(st.uuids())
def test_a_guid_becomes_a_guid_in_its_own_letter_case(identifier: UUID) -> None:
    lower, upper = str(identifier), str(identifier).upper()
    made = MADE.guid(lower)
    assert IS_GUID(made)
    assert made == made.lower() != lower
    assert MADE.guid(upper) == (made.upper() if upper != lower else made)


def test_a_citizen_number_and_a_guid_in_a_text_get_the_pseudonyms_they_have_elsewhere() -> None:
    made = MADE.text(f"Borger {NUMBER}, sag {GUID.upper()}; {NUMBER[:6]}-{NUMBER[6:]}")
    number, identifier = MADE.citizen(NUMBER), MADE.guid(GUID.upper())
    assert re.fullmatch(f"[A-Z][a-z]{{5}} {number}, [a-z]{{3}} {identifier}; {number[:6]}-{number[6:]}", made)


def test_texts_that_differ_in_case_and_blanks_only_keep_doing_so() -> None:
    plain = MADE.text("Jens Ågesen")
    assert MADE.text("JENS ÅGESEN") == plain.upper()
    assert MADE.text(" Jens  Ågesen\n") == f" {plain.replace(' ', '  ')}\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "+1"), ("1.5", "1.50"), ("007", "7"), ("0", "0.00"), ("-3.25", "-003.250"), ("12.", "12"), (".5", "0.50")],
)
def test_numbers_of_one_value_stay_of_one_value(one: str, other: str) -> None:
    made = MADE.number(one), MADE.number(other)
    assert float(made[0]) == float(made[1]) != float(one)


@given(st.from_regex(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?([eE][+-]?[0-9])?", fullmatch=True, alphabet="0123456789.+-eE"))
def test_a_number_keeps_its_sign_its_exponent_and_how_many_digits_it_has(text: str) -> None:
    made = MADE.number(text)
    assert made != text
    assert re.sub("[0-9]", "9", made) == re.sub("[0-9]", "9", text)


@given(st.binary(max_size=100))
def test_octets_become_as_many_others(content: bytes) -> None:
    made = MADE.octets(content)
    assert len(made) == len(content)
    assert (made != content) is bool(content)


@given(st.dates(), st.sampled_from(["", "Z", "+01:00", "T10:00:00.5Z"]))
def test_a_day_becomes_another_and_what_follows_stays(day: date, rest: str) -> None:
    made = MADE.day(f"{day.isoformat()}{rest}")
    assert date.fromisoformat(made[:10]) != day
    assert made[10:] == rest


def test_an_index_is_decided_by_the_text_and_reaches_each_place() -> None:
    assert {MADE.index(str(number), 7) for number in range(200)} == set(range(7))
    assert MADE.index("x", 1000) == MADE.index("x", 1000)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"k" * 15)


@pytest.mark.parametrize("text", ["", "-", "+", ".", "INF"])
def test_a_number_without_digits_stays(text: str) -> None:
    assert MADE.number(text) == text


@pytest.mark.parametrize("text", ["0", ".0", "0.", "00", "-0.00", "0e5"])
def test_a_zero_becomes_another_number(text: str) -> None:
    assert float(MADE.number(text)) != 0
