"""Which reads a status or a history asks, and what becomes of their replies; the rest is in the cases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from ruling import CITIZEN, MAY_CALL, VIRKSOMHED, context, request

from overgang.areas.laesning.area import AREA
from overgang.areas.laesning.mapping import EVER, NOW, get_person_history, get_variable_person_status
from overgang.core.errors import CallerFault, Fault, UpstreamFault
from overgang.core.flow import Played, play
from overgang.core.messages import RestReply, SoapCall
from overgang.core.organisations import JOBCENTER

TODAY = date(2025, 1, 15)
NOT_MODERNISED = ("Core", "Authority", "CV")
ADDRESSES = request("GET", "/borgerkommunikation/v1/MidlertidigAdresse")
STATUS = request("GET", "/visiteringogstatus/v2/VisiteringOgStatusStatus")
MADE = {"dfdgRegistreringstidspunkt": "2025-01-06T09:12:13Z"}


def call(body: dict[str, Any], organisation: int = JOBCENTER) -> SoapCall:
    received = datetime(2025, 1, 15, 11, tzinfo=UTC)
    caller = context(organisation, day=TODAY).caller
    return SoapCall("PersonStatusService", 20, "GetVariablePersonStatus", body, caller, received, TODAY, b"a call")


def status(*flags: str, organisation: int = JOBCENTER) -> SoapCall:
    names = (*NOT_MODERNISED, *(collection.flag for collection in NOW))
    kinds = {name: name in flags for name in names}
    asked = {"PersonCivilRegistrationIdentifier": CITIZEN, "RequestVariableType": kinds}
    return call({"VariablePersonStatusRequest": asked}, organisation)


def history(*flags: str, organisation: int = JOBCENTER) -> SoapCall:
    kinds = {collection.flag: collection.flag in flags for collection in EVER}
    asked = {"PersonCivilRegistrationIdentifier": CITIZEN, "RequestHistoryType": kinds}
    return call({"PersonHistoryRequest": asked}, organisation)


def addresses(*items: dict[str, Any]) -> Played:
    reply = RestReply(200, {"midlertidigAdresse": list(items)})
    return play(get_variable_person_status(status("AddressContact")), (reply,))


def address(start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    kept = {"slutdato": f"{end}T00:00:00"} if end else {}
    where = {} if "udenlandskAdresse" in more else {"postadresse": {"vejnavn": "Testvej", "husnummer": "1"}}
    return {"startdato": f"{start}T00:00:00"} | kept | where | MADE | more


@pytest.mark.parametrize("collection", NOW, ids=lambda collection: collection.flag)
def test_each_flag_of_a_status_asks_one_read_and_no_other(collection: Any) -> None:
    played = play(get_variable_person_status(status(collection.flag)), (RestReply(200, {collection.new: []}),))
    assert played.requests == ((request("GET", collection.template),),)
    assert played.answer == {collection.old: {}}


@pytest.mark.parametrize("collection", EVER, ids=lambda collection: collection.flag)
def test_each_flag_of_a_history_asks_one_read_and_no_other(collection: Any) -> None:
    played = play(get_person_history(history(collection.flag)), (RestReply(200, {collection.new: []}),))
    assert played.requests == ((request("GET", collection.template),),)
    assert played.answer == {collection.old: {}}


def test_a_call_that_knows_no_later_flag_reads_neither_of_its_collections() -> None:
    older = history("AbsenceHistory")
    flags = older.body["PersonHistoryRequest"]["RequestHistoryType"]
    del flags["JobSearchHistory"], flags["ProfessionHistory"]
    played = play(get_person_history(older), (RestReply(200, {"fravaer": []}),))
    assert played.requests == ((request("GET", "/visiteringogstatus/v1/Fravaer/historik"),),)
    assert played.answer == {"AbsenceHistory": {}}


def test_each_version_of_a_collection_of_job_wishes_has_its_own_wishes() -> None:
    versions = [{"joboensker": [{"aarSidstBrugt": year} for year in years]} | MADE for years in ((2020, 2021), ())]
    played = play(get_person_history(history("ProfessionHistory")), (RestReply(200, {"joboenskehistorik": versions}),))
    first, last = played.answer["ProfessionHistory"]["ProfessionCollection"]
    assert [wish["YearLastUsed"] for wish in first["ProfessionType"]] == [2020, 2021]
    assert not last["ProfessionType"]


def test_without_a_flag_nothing_is_asked() -> None:
    assert play(get_variable_person_status(status())) == Played((), {})
    assert play(get_person_history(history())) == Played((), {})


def test_what_is_asked_for_is_read_at_once_and_each_read_once() -> None:
    flags = ("AddressContact", "ContactGroup", "PersonCategory", "HealthLimitation")
    there: dict[str, list[Any]] = {
        "kontaktgrupper": [],
        "personkategorier": [],
        "helbredsbegraensninger": [],
        "aktivitetstillaeg": [],
    }
    played = play(get_variable_person_status(status(*flags)), (RestReply(200, {}), RestReply(200, there)))
    assert played.requests == ((ADDRESSES, STATUS),)
    assert played.answer == {
        "AddressContactInfo": {},
        "ContactGroupInfo": {},
        "PersonCategoryInfo": {},
        "HealthLimitationInfo": {},
    }


def test_one_read_that_fails_fails_the_call_with_its_own_cause() -> None:
    cause = UpstreamFault(1100, "upstream.timeout")
    with pytest.raises(UpstreamFault) as raised:
        play(get_variable_person_status(status("AddressContact", "Absence")), cause)
    assert raised.value is cause


@pytest.mark.parametrize(("modern", "old"), [(60006, 1010), (60007, 4405), (4404, 4404)])
def test_the_numbers_of_the_domain_of_addresses_become_the_old_ones(modern: int, old: int) -> None:
    for flow in (get_variable_person_status(status("AddressContact")), get_person_history(history("AbsenceHistory"))):
        with pytest.raises(CallerFault) as raised:
            play(flow, CallerFault(modern, f"upstream.{modern}"))
        assert raised.value.number == old


@pytest.mark.parametrize("flag", NOT_MODERNISED)
def test_a_flag_whose_collection_is_not_modernised_is_named_and_nothing_is_read(flag: str) -> None:
    with pytest.raises(CallerFault) as raised:
        play(get_variable_person_status(status(flag, "Absence")))
    fault: Fault = raised.value
    assert (fault.number, fault.key) == (1014, "laesning.samling")
    assert fault.element == f"VariablePersonStatusRequest/RequestVariableType/{flag}"


@pytest.mark.parametrize("organisation", MAY_CALL)
def test_organisations_that_may_read(organisation: int) -> None:
    assert play(get_variable_person_status(status(organisation=organisation))).answer == {}
    assert play(get_person_history(history(organisation=organisation))).answer == {}


def test_a_company_may_not_read_and_is_told_so_before_anything_else() -> None:
    for flow in (
        get_variable_person_status(status("CV", organisation=VIRKSOMHED)),
        get_person_history(history(organisation=VIRKSOMHED)),
    ):
        with pytest.raises(CallerFault) as raised:
            play(flow)
        assert raised.value.number == 4575


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        pytest.param("2025-01-10", "2025-01-16", True, id="it holds today"),
        pytest.param("2025-01-10", "2025-01-15", False, id="it holds until today, which is no part of it"),
        pytest.param("2025-01-15", "2025-01-16", True, id="it begins today"),
        pytest.param("2025-02-01", "2025-03-01", True, id="it is to come"),
        pytest.param("2025-02-01", "2025-02-01", False, id="it was removed before it began"),
        pytest.param("2025-01-10", None, True, id="it has no end"),
        pytest.param("2024-01-10", "2024-02-10", False, id="it has ended"),
    ],
)
def test_a_temporary_address_is_shown_while_it_holds_or_is_to_come(start: str, end: str | None, shown: bool) -> None:
    info = addresses(address(start, end)).answer["AddressContactInfo"]
    assert ("TemporaryAddress" in info) is shown


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_addresses_the_earliest_that_lasts_is_shown(turned: bool) -> None:
    items = [address("2025-01-01", "2025-01-15"), address("2025-01-15", "2025-02-01"), address("2025-02-01")]
    shown = addresses(*(reversed(items) if turned else items)).answer["AddressContactInfo"]["TemporaryAddress"]
    assert shown["StartDate"] == "2025-01-15T00:00:00"


def test_whether_an_address_is_abroad_is_told_by_what_it_is() -> None:
    abroad = address("2025-01-10", udenlandskAdresse={"adresselinje1": "Testgatan 1", "landekode": "SE"})
    for item, said in ((abroad, True), (address("2025-01-10"), False)):
        shown = addresses(item).answer["AddressContactInfo"]["TemporaryAddress"]
        assert shown["IsForeign"] is said


def test_a_day_that_no_calendar_has_is_the_modern_sides_fault() -> None:
    with pytest.raises(UpstreamFault) as raised:
        addresses(address("2025-02-30"))
    assert (raised.value.element, "02-30" in raised.value.text) == ("startdato", False)


def test_a_value_that_has_no_old_form_is_the_modern_sides_fault_and_is_not_told() -> None:
    exempt = {"fritagelser": [{"fritagelsestype": "secret"}]}
    reply = RestReply(200, {"sygemeldinger": [{"fravaerIdentifier": "x"} | MADE | exempt]})
    with pytest.raises(UpstreamFault) as raised:
        play(get_variable_person_status(status("Illness")), (reply,))
    assert (raised.value.element, "secret" in raised.value.text) == ("fritagelsestype", False)


def test_the_waivers_are_the_collections_that_are_refused() -> None:
    told = {waiver.what.rpartition(" ")[2] for waiver in AREA.waivers}
    assert told == {f"{flag}Info" for flag in NOT_MODERNISED}
    assert all(waiver.reason and waiver.owner for waiver in AREA.waivers)
