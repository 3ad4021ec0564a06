"""What is wrong with a message is said by path and expectation, never by its value."""

from pathlib import Path

import pytest
from lxml import etree

from overgang.core.values import NIL
from overgang.wire.contract import EncodeError, load

CONTRACT = load(Path(__file__).parent / "shapes" / "many.wsdl")
GOOD = (
    '<m:Ask xmlns:m="urn:m" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" lang="da"><m:Cpr>0506912617</m:Cpr>'
    "<m:Count>5</m:Count><m:When>2024-05-06T07:08:09.123456789+02:00</m:When><m:Day>2024-05-06Z</m:Day>"
    "<m:Amount>1.00</m:Amount><m:Note>x</m:Note><m:Tag> a </m:Tag><m:Left>1</m:Left></m:Ask>"
)
ANSWER = '<m:Answer xmlns:m="urn:m" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:q="urn:q">{}</m:Answer>'


def problems(text: str) -> list[tuple[str, str, str]]:
    return [(one.path, one.expected, one.key) for one in CONTRACT.problems(etree.fromstring(text))]


def test_dates_fractions_zones_and_decimals_are_kept_as_written() -> None:
    node = etree.fromstring(GOOD)
    assert CONTRACT.problems(node) == []
    value = CONTRACT.operations["Ask"].input.body.decode(node)  # type: ignore[union-attr]
    assert isinstance(value, dict)
    assert str(value["Amount"]) == "1.00"
    assert (value["When"], value["Day"]) == ("2024-05-06T07:08:09.123456789+02:00", "2024-05-06Z")
    assert (value["Tag"], value["@mode"]) == (["a"], "a")


@pytest.mark.parametrize(
    ("old", "new", "path", "expected", "key"),
    [
        ("0506912617", "CANARY", "Ask/Cpr", "text of the pattern [0-9]{10}", "value.invalid"),
        ("<m:Count>5", "<m:Count>" + "9" * 5000, "Ask/Count", "xs:integer", "value.invalid"),
        ("<m:Count>5", "<m:Count>CANARY", "Ask/Count", "xs:integer", "value.invalid"),
        ("09.123456789", "09CANARY", "Ask/When", "xs:dateTime", "value.invalid"),
        ("<m:Note>x", "<m:Note>CANARYCANARY", "Ask/Note", "at most 10 characters", "value.invalid"),
        ("<m:Amount>1.00", "<m:Amount>1.001", "Ask/Amount", "at most 2 decimals", "value.invalid"),
        ("<m:Amount>", "<m:Kind>2</m:Kind><m:Amount>", "Ask/Amount", "no such element here", "element.unexpected"),
        ("<m:Tag>", "<m:Kind>3</m:Kind><m:Tag>", "Ask/Kind", "one of 1, 2", "value.invalid"),
        ("<m:Cpr>0506912617</m:Cpr>", "", "Ask/Cpr", "element Cpr", "element.missing"),
        ("<m:Left>1</m:Left>", "", "Ask", "one of the elements Tag, Left, Right", "element.missing"),
        ("</m:Ask>", "<m:Right>1</m:Right></m:Ask>", "Ask/Right", "no such element here", "element.unexpected"),
        (
            "<m:Left>1",
            "<CANARY/><m:Left>1",
            "Ask",
            "one of the elements Tag, Left, Right and no other",
            "element.unexpected",
        ),
        (' lang="da"', "", "Ask/@lang", "attribute lang", "attribute.missing"),
        (' lang="da"', ' lang="da" CANARY="1"', "Ask", "only attributes of the contract", "attribute.unexpected"),
        ("<m:Note>x", "<m:Note>x<CANARY/>", "Ask/Note", "no element in it", "element.unexpected"),
        ("<m:Note>", '<m:Note CANARY="1">', "Ask/Note", "only attributes of the contract", "attribute.unexpected"),
        (' lang="da"', ' lang="CANARY CANARY"', "Ask/@lang", "xs:language", "attribute.invalid"),
        ("<m:Cpr>", "CANARY<m:Cpr>", "Ask", "elements only, no text between them", "value.invalid"),
        ("<m:Cpr>", '<m:Cpr xsi:nil="true">', "Ask/Cpr", "a value: xsi:nil is not allowed here", "value.invalid"),
    ],
)
def test_a_planted_mistake_is_named_by_path_and_expectation(
    old: str, new: str, path: str, expected: str, key: str
) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new))
    assert [one[0] for one in found] == [path]
    assert found[0][1].startswith(expected)
    assert found[0][2] == key
    assert "CANARY" not in found[0][1]


def test_a_prefix_declared_above_the_body_is_understood() -> None:
    text = (
        '<e xmlns:q="urn:m"><m:Answer xmlns:m="urn:m" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<m:Shape xsi:type="q:Point"><m:Name>n</m:Name></m:Shape><m:Said>q:x</m:Said></m:Answer></e>'
    )
    node = etree.fromstring(text)[0]
    assert CONTRACT.problems(node) == []
    element = CONTRACT.operations["Ask"].output.body  # type: ignore[union-attr]
    assert element is not None
    assert element.decode(node) == {"Shape": [{"@xsi:type": "{urn:m}Point", "Name": "n"}], "Said": "{urn:m}x"}


def test_a_star_in_a_namespace_stands_for_no_other_namespace() -> None:
    """libxml2 takes it for one."""
    starred = GOOD.replace("<m:Count>5</m:Count>", '<c:Count xmlns:c="urn:*">5</c:Count>')
    assert [(path, key) for path, _, key in problems(starred)] == [("Ask", "element.unexpected")]


def test_nil_absent_and_empty_stay_apart() -> None:
    element = CONTRACT.operations["Ask"].input.body
    assert element is not None
    nil = GOOD.replace("<m:Day>2024-05-06Z</m:Day>", '<m:Day xsi:nil="true"/>').replace("<m:Note>x", "<m:Note>")
    value = element.decode(etree.fromstring(nil))
    assert isinstance(value, dict)
    assert (value["Day"], value["Note"], value.get("Kind", "absent")) == (NIL, "", "absent")


def test_comments_and_cdata_do_not_cut_a_text() -> None:
    element = CONTRACT.operations["Ask"].input.body
    assert element is not None
    node = etree.fromstring(GOOD.replace("<m:Note>x", "<m:Note>a<!--no--><![CDATA[<b>]]><?p i?>c"))
    assert CONTRACT.problems(node) == []
    value = element.decode(node)
    assert isinstance(value, dict)
    assert value["Note"] == "a<b>c"


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"Tree": {"Value": 1, "Branch": [{"Value": "x"}]}}, "Answer/Tree/Branch/Value", "xs:short"),
        ({"Tree": {}}, "Answer/Tree/Value", "element Value"),
        ({"Tree": {"Value": 1, "Leaf": 2}}, "Answer/Tree/Leaf", "no such element here"),
        ({"Tree": {"Value": 40000}}, "Answer/Tree/Value", "xs:short"),
        ({"Shape": [{"Name": "x"}]}, "Answer/Shape/@xsi:type", "a concrete type named by @xsi:type"),
        ({"Shape": {"Name": "x"}}, "Answer/Shape", "a list"),
        ({"First": "x"}, "Answer/Second", "element Second"),
        ({"First": "\x01", "Second": 1.0}, "Answer/First", "characters that XML allows"),
        ({"Log": {"#items": []}}, "Answer/Log/#items", "In or Out as number 1"),
        ({"Always": "no"}, "Answer/Always", "the fixed value of the contract"),
        ({"Tree": NIL}, "Answer/Tree", "an element with content"),
        ({"Either": "some"}, "Answer/Either", "xs:int or one of all, none"),
        ({"Money": {"#text": 1}}, "Answer/Money/@currency", "attribute currency"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(value: object, path: str, expected: str) -> None:
    element = CONTRACT.operations["Ask"].output.body  # type: ignore[union-attr]
    assert element is not None
    with pytest.raises(EncodeError) as raised:
        element.encode(value)  # type: ignore[arg-type]
    assert (raised.value.path, raised.value.expected) == (path, expected)


def test_a_name_that_is_not_of_ascii_is_a_problem_like_any_other() -> None:
    assert problems(GOOD.replace("m:Count", "m:Tælling")) == [
        ("Ask", "one of the elements Count, When and no other", "element.unexpected")
    ]
