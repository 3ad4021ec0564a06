"""The old contracts."""

from pages_client import ask, everything, pages, tree, words

APP = pages()


def test_a_contract_shows_each_mapping_element_by_property() -> None:
    page = tree(ask(APP, "/contracts/AbsenceRegistrationService/7"))

    (section,) = page.xpath("//section[@aria-labelledby='o-CreateAbsence']")
    rows = [words(row) for row in section.xpath(".//tbody/tr")]
    assert rows[:3] == [
        "Absence CreateFravaer",
        "AbsenceTypeIdentifier fravaerType a value of code list AbsenceType",
        "StartDate startDato a point in time",
    ]
    assert "PersonCivilRegistrationIdentifier the header x-civilRegistrationIdentifier –" in rows
    assert "documented" in words(section.find("h2"))


def test_a_contract_links_its_wsdl_and_only_its_own_modern_contracts() -> None:
    page = tree(ask(APP, "/contracts/JoblogService/2"))

    links = list(page.xpath("//dl[@class='facts']//a/@href"))
    base = "https://soap.example.invalid/gateway"
    assert links == [f"{base}/PjakTassWCF/2/JoblogService.svc?wsdl", f"{base}/jobsearch/openapi.json"]


def test_a_contract_says_when_it_is_replaced_and_what_of_that_is_assumed() -> None:
    facts = words(tree(ask(APP, "/contracts/JoblogService/2")).xpath("//dl[@class='facts']")[0])

    assert "Deprecated from 8 Dec 2024 (2024-4)" in facts
    assert "Replaced 15 Jun 2025 (2025-2) assumed" in facts
    assert "Last day here not decided" in facts


def test_operations_that_are_not_modernised_are_listed() -> None:
    page = tree(ask(APP, "/contracts/PersonRegistrationService/9"))

    shown = page.xpath("//section[@aria-labelledby='h-forwarded']//li/text()")
    service = next(one for one in everything().services if one.key == "PersonRegistrationService/9")
    assert shown == [bridge.contract.name for bridge in service.bridges.values() if bridge.area is None]
    assert len(shown) == 18


def test_waivers_stand_with_their_reason_and_owner_at_their_own_contract_only() -> None:
    status = tree(ask(APP, "/contracts/PersonStatusService/20")).xpath("//section[@aria-labelledby='h-waivers']")[0]
    history = tree(ask(APP, "/contracts/PersonHistoryService/1")).xpath("//section[@aria-labelledby='h-waivers']")[0]

    rows = [words(row) for row in status.xpath(".//tbody/tr")]
    assert any(row.startswith("output PersonStatusService.GetVariablePersonStatus CoreInfo ") for row in rows)
    assert all("PersonStatusService" not in words(row) for row in history.xpath(".//tbody/tr"))


def test_every_contract_has_its_page() -> None:
    for service in everything().services:
        page = tree(ask(APP, f"/contracts/{service.key}"))
        assert words(page.find(".//h1")) == f"{service.contract.name} version {service.version}"
