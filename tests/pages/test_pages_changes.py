"""The audit of switches."""

from dataclasses import replace

from pages_client import ask, filled, pages, tree, words


def test_the_newest_switch_stands_first_with_who_made_it() -> None:
    page = tree(ask(pages(filled()), "/changes"))

    rows = [words(row) for row in page.xpath("//tbody/tr")]
    assert rows[0] == "10 Feb 2025 13:30 Prøve Prøvesen all operations 8/751 Jobcenter new as configured"
    assert rows[2].startswith("1 Feb 2025 13:30 Test Testesen GetPersonHistory PersonHistoryService/1 all callers")


def test_switches_are_found_by_operation_caller_and_name() -> None:
    for sought, count in (("createabsence", 1), ("8/751", 1), ("prøve", 2), ("nobody", 0)):
        page = tree(ask(pages(filled()), "/changes", params={"q": sought}))
        assert len(page.xpath("//tbody/tr")) == count


def test_a_long_audit_pages() -> None:
    source = filled()
    source.audit = [replace(source.audit[0], number=number) for number in range(60)]

    last = tree(ask(pages(source), "/changes?page=3"))

    assert len(last.xpath("//tbody/tr")) == 10
    assert words(last.xpath("//nav[@class='pager']")[0]) == "Previous Page 3 of 3 Next"
