"""Which texts of the built-in types are the same value, and which are no value of theirs."""

import pytest

from overgang.core.compare.lexical import READERS, WHITE_SPACE, same, value, white_space

SAME = [
    ("boolean", "1", "true"),
    ("boolean", " 0\n", "false"),
    ("decimal", "1.0", "+01.00"),
    ("decimal", ".5", "0.50"),
    ("decimal", "-0", "0"),
    ("int", "-0", "+000"),
    ("integer", "9" * 5000, "0" + "9" * 5000),
    ("double", "1E2", "100.0"),
    ("double", "NaN", "NaN"),
    ("double", "-0", "0"),
    ("float", "1.1", "1.10000001"),
    ("float", "1E39", "INF"),
    ("float", "-1E39", "-INF"),
    ("float", "NaN", "NaN"),
    ("dateTime", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00"),
    ("dateTime", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00-00:00"),
    ("dateTime", "2024-01-01T00:00:00.500", "2024-01-01T00:00:00.5"),
    ("dateTime", "2024-02-28T24:00:00", "2024-02-29T00:00:00.0"),
    ("dateTime", "2023-12-31T24:00:00.00Z", "2024-01-01T01:00:00+01:00"),
    ("dateTime", "9999-12-31T24:00:00Z", "10000-01-01T00:00:00Z"),
    ("dateTime", "-0001-12-31T24:00:00Z", "0000-01-01T00:00:00Z"),
    ("date", "2024-01-01Z", "2024-01-01+00:00"),
    ("date", "2000-01-01+12:00", "1999-12-31-12:00"),
    ("time", "24:00:00", "00:00:00"),
    ("time", "00:30:00+01:00", "23:30:00Z"),
    ("time", "10:00:00.10", "10:00:00.1"),
    ("gYear", "2024Z", "2024+00:00"),
    ("gMonthDay", "--02-29Z", "--02-29-00:00"),
    ("duration", "P1Y2M", "P14M"),
    ("duration", "PT1H", "PT3600.0S"),
    ("duration", "-P1D", "-PT24H"),
    ("duration", "P0D", "-PT0S"),
    ("duration", "PT60.50S", "PT1M0.5S"),
    ("base64Binary", "QUJD", "QU JD\n"),
    ("hexBinary", "0aff", "0AFF"),
    ("token", " a  b ", "a b"),
    ("normalizedString", "a\tb", "a\nb"),
    ("", "a", "a"),
]
OTHER = [
    ("boolean", "true", "false"),
    ("decimal", "1.0", "1.1"),
    ("integer", "9" * 5000, "9" * 4999 + "8"),
    ("double", "1.1", "1.10000001"),
    ("double", "INF", "-INF"),
    ("dateTime", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z"),
    ("dateTime", "2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00Z"),
    ("date", "2024-01-01", "2024-01-01Z"),
    ("date", "2024-01-01+01:00", "2024-01-01Z"),
    ("time", "10:00:00", "10:00:00Z"),
    ("gYear", "2024", "2024Z"),
    ("duration", "P1M", "P30D"),
    ("duration", "PT0.5S", "-PT0.5S"),
    ("string", "a b", "a  b"),
    ("string", "a", "a "),
    ("normalizedString", "a  b", "a b"),
    ("", "1", "1.0"),
    ("int", "x", "y"),
    ("int", "1", ""),
]
NOT_OF_TYPE = [
    ("boolean", "True"),
    ("decimal", "1e2"),
    ("decimal", ""),
    ("int", "2147483648"),
    ("int", "-2147483649"),
    ("int", "1.0"),
    ("positiveInteger", "0"),
    ("negativeInteger", "0"),
    ("unsignedByte", "256"),
    ("double", "inf"),
    ("double", "1_0"),
    ("float", "Infinity"),
    ("dateTime", "2024-01-01"),
    ("dateTime", "2024-02-30T00:00:00"),
    ("dateTime", "2024-13-01T00:00:00"),
    ("dateTime", "2024-01-01T24:00:01"),
    ("dateTime", "2024-01-01T24:00:00.1"),
    ("dateTime", "2024-01-01T25:00:00"),
    ("dateTime", "2024-01-01T00:00:60"),
    ("dateTime", "2024-01-01T00:00:00+14:01"),
    ("dateTime", "24-01-01T00:00:00"),
    ("date", "2024-1-1"),
    ("time", "10:00"),
    ("gYear", "24"),
    ("duration", "P"),
    ("duration", "P1H"),
    ("duration", f"P{'9' * 5000}D"),
    ("base64Binary", "A"),
    ("base64Binary", "Aæ=="),
    ("hexBinary", "0"),
    ("hexBinary", "0 0"),
]


@pytest.mark.parametrize(("builtin", "one", "other"), SAME)
def test_texts_of_one_value_are_the_same(builtin: str, one: str, other: str) -> None:
    assert same(builtin, one, other)
    assert value(builtin, one) == value(builtin, other)
    assert hash(value(builtin, one)) == hash(value(builtin, other))


@pytest.mark.parametrize(("builtin", "one", "other"), OTHER)
def test_texts_of_different_values_are_not(builtin: str, one: str, other: str) -> None:
    assert not same(builtin, one, other)


@pytest.mark.parametrize(("builtin", "text"), NOT_OF_TYPE)
def test_a_text_that_is_not_of_the_type_has_no_value(builtin: str, text: str) -> None:
    with pytest.raises(ValueError):
        value(builtin, text)


def test_a_text_that_is_not_of_the_type_is_the_same_as_itself_only() -> None:
    assert same("int", "x", "x")
    assert not same("int", "x", " x")


@pytest.mark.parametrize("builtin", READERS)
def test_every_type_with_a_reader_collapses_blanks(builtin: str) -> None:
    assert white_space(builtin) == "collapse"


def test_white_space_is_as_xsd_says() -> None:
    given = " a \t\nb "
    assert [WHITE_SPACE[kind](given) for kind in ("preserve", "replace", "collapse")] == [given, " a   b ", "a b"]
    assert [white_space(name) for name in ("string", "normalizedString", "token")] == [
        "preserve",
        "replace",
        "collapse",
    ]
