"""The register of this repository, on the answers of golden cases beside what the old services would have answered."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from compared_contracts import ROOT, envelope, fault, reply

from overgang.core.compare.judging import judge
from overgang.core.compare.noise import Noise
from overgang.core.compare.values import Label, Reply, Verdict
from overgang.wire import cases, expectations
from overgang.wire.comparing import Comparer
from overgang.wire.contract import load

REGISTER = expectations.load(ROOT / "config/expected-differences.toml")
LAW = date(2025, 1, 1)


def case(name: str) -> cases.Case:
    path = ROOT / "src/overgang/areas/laesning/cases" / f"{name}.case"
    return cases.parse(path.read_text(encoding="utf-8"), f"laesning/{name}")


def judged(name: str, operation: str, old: str, day: date) -> tuple[Verdict, set[str]]:
    """The verdict, and the reasons of what is expected, for the case's answer beside an old one."""
    new = case(name)
    service = f"{new.service}/{new.version}"
    comparer = Comparer(load(ROOT / "wsdl" / service / f"{new.service}.wsdl"))
    found = comparer.compare(operation, reply(envelope(old)), reply(envelope(new.soap_out)))
    whole = f"{service}/{operation}"
    verdict, rows = judge(found, operation=whole, day=day, register=REGISTER, noise=Noise())
    return verdict, {one.reason for one in rows if one.label is Label.EXPECTED}


def uncut(answer: str) -> str:
    """The history as it was: the 3 is open, and there is no 2."""
    parts = re.split(r"(?=<PersonCategory>)", answer.replace("<EndDate>2024-12-31T23:59:59+01:00</EndDate>", ""))
    return "".join(part for part in parts if ">2</c:CodeListItemIdentifier>" not in part)


def still_3(answer: str) -> str:
    """The status as it was: the open 3 with its own first day."""
    shown = "2</c:CodeListItemIdentifier></PersonCategoryTypeIdentifier>\n      <StartDate>2025-01-01T00:00:00+01:00"
    assert shown in answer
    return answer.replace(shown, shown.replace("2</c", "3</c").replace("2025-01-01", "2024-11-04"))


def no_exemptions(answer: str) -> str:
    found = re.sub(r"<Exemptions>.*?</Exemptions>\s*", "", answer, flags=re.DOTALL)
    assert found != answer
    return found


EXPECTED: list[tuple[str, str, Callable[[str], str], str, date]] = [
    ("historik_kategori3", "GetPersonHistory", uncut, "visitation.kategori3-laesning", LAW),
    ("status_kategori3", "GetVariablePersonStatus", still_3, "visitation.kategori3-laesning", LAW),
    ("status_sygdom", "GetVariablePersonStatus", no_exemptions, "sygemelding.min-plan", LAW),
    ("status_fravaer", "GetVariablePersonStatus", no_exemptions, "fravaer.jobrettet-fritagelse", date(2000, 1, 1)),
]


@pytest.mark.parametrize(("name", "operation", "before", "rule", "since"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_what_a_rule_changes_is_expected_from_its_first_day(
    name: str, operation: str, before: Callable[[str], str], rule: str, since: date
) -> None:
    old = before(case(name).soap_out)
    assert judged(name, operation, old, since) == (Verdict.EXPECTED, {rule})
    assert judged(name, operation, old, since - timedelta(days=1))[0] is Verdict.DIFFERENT


@pytest.mark.parametrize(("name", "operation", "before", "rule", "since"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_any_other_difference_beside_it_is_not_expected(
    name: str, operation: str, before: Callable[[str], str], rule: str, since: date
) -> None:
    old = before(case(name).soap_out)
    other = re.sub(r"(<RegistrationDateTime>)\d{4}", r"\g<1>1999", old, count=1)
    assert other != old
    assert judged(name, operation, other, since) == (Verdict.DIFFERENT, {rule})


def test_a_part_that_is_cut_off_with_other_values_is_not_expected() -> None:
    answer = case("historik_kategori3").soap_out
    other = answer.replace(">2</c:CodeListItemIdentifier>", ">4</c:CodeListItemIdentifier>")
    assert judged("historik_kategori3", "GetPersonHistory", answer, LAW) == (Verdict.EQUAL, set())
    assert judged("historik_kategori3", "GetPersonHistory", other, LAW)[0] is Verdict.DIFFERENT


def enrolled(number: int) -> tuple[Reply, Reply]:
    """An enrolment that the old side registered and the new one refuses with this number."""
    namespace = "http://service.bm.dk/xml/schemas/2011/01/12/"
    details = f'<FaultDetails xmlns="{namespace}"><ErrorCode>{number}</ErrorCode></FaultDetails>'
    return reply(envelope("<UnemploymentEnrollmentResponse/>")), fault("s:Client", "no", details)


@pytest.mark.parametrize(
    ("number", "day", "verdict"),
    [
        (4338, date(2024, 12, 8), Verdict.EXPECTED),
        (4338, date(2024, 12, 7), Verdict.DIFFERENT),
        (4339, date(2024, 12, 8), Verdict.DIFFERENT),
    ],
)
def test_a_refused_past_enrolment_is_expected_by_its_number_and_day(number: int, day: date, verdict: Verdict) -> None:
    service = "UnemploymentEnrollmentService/8"
    comparer = Comparer(load(ROOT / "wsdl" / service / "UnemploymentEnrollmentService.wsdl"))
    found = comparer.compare("UnemploymentEnrollment", *enrolled(number))
    whole = f"{service}/UnemploymentEnrollment"
    assert judge(found, operation=whole, day=day, register=REGISTER, noise=Noise())[0] is verdict
