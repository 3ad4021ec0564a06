"""Lists: aligned by key, else by content; orders, lengths and lone items named."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from compared_contracts import answer, small

from overgang.core.compare.values import Kind
from overgang.core.compare.walk import MOST
from overgang.wire.comparing import Comparer

Row = tuple[Kind, str, str]


@pytest.fixture(scope="module")
def comparer(tmp_path_factory: pytest.TempPathFactory) -> Comparer:
    return Comparer(small(tmp_path_factory.mktemp("contract")))


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-00000000000a"


def item(number: int, day: int = 1, note: str = "") -> str:
    """An item with a key."""
    return (
        f"<Item><ItemIdentifier>{guid(number)}</ItemIdentifier><StartDate>2024-01-{day:02}T00:00:00Z</StartDate>"
        f"{note and f'<Note>{note}</Note>'}</Item>"
    )


def loose(number: int, text: str = "b", more: str = "c") -> str:
    """An item without a key."""
    return f"<Loose><A>{number}</A><B>{text}</B><C>{more}</C></Loose>"


def keyed(comparer: Comparer, old: Sequence[str], new: Sequence[str]) -> list[Row]:
    replies = [answer(f"<Items>{''.join(texts)}</Items>") for texts in (old, new)]
    return [(one.kind, one.path, one.cause) for one in comparer.compare("Ask", *replies)]


def unkeyed(comparer: Comparer, old: Sequence[str], new: Sequence[str]) -> list[Row]:
    replies = [answer("".join(texts)) for texts in (old, new)]
    return [(one.kind, one.path, one.cause) for one in comparer.compare("Ask", *replies)]


ORDER = (Kind.ORDER, "Items/Item", "order")
LENGTH = (Kind.LENGTH, "Items/Item", "length")


def test_items_are_the_same_by_their_key_wherever_they_stand(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1), item(2), item(3)], [item(3), item(1), item(2, day=2)]) == [
        ORDER,
        (Kind.CHANGED, "Items/Item[2]/StartDate", "day"),
    ]


def test_a_key_in_other_letters_is_the_same_key(comparer: Comparer) -> None:
    other = item(0xAB).replace("000000ab", "000000AB")
    assert keyed(comparer, [item(1), item(0xAB)], [other, item(1)]) == [
        ORDER,
        (Kind.CHANGED, "Items/Item[2]/ItemIdentifier", "case"),
    ]


def test_an_item_that_differs_in_its_key_alone_is_the_same_item(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1), item(2), item(3, 3)], [item(1), item(9, 3), item(2)]) == [
        (Kind.CHANGED, "Items/Item[3]/ItemIdentifier", "value"),
    ]


def test_an_item_with_another_key_and_other_values_is_another_item(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1), item(2)], [item(1), item(9, day=4)]) == [
        (Kind.MISSING, "Items/Item[2]", "item"),
        (Kind.EXTRA, "Items/Item[2]", "item"),
    ]


def test_lone_items_are_told_one_by_one_beside_the_length(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1), item(2), item(3)], [item(2), item(4, 9), item(5, 9), item(6, 9)]) == [
        LENGTH,
        (Kind.MISSING, "Items/Item[1]", "item"),
        (Kind.MISSING, "Items/Item[3]", "item"),
        (Kind.EXTRA, "Items/Item[2]", "item"),
        (Kind.EXTRA, "Items/Item[3]", "item"),
        (Kind.EXTRA, "Items/Item[4]", "item"),
    ]
    assert keyed(comparer, [item(1)], [item(1), item(2)])[1:] == [(Kind.EXTRA, "Items/Item[2]", "item")]
    assert keyed(comparer, [item(1), item(2)], [item(1)])[1:] == [(Kind.MISSING, "Items/Item[2]", "item")]


def test_lists_that_share_no_key_are_aligned_by_content(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1, 1), item(2, 2)], [item(8, 2), item(9, 1)]) == [
        (Kind.CHANGED, "Items/Item[1]/ItemIdentifier", "value"),
        (Kind.CHANGED, "Items/Item[2]/ItemIdentifier", "value"),
    ]


def test_the_versions_of_one_registration_share_their_key(comparer: Comparer) -> None:
    old = [item(1, 1), item(1, 2), item(1, 3), item(2, 1)]
    assert keyed(comparer, old, [item(1, 1), item(1, 2), item(1, 4), item(2, 1)]) == [
        (Kind.CHANGED, "Items/Item[3]/StartDate", "day"),
    ]
    assert keyed(comparer, old, [item(2, 1), item(1, 1), item(1, 3)]) == [
        LENGTH,
        ORDER,
        (Kind.MISSING, "Items/Item[2]", "item"),
    ]


def test_a_registration_that_the_new_side_cuts_in_two_keeps_its_first_part(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1, 1)], [item(1, 1, "to the eve"), item(1, 5, "from the day on")]) == [
        LENGTH,
        (Kind.EXTRA, "Items/Item[1]/Note", "absent"),
        (Kind.EXTRA, "Items/Item[2]", "item"),
    ]


def test_items_without_their_key_are_aligned_by_content(comparer: Comparer) -> None:
    bare = "<Item><StartDate>2024-01-01T00:00:00Z</StartDate></Item>"
    assert keyed(comparer, [bare, item(1)], [item(1), bare]) == [ORDER]


def test_equal_items_come_first_and_then_the_nearest(comparer: Comparer) -> None:
    old, new = [loose(1), loose(2), loose(3)], [loose(3), loose(1, "x"), loose(2)]
    assert unkeyed(comparer, old, new) == [
        (Kind.ORDER, "Loose", "order"),
        (Kind.CHANGED, "Loose[1]/B", "value"),
    ]


def test_what_has_most_in_common_pairs_before_what_stands_nearest(comparer: Comparer) -> None:
    old, new = [loose(1, "p", "q"), loose(2, "r", "s"), loose(5)], [loose(2, "r", "x"), loose(5)]
    assert unkeyed(comparer, old, new) == [
        (Kind.LENGTH, "Loose", "length"),
        (Kind.CHANGED, "Loose[2]/C", "value"),
        (Kind.MISSING, "Loose[1]", "item"),
    ]


def test_of_equal_items_the_one_that_is_missing_is_no_reordering(comparer: Comparer) -> None:
    one, other = "<Tag>a</Tag>", "<Tag>b</Tag>"
    assert unkeyed(comparer, [one, other, one], [other, one]) == [
        (Kind.LENGTH, "Tag", "length"),
        (Kind.MISSING, "Tag[1]", "item"),
    ]
    assert unkeyed(comparer, [one, other], [one, other, one])[1:] == [(Kind.EXTRA, "Tag[3]", "item")]


def test_equal_items_pair_in_their_order(comparer: Comparer) -> None:
    old, new = (["<Tag>" + text + "</Tag>" for text in texts] for texts in ("xaaz", "ayua"))
    assert unkeyed(comparer, old, new) == [(Kind.CHANGED, "Tag[1]", "value"), (Kind.CHANGED, "Tag[4]", "value")]


def test_a_list_of_texts_is_aligned_by_their_values(comparer: Comparer) -> None:
    tags = ["<Tag>a</Tag>", "<Tag>b  c</Tag>", "<Tag>d</Tag>"]
    assert unkeyed(comparer, tags, ["<Tag>d</Tag>", "<Tag> b c </Tag>", "<Tag>a</Tag>"]) == [
        (Kind.ORDER, "Tag", "order")
    ]
    assert unkeyed(comparer, tags, ["<Tag>a</Tag>", "<Tag>B c</Tag>", "<Tag>d</Tag>"]) == [
        (Kind.CHANGED, "Tag[2]", "case")
    ]


def test_one_item_against_none_and_the_other_way_round(comparer: Comparer) -> None:
    assert keyed(comparer, [item(1)], []) == [LENGTH, (Kind.MISSING, "Items/Item[1]", "item")]
    assert keyed(comparer, [], [item(1)]) == [LENGTH, (Kind.EXTRA, "Items/Item[1]", "item")]


def test_the_order_is_told_by_positions(comparer: Comparer) -> None:
    old, new = (answer(f"<Items>{''.join(map(item, order))}</Items>") for order in ((1, 2, 3), (3, 1, 2)))
    (found,) = comparer.compare("Ask", old, new)
    assert (found.old, found.new) == ("1 2 3", "3 1 2")


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffled_list_of_a_thousand_items_is_one_difference(comparer: Comparer, seed: int) -> None:
    numbers = list(range(1000))
    shuffled = Random(seed).sample(numbers, 1000)
    assert keyed(comparer, [*map(item, numbers)], [*map(item, shuffled)]) == [ORDER]
    assert unkeyed(comparer, [*map(loose, numbers)], [*map(loose, shuffled)]) == [(Kind.ORDER, "Loose", "order")]


def test_changes_in_a_shuffled_list_of_a_thousand_items_are_all_found(comparer: Comparer) -> None:
    random = Random(4)
    numbers = list(range(1000))
    changed = set(random.sample(numbers, 7))
    gone = set(random.sample([number for number in numbers if number not in changed], 5))
    left = [number for number in random.sample(numbers, 1000) if number not in gone]
    new = [item(number, 2 if number in changed else 1) for number in left]

    found = Counter(keyed(comparer, [*map(item, numbers)], new))

    assert found == Counter(
        [
            LENGTH,
            ORDER,
            *((Kind.CHANGED, f"Items/Item[{number + 1}]/StartDate", "day") for number in changed),
            *((Kind.MISSING, f"Items/Item[{number + 1}]", "item") for number in gone),
        ]
    )


def test_a_thousand_items_without_keys_that_all_changed_pair_in_their_order(comparer: Comparer) -> None:
    old = [loose(number) for number in range(1000)]
    new = [loose(number, "other") for number in range(1000)]
    assert unkeyed(comparer, old, new) == [(Kind.CHANGED, f"Loose[{place}]/B", "value") for place in range(1, 1001)]


def test_more_differences_than_can_be_told_end_with_one_that_says_so(comparer: Comparer) -> None:
    found = unkeyed(comparer, [loose(number) for number in range(MOST + 5)], [])
    assert len(found) == MOST + 1
    assert found[0] == (Kind.LENGTH, "Loose", "length")
    assert found[-1] == (Kind.CHANGED, "/Body", "more")


def test_a_group_that_repeats_is_compared_in_its_order(comparer: Comparer) -> None:
    log = "<Log><In>1</In><Out>2</Out><In>3</In></Log>"
    longer = "<Log><In>1</In><Out>2</Out><In>3</In><Out>4</Out></Log>"
    turned = "<Log><Out>2</Out><In>1</In><In>3</In><Out>4</Out></Log>"
    assert unkeyed(comparer, [log], [log]) == []
    assert unkeyed(comparer, [log], [longer]) == [
        (Kind.LENGTH, "Log/Out", "length"),
        (Kind.EXTRA, "Log/Out[2]", "item"),
    ]
    assert unkeyed(comparer, [log], [turned]) == [
        (Kind.LENGTH, "Log/Out", "length"),
        (Kind.EXTRA, "Log/Out[2]", "item"),
        (Kind.ORDER, "Log", "order"),
    ]


def test_lists_within_unknown_lists_are_walked_once(comparer: Comparer) -> None:
    def nested(leaf: str) -> str:
        inner = f"<u:a>{leaf}</u:a>"
        for _ in range(30):  # walked twice at each step this would take a thousand million times as long
            inner = f"<u:a>{inner}<u:a/></u:a>"
        return f'<u:a xmlns:u="urn:u">{inner}</u:a>'

    found = unkeyed(comparer, [nested("1")], [nested("2")])
    assert [(kind, cause) for kind, _, cause in found] == [(Kind.CHANGED, "value")]


def test_xs_all_has_no_order(comparer: Comparer) -> None:
    one, other = "<Any><A>1</A><B>2</B></Any>", "<Any><B>2</B><A>+1</A></Any>"
    assert unkeyed(comparer, [one], [other]) == []
    assert unkeyed(comparer, [one, "<Loose><A>1</A></Loose>"], [other, "<Loose><A>2</A></Loose>"]) == [
        (Kind.CHANGED, "Loose[1]/A", "value")
    ]


def test_the_parts_of_a_code_list_are_aligned_by_their_number(tmp_path: Path) -> None:
    from compared_contracts import ROOT, envelope, reply

    from overgang.wire.contract import load

    namespace, base = "http://service.bm.dk/CodeListService/2013/06/07/", "CodeListBase/"
    comparer = Comparer(load(ROOT / "wsdl/CodeListService/1/CodeListService.wsdl"))

    def listed(*rows: tuple[str, str]) -> str:
        items = "".join(
            f'<CodeListItem><b:CodeListItemIdentifier xmlns:b="http://service.bm.dk/pjaktass/2013/06/07/{base}">{number}'
            f"</b:CodeListItemIdentifier><CodeListItemName>{name}</CodeListItemName></CodeListItem>"
            for number, name in rows
        )
        return (
            f'<GetCodeListResponse xmlns="{namespace}"><CodeList><CodeListItems>{items}</CodeListItems></CodeList>'
            "</GetCodeListResponse>"
        )

    old, new = listed(("1", "Ferie"), ("2", "Kursus")), listed(("+2", "Kursus"), ("01", "Fridag"))
    found = comparer.compare("GetCodeList", reply(envelope(old)), reply(envelope(new)))
    assert [(one.kind, one.cause) for one in found] == [(Kind.ORDER, "order"), (Kind.CHANGED, "value")]
