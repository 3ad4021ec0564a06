"""Joblog: the old JoblogService and CitizenJoblogService and what they become.

The old create knows no id, its receipt's MessageIdentifier is the entry's: here the jobsoegningslogningIdentifier that
the gateway gives. Reminders (Tasks) without an id get one too, so that a repeat of the call is the same request.
"""

import re
from typing import Any, Final

from overgang.core.area import Operation, Placed
from overgang.core.fields import BOOLEAN, DATO, GUID, TEXT, TIDSPUNKT, Codec, Field, Table, nested, repeated
from overgang.core.flow import Flow, Step, once
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.values import Tidspunkt

JOBLOG: Final = "/jobsearch/v1/Joblog/Jobsoegning"
EN_JOBSOEGNING: Final = JOBLOG + "/{jobsoegningslogningIdentifier}"

CITIZEN = {"PersonCivilRegistrationIdentifier": "the header x-civilRegistrationIdentifier"}
IN_PATH = {"Identifier": "the path's jobsoegningslogningIdentifier"}

_ZONE: Final = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})$")
# An old day may carry a time zone, the modern one may not; it is the day that is written.
DAG = Codec("a day", lambda day: _ZONE.sub("", day), DATO.to_old)

BODY = Table(
    Field("Description", "beskrivelse", TEXT),
    Field("EventDate", "haendelsesdato", DAG),
    Field("EventTime", "haendelsestidspunkt", TIDSPUNKT),
    Field("IsCompleted", "erGennemfoert", BOOLEAN),
    Field("IsPrimary", "erPrimaer", BOOLEAN),
)
TASK = Table(
    Field("Identifier", "joblogopgaveIdentifier", GUID),
    Field("Body", "opgavedetajler", nested(BODY)),
)
TASKS = Table(Field("TaskType", "joblogopgave", repeated(TASK)))
DOCUMENT = Table(
    Field("Identifier", "joblogdokumentIdentifier", GUID),
    Field("FileName", "filnavn", TEXT),
)
DOCUMENTS = Table(Field("DocumentType", "joblogdokument", repeated(DOCUMENT)))

_TASKS = Field("Tasks", "joblogOpgaver", nested(TASKS))
_JOB = (Field("JobTitle", "stillingsbetegnelse", TEXT), Field("CompanyName", "virksomhedsnavn", TEXT))
_APPLIED = Field("ApplicationDate", "ansoegningsdato", DAG)
_MADE = (
    Field("Identifier", "jobsoegningslogningIdentifier", GUID),
    Field("CreatedDate", "oprettelsestidspunkt", TIDSPUNKT),
    Field("LastModifiedDate", "aendringstidspunkt", TIDSPUNKT),
)

NEW_ENTRY = Table(_TASKS, *_JOB, _APPLIED)
CHANGED_ENTRY = Table(_TASKS, *_JOB, _APPLIED, elsewhere=IN_PATH)
ENTRY = Table(*_MADE, _TASKS, Field("Documents", "joblogdokumenter", nested(DOCUMENTS)), *_JOB, _APPLIED)
SUMMARY = Table(*_MADE, *_JOB)


def get_job_search_entry(call: SoapCall) -> Flow:
    """GetJobSearchEntry = GetJoblogJobsoegning."""
    reply = yield RestRequest(
        "GET",
        path(EN_JOBSOEGNING, jobsoegningslogningIdentifier=call.body["Identifier"]),
        citizen=call.body["PersonCivilRegistrationIdentifier"],
    )
    return {"JobSearchEntry": ENTRY.to_old(reply.json["jobsoegningslogning"])}


def person_search(call: SoapCall) -> Flow:
    """PersonSearch = GetJoblogJobsoegninger; an empty joblog is an empty answer (case: joblog_tom).

    The old answer has no place for the ansoegningsdato; it is in GetJobSearchEntry's.
    """
    reply = yield RestRequest("GET", path(JOBLOG), citizen=call.body["PersonCivilRegistrationIdentifier"])
    entries = [SUMMARY.to_old(entry) for entry in reply.json["jobsoegningslogninger"]]
    return {"JobSearchEntries": {"JobSearchEntry": entries}} if entries else {}


def create_job_search_entry(call: SoapCall) -> Flow:
    """CreateJobSearchEntry = CreateJoblogJobsoegning, with an id of ours: its outcome is known without an answer."""
    citizen, entry_id = call.body["PersonCivilRegistrationIdentifier"], call.new_id("jobsoegning")
    write = RestRequest(
        "POST",
        path(JOBLOG),
        citizen=citizen,
        json={"jobsoegningslogningIdentifier": entry_id} | _entry(call, NEW_ENTRY),
    )
    item = yield from once(call, "CreateJoblogJobsoegning", write, lambda: _read_back(call, citizen, entry_id))
    return _receipt(call, entry_id, item)


def update_job_search_entry(call: SoapCall) -> Flow:
    """UpdateJobSearchEntry = UpdateJoblogJobsoegning."""
    citizen, entry_id = call.body["PersonCivilRegistrationIdentifier"], call.body["JobSearchEntry"]["Identifier"]
    wanted = _entry(call, CHANGED_ENTRY)
    write = RestRequest(
        "PUT",
        path(EN_JOBSOEGNING, jobsoegningslogningIdentifier=entry_id),
        citizen=citizen,
        json=wanted,
    )
    item = yield from once(call, "UpdateJoblogJobsoegning", write, lambda: _read_back(call, citizen, entry_id, wanted))
    return _receipt(call, call.new_id("UpdateJoblogJobsoegning"), item)


def delete_job_search_entry(call: SoapCall) -> Flow:
    """DeleteJobSearchEntry = DeleteJoblogJobsoegning."""
    citizen, entry_id = call.body["PersonCivilRegistrationIdentifier"], call.body["Identifier"]
    write = RestRequest("DELETE", path(EN_JOBSOEGNING, jobsoegningslogningIdentifier=entry_id), citizen=citizen)
    item = yield from once(
        call, "DeleteJoblogJobsoegning", write, lambda: _read_back(call, citizen, entry_id, deleted=True)
    )
    return _receipt(call, call.new_id("DeleteJoblogJobsoegning"), item)


def _entry(call: SoapCall, table: Table) -> dict[str, Any]:
    """The modern entry; each reminder without an id has one of ours, by its place in the call."""
    entry = table.to_new(call.body["JobSearchEntry"])
    tasks = entry["joblogOpgaver"].get("joblogopgave", [])
    for number, task in enumerate(tasks):
        tasks[number] = {"joblogopgaveIdentifier": call.new_id(f"joblogopgave {number + 1}")} | task
    return entry


def _read_back(
    call: SoapCall, citizen: str, entry_id: str, wanted: dict[str, Any] | None = None, *, deleted: bool = False
) -> Step:
    """The version of the entry that this call registered, in the wanted state; else None."""
    reply = yield RestRequest("GET", path(JOBLOG + "/historik"), citizen=citizen)
    entries = reply.json["jobsoegningslogninger"]
    same = (entry for entry in entries if entry["jobsoegningslogningIdentifier"].lower() == entry_id.lower())
    return next((entry for entry in same if _of(call, entry, deleted) and _says(entry, wanted)), None)


def _of(call: SoapCall, entry: dict[str, Any], deleted: bool) -> bool:
    """Whether a version can be what this call registered: the current one, or one made since the call.

    One made since and replaced again counts, or a late repeat would undo the newer change (case:
    jobsoegning_rettet_gentaget_efter_nyere). Only a deleted one counts where a deletion is asked for, and nowhere else.
    """
    state = entry["registreringsmetadata"]
    since = Tidspunkt(entry["aendringstidspunkt"]).moment >= call.caller.registered.moment
    return state["erSlettet"] is deleted and (state["erAktuel"] or since)


def _says(entry: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    """Whether an entry has the wanted values and no others, whatever zone its times are written in."""
    if wanted is None:
        return True
    there = {field.new: entry[field.new] for field in CHANGED_ENTRY.fields if field.new in entry}
    return bool(_comparable(there) == _comparable(wanted))


def _comparable(value: Any, name: str = "") -> Any:
    """A value with its points in time as moments, its ids in lower case, and empty lists left out."""
    if isinstance(value, dict):
        return {key: _comparable(part, key) for key, part in value.items() if part != []}
    if isinstance(value, list):
        return [_comparable(part) for part in value]
    if name == "haendelsestidspunkt":
        return Tidspunkt(value).moment
    return value.lower() if name == "joblogopgaveIdentifier" else value


def _receipt(call: SoapCall, identifier: str, item: Any) -> dict[str, Any]:
    """ServiceReceipt; on a read-back the modern side's own time of the change, else the time of this call."""
    changed = item.get("aendringstidspunkt") if isinstance(item, dict) else None
    event = Tidspunkt(changed) if changed else call.event_date
    return {"ServiceReceipt": {"EventDate": event, "MessageIdentifier": identifier}}


def _placed(where: str, table: Table, modern: str, at: str) -> tuple[Placed, ...]:
    """An entry's table, and those of its reminders."""
    inside = f"{at}.joblogOpgaver" if at else "joblogOpgaver"
    return (
        Placed(where, table, modern, at),
        Placed(f"{where}/Tasks", TASKS, modern, inside),
        Placed(f"{where}/Tasks/TaskType", TASK, modern, f"{inside}.joblogopgave"),
        Placed(f"{where}/Tasks/TaskType/Body", BODY, modern, f"{inside}.joblogopgave.opgavedetajler"),
    )


READ = (
    Operation(
        "GetJobSearchEntry",
        get_job_search_entry,
        modern=("GetJoblogJobsoegning",),
        evidence="partly",
        requests=(Placed("", Table(elsewhere=CITIZEN | IN_PATH), "GetJoblogJobsoegning"),),
        replies=(
            *_placed("JobSearchEntry", ENTRY, "GetJoblogJobsoegning", "jobsoegningslogning"),
            Placed(
                "JobSearchEntry/Documents", DOCUMENTS, "GetJoblogJobsoegning", "jobsoegningslogning.joblogdokumenter"
            ),
            Placed(
                "JobSearchEntry/Documents/DocumentType",
                DOCUMENT,
                "GetJoblogJobsoegning",
                "jobsoegningslogning.joblogdokumenter.joblogdokument",
            ),
        ),
    ),
    Operation(
        "PersonSearch",
        person_search,
        modern=("GetJoblogJobsoegninger",),
        evidence="partly",
        requests=(Placed("", Table(elsewhere=CITIZEN), "GetJoblogJobsoegninger"),),
        replies=(
            Placed("JobSearchEntries/JobSearchEntry", SUMMARY, "GetJoblogJobsoegninger", "jobsoegningslogninger"),
        ),
    ),
)

WRITE = (
    Operation(
        "CreateJobSearchEntry",
        create_job_search_entry,
        modern=("CreateJoblogJobsoegning", "GetJoblogJobsoegningHistorik"),
        evidence="reconstructed",
        requests=(
            Placed("", Table(elsewhere=CITIZEN), "CreateJoblogJobsoegning"),
            *_placed("JobSearchEntry", NEW_ENTRY, "CreateJoblogJobsoegning", ""),
        ),
    ),
    Operation(
        "UpdateJobSearchEntry",
        update_job_search_entry,
        modern=("UpdateJoblogJobsoegning", "GetJoblogJobsoegningHistorik"),
        evidence="reconstructed",
        requests=(
            Placed("", Table(elsewhere=CITIZEN), "UpdateJoblogJobsoegning"),
            *_placed("JobSearchEntry", CHANGED_ENTRY, "UpdateJoblogJobsoegning", ""),
        ),
    ),
    Operation(
        "DeleteJobSearchEntry",
        delete_job_search_entry,
        modern=("DeleteJoblogJobsoegning", "GetJoblogJobsoegningHistorik"),
        evidence="reconstructed",
        requests=(Placed("", Table(elsewhere=CITIZEN | IN_PATH), "DeleteJoblogJobsoegning"),),
    ),
)
