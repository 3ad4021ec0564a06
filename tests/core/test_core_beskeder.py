"""The kinds of technical messages."""

from overgang.core import beskeder
from overgang.core.organisations import A_KASSE, JOBCENTER


def test_names_and_numbers_are_there_once() -> None:
    for values in (
        [one.name for one in beskeder.KINDS],
        [*(one.entity for one in beskeder.KINDS), *beskeder.ELSEWHERE],
        [*(one.entity_name for one in beskeder.KINDS), *beskeder.ELSEWHERE.values()],
    ):
        assert len(set(values)) == len(values)
    assert beskeder.BY_NAME.keys() == {one.name for one in beskeder.KINDS}
    assert beskeder.BY_ENTITY.keys() == {one.entity for one in beskeder.KINDS}


def test_what_the_pages_document_is_as_they_have_it() -> None:
    documented = {one.entity_name: one for one in beskeder.KINDS if one.evidence == "documented"}
    assert {name: one.entity for name, one in documented.items()} == {
        "Kontaktgruppe": 100008,
        "YderligeInfoOmFravaer": 100012,
    }
    information = documented["YderligeInfoOmFravaer"]
    assert information.operation == "GetAdditionalInformationOnAbsenceVersion1"
    assert information.receivers == {JOBCENTER}  # strategy 2: the jobcenter's own citizens
    assert beskeder.CPR_CHANGED.name == "CprChanged"


def test_every_kind_goes_to_jobcentres_and_a_kasser_at_most() -> None:
    assert all(one.receivers <= {JOBCENTER, A_KASSE} for one in beskeder.KINDS)
