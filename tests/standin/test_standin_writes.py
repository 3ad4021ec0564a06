"""What writes through the old side register, and what it refuses with the documented numbers."""

from collections.abc import Mapping
from typing import Any

import pytest
from standin_side import A_KASSE, JOBCENTRE, STAR, Faulted, Side, citizen, code, registration

WHO = citizen("uden ydelse")
DEAD = citizen("død")
CPR = "PersonCivilRegistrationIdentifier"
TODAY = "2024-12-09T00:00:00+01:00"
ID = "7c2e4b90-1f3a-4d5c-8e6b-000000000001"


@pytest.fixture(scope="module")
def whole() -> Side:
    return Side()


@pytest.fixture
def side(whole: Side) -> Side:
    """One for the module, as it is at first."""
    whole.day = whole.day.fromisoformat("2024-12-09")
    whole.store.reset()
    return whole


def status(side: Side, who: str = WHO) -> Any:
    """What GetVariablePersonStatus shows."""
    flags = (
        "AddressContact",
        "Unemployment",
        "ContactGroup",
        "PersonCategory",
        "HealthLimitation",
        "Absence",
        "Illness",
    )
    asked = dict.fromkeys(("Core", "Authority", "CV"), False) | dict.fromkeys(flags, True)
    body = {"VariablePersonStatusRequest": {CPR: who, "RequestVariableType": asked}}
    return side.ask("PersonStatusService", "GetVariablePersonStatus", body)


def history(side: Side, flag: str, who: str = WHO) -> Any:
    """One history of GetPersonHistory."""
    older = ("TemporaryAddress", "Unemployment", "ContactGroup", "PersonCategory", "Absence", "Illness")
    asked = dict.fromkeys((f"{each}History" for each in older), False) | {f"{flag}History": True}
    body = {"PersonHistoryRequest": {CPR: who, "RequestHistoryType": asked}}
    return side.ask("PersonHistoryService", "GetPersonHistory", body)[f"{flag}History"]


# enrolment ------------------------------------------------------------------------------------------------------------


def enrol(
    side: Side, day: str = TODAY, category: int = 1, unemployed: int = 1, by: Any = JOBCENTRE, **more: Any
) -> Any:
    enrolment = {
        CPR: more.pop("who", WHO),
        "ClientCategoryTypeIdentifier": code(category),
        "EnrollmentDate": day,
        "CurrentUnemploymentStatusTypeIdentifier": code(unemployed),
        **more,
    }
    return side.ask(
        "UnemploymentEnrollmentService", "UnemploymentEnrollment", {"UnemploymentEnrollment": enrolment}, by
    )


def cancel(side: Side, day: str = TODAY, cause: int = 1, by: tuple[int, str] = JOBCENTRE) -> Any:
    body = {CPR: WHO, "CancellationDate": day, "CauseTypeIdentifier": code(cause)}
    return side.ask("UnemploymentEnrollmentService", "UnemploymentCancellation", body, by)


def test_an_enrolment_is_shown_as_it_was_sent_to_the_seventh_digit(side: Side) -> None:
    made = enrol(side, "2024-12-05T08:00:00.1234567+01:00", EmailAddressIdentifier="borger@example.invalid")

    (shown,) = status(side)["UnemploymentInfo"]["Unemployment"]
    assert shown["UnemploymentIdentifier"] == made["CreatedItemIdentifier"]
    assert shown["EnrollmentDate"] == "2024-12-05T08:00:00.1234567+01:00"
    assert shown["EmailAddressIdentifier"] == "borger@example.invalid"
    assert shown["RegistrationDateTime"] == made["ServiceReceipt"]["EventDate"]


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        ("2024-11-28T23:59:59", True),
        ("2024-11-29T00:00:00", False),
        (TODAY, False),
        ("2024-12-10T00:00:00+01:00", True),
        ("2024-12-09T23:30:00Z", True),
    ],
    ids=["11 days back", "10 days back", "today", "tomorrow", "tomorrow in Denmark"],
)
def test_an_enrolment_may_be_ten_days_back_and_no_day_ahead(side: Side, day: str, refused: bool) -> None:
    if refused:
        with pytest.raises(Faulted, match="4338"):
            enrol(side, day)
    else:
        assert enrol(side, day)["CreatedItemIdentifier"]


def test_professions_become_the_job_wishes_in_place_of_those_before(side: Side) -> None:
    profession = {"ConceptUriDa": "https://example.invalid/1", "HasEducation": True, "MonthsOfExperience": 0}
    enrol(
        side, Profession={"ProfessionType": [profession | {"YearLastUsed": 2020}, profession | {"YearLastUsed": 2021}]}
    )
    cancel(side)
    side.day = side.day.fromisoformat("2024-12-10")
    enrol(side, "2024-12-10T00:00:00", Profession={"ProfessionType": [profession | {"YearLastUsed": 2022}]})

    wishes = side.ask("UnemploymentEnrollmentService", "GetProfessionCollection", {CPR: WHO})
    assert wishes == {"ProfessionCollection": {"ProfessionType": [profession | {"YearLastUsed": 2022}]}}
    versions = history(side, "Profession")["ProfessionCollection"]
    years = [[wish["YearLastUsed"] for wish in each["ProfessionType"]] for each in versions]
    states = [each["RegistrationMetadata"] for each in versions]
    assert years == [[2020, 2021], [2022]]
    assert [(state["IsDeleted"], state["IsCurrent"]) for state in states] == [(False, False), (False, True)]
    assert [each["RegistrationDateTime"][:10] for each in versions] == ["2024-12-09", "2024-12-10"]


@pytest.mark.parametrize(
    ("numbers", "refusal"),
    [
        ({"YearLastUsed": -1, "MonthsOfExperience": 0}, "4698"),
        ({"YearLastUsed": 2020, "MonthsOfExperience": -1}, "4698"),
        ({"YearLastUsed": 999, "MonthsOfExperience": 0}, "4710"),
        ({"YearLastUsed": 10000, "MonthsOfExperience": 0}, "4710"),
    ],
)
def test_a_profession_with_a_wrong_number_refuses_the_whole_enrolment(
    side: Side, numbers: dict[str, int], refusal: str
) -> None:
    profession = {"ConceptUriDa": "https://example.invalid/1", "HasEducation": True, **numbers}

    with pytest.raises(Faulted, match=refusal):
        enrol(side, Profession={"ProfessionType": [profession]})

    assert side.versions("tilmelding", WHO) == []


@pytest.mark.parametrize(
    ("category", "unemployed", "refusal"), [(99, 1, "4313"), (1, 99, "4314"), (1, 3, "4339"), (3, 3, "")]
)
def test_codes_of_an_enrolment_have_their_own_numbers(side: Side, category: int, unemployed: int, refusal: str) -> None:
    if refusal:
        with pytest.raises(Faulted, match=refusal):
            enrol(side, category=category, unemployed=unemployed)
    else:
        assert enrol(side, category=category, unemployed=unemployed)


def test_a_second_enrolment_overlaps_until_the_day_the_first_ends(side: Side) -> None:
    enrol(side)
    with pytest.raises(Faulted, match="4316"):
        enrol(side)
    cancel(side)
    assert enrol(side)


def test_nobody_who_is_dead_or_unknown_is_enrolled(side: Side) -> None:
    with pytest.raises(Faulted, match="4405"):
        enrol(side, who=DEAD)
    with pytest.raises(Faulted, match="1010"):
        enrol(side, who="0000000000")


@pytest.mark.parametrize(
    ("day", "refused"),
    [("2024-12-08T00:00:00", True), (TODAY, False), ("2025-02-07T00:00:00", False), ("2025-02-08T00:00:00", True)],
    ids=["yesterday", "today", "60 days ahead", "61 days ahead"],
)
def test_a_cancellation_is_within_its_window(side: Side, day: str, refused: bool) -> None:
    enrol(side)
    if refused:
        with pytest.raises(Faulted, match="4322"):
            cancel(side, day)
    else:
        receipt = cancel(side, day)["ServiceReceipt"]
        newest = side.versions("tilmelding", WHO)[-1]
        assert (receipt["MessageIdentifier"], newest.content["afmeldingsdato"]) == (newest.id, day)


@pytest.mark.parametrize(
    ("cause", "by", "refusal"),
    [
        (99, JOBCENTRE, "4340"),
        (9, JOBCENTRE, "2003"),
        (8, JOBCENTRE, "6052"),
        (6, JOBCENTRE, "9118"),
        (7, A_KASSE, "9298"),
    ],
)
def test_a_cause_that_may_not_be_used_is_refused_with_its_number(
    side: Side, cause: int, by: tuple[int, str], refusal: str
) -> None:
    enrol(side)
    with pytest.raises(Faulted, match=refusal):
        cancel(side, cause=cause, by=by)


def test_causes_of_a_kasser_and_of_others_are_taken_from_them(side: Side) -> None:
    enrol(side)
    assert cancel(side, cause=6, by=A_KASSE)
    enrol(side)
    assert cancel(side, cause=7)


def test_who_is_not_enrolled_or_not_any_more_has_nothing_to_cancel(side: Side) -> None:
    with pytest.raises(Faulted, match="4367"):
        cancel(side)
    enrol(side)
    cancel(side)
    with pytest.raises(Faulted, match="4367"):
        cancel(side)


# contact groups and categories ----------------------------------------------------------------------------------------


def group(side: Side, operation: str = "CreateContactGroup", *, by: tuple[int, str] = JOBCENTRE, **given: Any) -> Any:
    asked = {"ContactGroupTypeIdentifier": code(given.pop("kind", 2)), "StartDate": TODAY, **given}
    return side.ask("PersonRegistrationService", operation, {CPR: WHO, "ContactGroup": asked}, by)


def category(side: Side, operation: str = "CreatePersonCategory", **given: Any) -> Any:
    asked = {"PersonCategoryTypeIdentifier": code(given.pop("kind", 8)), "StartDate": TODAY, **given}
    return side.ask("PersonRegistrationService", operation, {CPR: WHO, "PersonCategory": asked})


def test_a_contact_group_is_registered_under_the_callers_id_and_ends_by_an_update(side: Side) -> None:
    made = group(side, MessageIdentifier=ID.upper(), EventDate="2024-12-06T14:30:00")
    ended = group(side, "UpdateContactGroup", MessageIdentifier=ID, EndDate="2024-12-31T00:00:00")

    assert made["ServiceReceipt"]["MessageIdentifier"] == ended["ServiceReceipt"]["MessageIdentifier"] == ID
    first, last = history(side, "ContactGroup")["ContactGroup"]
    assert (first["EventDate"], first["RegistrationMetadata"]["IsCurrent"]) == ("2024-12-06T14:30:00", False)
    assert ("EventDate" in last, last["EndDate"]) == (False, "2024-12-31T00:00:00")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"kind": 9}, "4675"),
        ({"StartDate": "2024-12-08T00:00:00"}, "4703"),
        ({"StartDate": "2024-12-10T00:00:00"}, "4703"),
        ({"EndDate": "2024-12-08T00:00:00"}, "1003"),
        ({"MessageIdentifier": "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d21"}, "4977"),
        ({"by": A_KASSE}, "4575"),
    ],
)
def test_a_contact_group_that_can_not_be_is_refused(side: Side, given: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Faulted, match=refusal):
        group(side, **given)


def test_a_second_open_contact_group_is_refused(side: Side) -> None:
    group(side)
    with pytest.raises(Faulted, match="4644"):
        group(side)


def test_an_ended_or_unknown_contact_group_is_not_changed(side: Side) -> None:
    made = {"kontaktgruppeType": 2, "starttidspunkt": "2024-11-01T00:00:00", "sluttidspunkt": "2024-12-08T00:00:00"}
    side.put(registration("kontaktgruppe", ID, WHO, made))

    with pytest.raises(Faulted, match="8096"):
        group(side, "UpdateContactGroup", MessageIdentifier=ID)
    with pytest.raises(Faulted, match="1014"):
        group(side, "UpdateContactGroup", MessageIdentifier=ID[:-1] + "2")


def test_a_group_and_a_category_that_do_not_go_together_are_refused_from_either_side(side: Side) -> None:
    group(side, kind=1)
    with pytest.raises(Faulted, match="4731"):
        category(side, kind=8)
    side.store.reset()
    category(side, kind=8)
    with pytest.raises(Faulted, match="4731"):
        group(side, kind=4)


def test_category_three_stays_three_after_2024(side: Side) -> None:
    side.day = side.day.fromisoformat("2025-03-01")
    category(side, kind=3, StartDate="2025-03-01T00:00:00")

    (shown,) = status(side)["PersonCategoryInfo"]["PersonCategory"]
    assert shown["PersonCategoryTypeIdentifier"] == code(3)


def test_job_ready_goes_with_an_enrolment_and_activity_ready_without_one(side: Side) -> None:
    with pytest.raises(Faulted, match="4656"):
        category(side, kind=4)
    made = category(side, kind=5)["ServiceReceipt"]["MessageIdentifier"]
    enrol(side)
    with pytest.raises(Faulted, match="4655"):
        category(side, "UpdatePersonCategory", kind=5, MessageIdentifier=made)
    assert category(side, "UpdatePersonCategory", kind=4, MessageIdentifier=made)


# absences -------------------------------------------------------------------------------------------------------------


def absence(side: Side, operation: str = "CreateAbsence", **given: Any) -> Any:
    asked = {
        CPR: given.pop("who", WHO),
        "AbsenceTypeIdentifier": code(given.pop("kind", 10)),
        "StartDate": "2024-12-16T00:00:00+01:00",
        "NotificationDate": TODAY,
        **given,
    }
    receipt = side.ask("AbsenceRegistrationService", operation, {"Absence": asked})["ServiceReceipt"]
    return receipt["MessageIdentifier"]


def active(side: Side, id_: str, value: bool, who: str = WHO) -> Any:
    asked = {"AbsenceIdentifier": id_, CPR: who, "Active": value, "CorrectionComment": "Ved en fejl"}
    return side.ask("AbsenceActiveStatusService", "UpdateAbsenceActiveStatus", {"AbsenceActiveStatus": asked})


def information(side: Side, operation: str, id_: str, **given: Any) -> Any:
    body: dict[str, Any] = {CPR: WHO, "AbsenceIdentifier": id_, **given}
    if not operation.startswith("Delete"):
        body = {"AdditionalInformationOnAbsenceTypeIdentifier": code(1), "StartDate": TODAY, **body}
    return side.ask("AbsenceRegistrationService", f"{operation}AdditionalInformationOnAbsence", body)


def test_an_empty_remark_and_none_are_two_things(side: Side) -> None:
    absence(side, AbsenceComment="")
    absence(side, kind=8)

    empty, none = status(side)["AbsenceInfo"]["Absence"]
    assert empty["AbsenceComment"] == ""
    assert "AbsenceComment" not in none


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"kind": 5}, "2002"),
        ({"AbsenceCauseTypeIdentifier": code(6)}, "6052"),
        ({"EndDate": "2024-12-15T23:59:59"}, "1003"),
        ({"who": DEAD}, "4405"),
        ({"who": "0000000000"}, "1010"),
    ],
)
def test_an_absence_that_can_not_be_is_refused(side: Side, given: Mapping[str, Any], refusal: str) -> None:
    with pytest.raises(Faulted, match=refusal):
        absence(side, **given)


def test_absences_of_one_type_share_no_day(side: Side) -> None:
    absence(side, EndDate="2024-12-20T00:00:00")
    with pytest.raises(Faulted, match="4637"):
        absence(side, StartDate="2024-12-20T00:00:00")
    assert absence(side, StartDate="2024-12-21T00:00:00")
    assert absence(side, kind=8, StartDate="2024-12-20T00:00:00")


def test_an_update_replaces_what_an_absence_says(side: Side) -> None:
    made = absence(side, AbsenceComment="Aftalt")
    absence(side, "UpdateAbsence", AbsenceIdentifier=made.upper(), EndDate="2024-12-20T00:00:00")

    (shown,) = status(side)["AbsenceInfo"]["Absence"]
    assert ("AbsenceComment" in shown, shown["EndDate"]) == (False, "2024-12-20T00:00:00")
    with pytest.raises(Faulted, match="4632"):
        absence(side, "UpdateAbsence", AbsenceIdentifier=ID)


def test_a_deletion_is_taken_back_with_the_information_that_went_along(side: Side) -> None:
    made = absence(side)
    information(side, "Create", made, AdditionalInformationOnAbsenceIdentifier=ID)
    active(side, made, False)
    assert status(side)["AbsenceInfo"] == {}

    active(side, made, True)

    (shown,) = status(side)["AbsenceInfo"]["Absence"]
    (part,) = shown["AdditionalInformationOnAbsences"]["AdditionalInformationOnAbsence"]
    assert part["AdditionalInformationOnAbsenceIdentifier"] == ID
    comments = [each.get("CorrectionComment") for each in history(side, "Absence")["Absence"]]
    assert comments == [None, "Ved en fejl", None]


def test_an_active_absence_stays_as_it_is_and_an_unknown_one_is_refused(side: Side) -> None:
    made = absence(side)
    assert active(side, made, True)["ServiceReceipt"]["MessageIdentifier"] == made
    assert len(side.versions("fravaer", WHO)) == 1
    for value in (True, False):
        with pytest.raises(Faulted, match="4632"):
            active(side, ID, value)


def test_additional_information_is_made_changed_and_deleted_on_its_own_absence_only(side: Side) -> None:
    made, other = absence(side), absence(side, kind=8)
    mine = {"AdditionalInformationOnAbsenceIdentifier": ID}
    information(side, "Create", made, **mine)
    with pytest.raises(Faulted, match="4977"):
        information(side, "Create", made, **mine)
    with pytest.raises(Faulted, match="4632"):
        information(side, "Update", other, **mine)
    with pytest.raises(Faulted, match="1003"):
        information(side, "Update", made, EndDate="2024-12-08T00:00:00", **mine)
    information(side, "Update", made, AdditionalInformationOnAbsenceComment="Efter aftale", **mine)
    information(side, "Delete", made, CorrectionComment="Ved en fejl", **mine)

    (shown, _) = history(side, "Absence")["Absence"]
    versions = shown["AdditionalInformationOnAbsences"]["AdditionalInformationOnAbsence"]
    assert [each["RegistrationMetadata"]["IsDeleted"] for each in versions] == [False, False, True]
    assert [each.get("CorrectionComment") for each in versions] == [None, None, "Ved en fejl"]


# illness --------------------------------------------------------------------------------------------------------------


def item(**given: Any) -> dict[str, Any]:
    return {"StartDate": TODAY, "AbsenceTypeIdentifier": code(11), "NotificationDate": TODAY, **given}


def ill(side: Side, operation: str = "CreateIllness", *, more: Any = None, **given: Any) -> Any:
    body = {CPR: WHO, "AbsenceItem": item(**given), **(more or {})}
    return side.ask("IllnessCompositeService", operation, body)["ServiceReceipt"]["MessageIdentifier"]


def test_an_illness_ends_the_enrolment_that_it_comes_with(side: Side) -> None:
    enrol(side)
    made = ill(side, AbsenceIdentifier=ID, more={"UnemploymentCancellation": _cancellation()})

    shown = status(side)
    assert made == ID
    assert shown["IllnessInfo"]["Illness"][0]["AbsenceIdentifier"] == ID
    assert shown["UnemploymentInfo"]["Unemployment"][0]["CauseTypeIdentifier"] == code(3)


def test_an_illness_is_refused_as_a_whole(side: Side) -> None:
    with pytest.raises(Faulted, match="4367"):
        ill(side, more={"UnemploymentCancellation": _cancellation()})

    assert side.versions("fravaer", WHO) == []


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"StartDate": "2024-11-10T00:00:00"}, "4966"),
        ({"EndDate": TODAY}, "4980"),
        ({"AbsenceTypeIdentifier": code(10)}, "1014"),
        ({"AbsenceIdentifier": "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d0a"}, "4977"),
        ({"CompanyIdentifier": {"CVRnumberIdentifier": "1234567x"}}, "1014"),
    ],
)
def test_an_illness_that_can_not_be_is_refused(side: Side, given: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Faulted, match=refusal):
        ill(side, **given)


def test_four_weeks_back_is_recent_enough(side: Side) -> None:
    assert ill(side, StartDate="2024-11-11T00:00:00")


def test_a_recovery_enrols_and_switches_the_contact_group(side: Side) -> None:
    made = ill(side)
    group(side, kind=25, MessageIdentifier=ID)
    enrolment = {
        "ClientCategoryTypeIdentifier": code(4),
        "EnrollmentDate": TODAY,
        "CurrentUnemploymentStatusTypeIdentifier": code(1),
    }
    switched = {"ContactGroupTypeIdentifier": code(2), "StartDate": "2024-12-10T00:00:00+01:00"}
    more = {"UnemploymentEnrollment": enrolment, "ContactGroup": switched}
    end = {"EndDate": TODAY, "AbsenceCauseTypeIdentifier": code(1)}
    ill(side, "CreateRecovery", AbsenceIdentifier=made, more=more, **end)

    shown = status(side)
    assert shown["IllnessInfo"]["Illness"][0]["EndDate"] == TODAY
    assert len(shown["UnemploymentInfo"]["Unemployment"]) == 1
    groups = shown["ContactGroupInfo"]["ContactGroup"]
    ends = {each["ContactGroupTypeIdentifier"]["CodeListItemIdentifier"]: each.get("EndDate") for each in groups}
    assert ends == {25: "2024-12-10T00:00:00+01:00", 2: None}


def test_a_recovery_names_a_known_illness_and_leaves_its_first_day(side: Side) -> None:
    made = ill(side)
    with pytest.raises(Faulted, match="4632"):
        ill(side, "CreateRecovery")
    with pytest.raises(Faulted, match="4632"):
        ill(side, "CreateRecovery", AbsenceIdentifier=absence(side))
    with pytest.raises(Faulted, match="4647"):
        ill(side, "CreateRecovery", AbsenceIdentifier=made, StartDate="2024-12-10T00:00:00")


def test_an_illness_from_the_benefit_system_has_the_id_of_nemrefusion(side: Side) -> None:
    illness = {"NemRefusionIdentifier": ID, "IllnessStartDate": TODAY}
    body = {CPR: WHO, "Illness": illness, "SustenanceSystemCaseTypeIdentifier": code(2)}
    made = side.ask("IllnessRecoveryInformationService", "CreateIllness", body)

    (shown,) = status(side)["IllnessInfo"]["Illness"]
    assert made["ServiceReceipt"]["MessageIdentifier"] == shown["AbsenceIdentifier"] == ID
    assert shown["SustenanceSystemCaseTypeIdentifier"] == code(2)
    assert shown["NotificationDate"] == "2024-12-09T10:15:30.1234567+01:00"


def _cancellation() -> dict[str, Any]:
    return {"CancellationDate": TODAY, "CauseTypeIdentifier": code(3)}


# temporary addresses --------------------------------------------------------------------------------------------------

DANISH = {
    "StreetName": "Opdigtet Allé",
    "StreetBuildingIdentifier": "12B",
    "PostCodeIdentifier": "9999",
    "DistrictName": "Teststad",
}
FOREIGN = {"AddressLineOne": "Exempelgatan 1", "CountryIdentificationCode": "SE"}


def save(side: Side, start: str | None, end: str | None, *, abroad: dict[str, str] | None = None, **more: Any) -> Any:
    asked = {
        CPR: WHO,
        **({"StartDate": f"{start}T00:00:00"} if start else {}),
        **({"EndDate": f"{end}T00:00:00"} if end else {}),
        "IsForeign": abroad is not None,
        **({"ForeignAddress": abroad} if abroad else {"DanishAddress": DANISH}),
        **more,
    }
    body = {"PersonTemporaryAddress": asked}
    return side.ask("PersonTemporaryAddressService", "SavePersonTemporaryAddress", body)["ServiceReceipt"]


def test_a_save_makes_an_address_or_changes_the_one_there_is(side: Side) -> None:
    made = save(side, "2024-12-09", "2025-01-01", CareOfName="Test Testesen")
    changed = save(side, "2024-12-09", "2025-02-01", abroad=FOREIGN)

    assert made["MessageIdentifier"] == changed["MessageIdentifier"]
    shown = status(side)["AddressContactInfo"]["TemporaryAddress"]
    assert (shown["IsForeign"], shown["ForeignAddress"]) == (True, FOREIGN)
    assert "CareOfName" not in shown


def test_an_address_to_come_is_removed_by_ending_it_on_its_first_day(side: Side) -> None:
    made = save(side, "2024-12-20", "2025-01-01")
    save(side, "2024-12-20", "2024-12-20")
    assert status(side)["AddressContactInfo"] == {}
    assert save(side, "2024-12-20", "2025-01-01")["MessageIdentifier"] != made["MessageIdentifier"]
    assert len(history(side, "TemporaryAddress")["TemporaryAddress"]) == 2


@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        (None, "2025-01-01", "4403"),
        ("2024-12-09", None, "4403"),
        ("2024-12-20", "2024-12-20", "4401"),
        ("2024-12-20", "2024-12-19", "4401"),
        ("2024-12-01", "2024-12-09", "4402"),
        ("2024-12-09", "2025-03-10", "4376"),
    ],
)
def test_an_address_that_can_not_be_is_refused(side: Side, start: str | None, end: str | None, refusal: str) -> None:
    with pytest.raises(Faulted, match=refusal):
        save(side, start, end)


def test_ninety_days_and_an_end_tomorrow_are_accepted(side: Side) -> None:
    assert save(side, "2024-12-09", "2025-03-09")
    assert save(side, "2024-12-01", "2024-12-10")


def test_an_address_abroad_is_not_in_denmark_and_not_for_those_on_cash_benefit(side: Side) -> None:
    with pytest.raises(Faulted, match="4406"):
        save(side, "2024-12-09", "2025-01-01", abroad=FOREIGN | {"CountryIdentificationCode": "DK"})
    enrol(side, category=4)
    with pytest.raises(Faulted, match="4378"):
        save(side, "2024-12-09", "2025-01-01", abroad=FOREIGN)


def test_an_address_is_the_one_that_is_foreign_says(side: Side) -> None:
    with pytest.raises(Faulted, match="1014"):
        save(side, "2024-12-09", "2025-01-01", ForeignAddress=FOREIGN)


# joblog and the rest --------------------------------------------------------------------------------------------------


def test_an_entry_of_the_joblog_is_made_changed_and_deleted(side: Side) -> None:
    task = {"Body": {"Description": "Ring", "EventDate": "2024-12-16+01:00", "IsCompleted": False, "IsPrimary": True}}
    entry = {"Tasks": {"TaskType": [task]}, "JobTitle": "Opdigtet", "ApplicationDate": "2024-12-09"}
    made = side.ask("CitizenJoblogService", "CreateJobSearchEntry", {CPR: WHO, "JobSearchEntry": entry})
    id_ = made["ServiceReceipt"]["MessageIdentifier"]

    read = side.ask("JoblogService", "GetJobSearchEntry", {CPR: WHO, "Identifier": id_})["JobSearchEntry"]
    assert read["Tasks"]["TaskType"][0]["Body"]["EventDate"] == "2024-12-16"
    assert read["CreatedDate"] == read["LastModifiedDate"] == made["ServiceReceipt"]["EventDate"]
    changed = {"Identifier": id_, "Tasks": {}, "JobTitle": "En anden", "CompanyName": "Eksempel ApS"}
    side.ask("CitizenJoblogService", "UpdateJobSearchEntry", {CPR: WHO, "JobSearchEntry": changed})
    (short,) = side.ask("JoblogService", "PersonSearch", {CPR: WHO})["JobSearchEntries"]["JobSearchEntry"]
    assert (short["JobTitle"], short["CompanyName"]) == ("En anden", "Eksempel ApS")
    side.ask("CitizenJoblogService", "DeleteJobSearchEntry", {CPR: WHO, "Identifier": id_})
    assert side.ask("JoblogService", "PersonSearch", {CPR: WHO}) == {}
    for operation in ("UpdateJobSearchEntry", "DeleteJobSearchEntry"):
        body = {"JobSearchEntry": changed} if operation.startswith("Update") else {"Identifier": id_}
        with pytest.raises(Faulted, match="1014"):
            side.ask("CitizenJoblogService", operation, {CPR: WHO, **body})


def test_the_history_of_a_joblog_has_every_version_of_an_entry_with_its_reminders(side: Side) -> None:
    task = {"Body": {"Description": "Ring", "EventDate": "2024-12-16", "IsCompleted": False, "IsPrimary": True}}
    entry = {"Tasks": {"TaskType": [task]}, "JobTitle": "Opdigtet"}
    made = side.ask("CitizenJoblogService", "CreateJobSearchEntry", {CPR: WHO, "JobSearchEntry": entry})
    id_ = made["ServiceReceipt"]["MessageIdentifier"]
    side.day = side.day.fromisoformat("2024-12-10")
    side.ask("CitizenJoblogService", "DeleteJobSearchEntry", {CPR: WHO, "Identifier": id_}, STAR)

    first, last = history(side, "JobSearch")["JobSearchEntry"]

    assert [each["Tasks"]["TaskType"][0]["Body"]["Description"] for each in (first, last)] == ["Ring", "Ring"]
    assert first["CreatedDate"] == first["LastModifiedDate"] == last["CreatedDate"] < last["LastModifiedDate"]
    authorities = [each["RegistrationMetadata"].pop("RegisteringAuthority") for each in (first, last)]
    assert [each["OrganisationTypeIdentifier"] for each in authorities] == [8, 1]
    assert first["RegistrationMetadata"] == {"IsDeleted": False, "IsCurrent": False}
    assert last["RegistrationMetadata"] == {"IsDeleted": True, "IsCurrent": True}


def test_documents_of_an_entry_outlive_its_update(side: Side) -> None:
    who, id_ = citizen("nytilmeldt"), "6d1f7a0e-53c5-4f0e-9a43-0a5c1e2b7d31"
    entry = {"Identifier": id_, "Tasks": {}, "JobTitle": "Opdigtet"}
    side.ask("CitizenJoblogService", "UpdateJobSearchEntry", {CPR: who, "JobSearchEntry": entry})

    read = side.ask("JoblogService", "GetJobSearchEntry", {CPR: who, "Identifier": id_})["JobSearchEntry"]
    assert read["Documents"]["DocumentType"][0]["FileName"] == "Ansøgning.pdf"


def test_a_health_limitation_is_shown_changed_and_deleted(side: Side) -> None:
    limitation = {"HealthLimitationDescription": "Kan ikke løfte", "StartDate": TODAY}
    ask = ("PersonRegistrationService", "CreateHealthLimitation")
    made = side.ask(*ask, {CPR: WHO, "HealthLimitation": limitation})["ServiceReceipt"]["MessageIdentifier"]
    (shown,) = status(side)["HealthLimitationInfo"]["HealthLimitation"]
    assert (shown["MessageIdentifier"], shown["HealthLimitationDocumentation"]) == (made, False)
    ended = {"MessageIdentifier": made, **limitation, "EndDate": "2024-12-08T00:00:00"}
    with pytest.raises(Faulted, match="1003"):
        side.ask("PersonRegistrationService", "UpdateHealthLimitation", {CPR: WHO, "HealthLimitation": ended})
    side.ask("PersonRegistrationService", "DeleteHealthLimitation", {CPR: WHO, "MessageIdentifier": made})
    assert status(side)["HealthLimitationInfo"] == {}


def test_a_category_with_an_interview_is_registered_whole_or_not_at_all(side: Side) -> None:
    interview = {
        "MessageIdentifier": ID,
        "InterviewTypeIdentifier": code(1),
        "ResponsibleAuthority": {"AuthorityStructure": {"AuthorityCode": "10101"}},
    }
    kind = {"PersonCategoryTypeIdentifier": code(8), "StartDate": TODAY}
    body = {CPR: WHO, "PersonCategory": kind, "PersonInterview": interview}
    side.ask("PersonRegistrationService", "CreatePersonCategoryAndInterview", body)
    with pytest.raises(Faulted, match="4977"):
        side.ask("PersonRegistrationService", "CreatePersonCategoryAndInterview", body)

    assert len(side.versions("personkategori", WHO)) == len(side.versions("old.interview", WHO)) == 1


def test_a_name_that_the_asylum_system_has_is_on_the_receipt_of_a_booking(side: Side) -> None:
    who = citizen("asylsag")
    ill_ = {"fravaerType": 11, "startDato": TODAY, "anmeldelsesDato": TODAY}
    side.put(registration("fravaer", ID, who, ill_))
    body = {
        CPR: who,
        "RegistrationDate": TODAY,
        "IllnessIdentifier": ID,
        "BookingStartTime": TODAY,
        "InterviewOptionID": ID,
        "InterviewContactTypeIdentifier": code(1),
    }
    receipt = side.ask("IllnessCompositeService", "ReportIllnessRecoveryAndBook", body, STAR)["IllnessReceipt"]

    assert receipt["PersonNameStructure"] == {"PersonGivenName": "Test", "PersonSurnameName": "Testesen"}
    with pytest.raises(Faulted, match="4575"):
        side.ask("IllnessCompositeService", "ReportIllnessRecoveryAndBook", body)


def test_midnight_at_the_end_of_a_day_is_kept_as_the_next_days_beginning(side: Side) -> None:
    absence(side, StartDate="2024-12-31T24:00:00")
    assert status(side)["AbsenceInfo"]["Absence"][0]["StartDate"] == "2025-01-01T00:00:00"


def test_a_time_that_no_calendar_has_is_refused(side: Side) -> None:
    with pytest.raises(Faulted, match="1014"):
        absence(side, StartDate="10000-01-01T00:00:00")
    with pytest.raises(Faulted, match="1014"):
        absence(side, StartDate="0001-01-01T00:00:00+14:00")
