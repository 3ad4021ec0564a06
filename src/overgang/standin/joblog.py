"""JoblogService and CitizenJoblogService: the entries of a citizen's joblog."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from overgang.reference.store import Registration
from overgang.standin import kinds
from overgang.standin.calls import Answer, Call, Operation, receipt
from overgang.standin.moments import kept, kept_day


def _get(call: Call) -> Answer:
    """1014 for an entry that the citizen's joblog does not have."""
    return {"JobSearchEntry": job_search_entry(call, call.known(kinds.JOBLOG, call.body["Identifier"], 1014))}


def job_search_entry(call: Call, entry: Registration) -> dict[str, Any]:
    """An entry with its reminders and documents."""
    said = entry.content
    documents = said.get("joblogdokumenter", {}).get("joblogdokument", [])
    return _short(call, entry) | {
        "Tasks": {"TaskType": [_task(each) for each in said["joblogOpgaver"].get("joblogopgave", [])]},
        "Documents": {"DocumentType": [_document(each) for each in documents]},
        "ApplicationDate": said.get("ansoegningsdato"),
    }


def _search(call: Call) -> Answer:
    """Oldest first; nothing at all for an empty joblog."""
    entries = call.live(kinds.JOBLOG)
    return {"JobSearchEntries": {"JobSearchEntry": [_short(call, each) for each in entries]}} if entries else {}


def _short(call: Call, entry: Registration) -> dict[str, Any]:
    first = next(each for each in call.transaction.versions(kinds.JOBLOG, call.citizen) if each.id == entry.id)
    return {
        "Identifier": entry.id,
        "CreatedDate": first.registered_at,
        "LastModifiedDate": entry.registered_at,
        "JobTitle": entry.content["stillingsbetegnelse"],
        "CompanyName": entry.content.get("virksomhedsnavn"),
    }


def _task(said: Mapping[str, Any]) -> dict[str, Any]:
    details = said["opgavedetajler"]
    return {
        "Identifier": said["joblogopgaveIdentifier"],
        "Body": {
            "Description": details["beskrivelse"],
            "EventDate": details["haendelsesdato"],
            "EventTime": details.get("haendelsestidspunkt"),
            "IsCompleted": details["erGennemfoert"],
            "IsPrimary": details["erPrimaer"],
        },
    }


def _document(said: Mapping[str, str]) -> dict[str, str]:
    return {"Identifier": said["joblogdokumentIdentifier"], "FileName": said["filnavn"]}


# writes ---------------------------------------------------------------------------------------------------------------


def _create(call: Call) -> Answer:
    return receipt(call.put(kinds.JOBLOG, str(uuid4()), _content(call.body["JobSearchEntry"])))


def _update(call: Call) -> Answer:
    """Its documents stay."""
    entry = call.known(kinds.JOBLOG, call.body["JobSearchEntry"]["Identifier"], 1014)
    documents = {name: value for name, value in entry.content.items() if name == "joblogdokumenter"}
    return receipt(call.put(kinds.JOBLOG, entry.id, _content(call.body["JobSearchEntry"]) | documents))


def _delete(call: Call) -> Answer:
    return receipt(call.delete(call.known(kinds.JOBLOG, call.body["Identifier"], 1014), None))


def _content(asked: Mapping[str, Any]) -> dict[str, Any]:
    tasks = [_kept_task(each) for each in asked["Tasks"].get("TaskType", [])]
    content: dict[str, Any] = {
        "joblogOpgaver": {"joblogopgave": tasks} if tasks else {},
        "stillingsbetegnelse": asked["JobTitle"],
    }
    if "CompanyName" in asked:
        content["virksomhedsnavn"] = asked["CompanyName"]
    if "ApplicationDate" in asked:
        content["ansoegningsdato"] = kept_day(asked["ApplicationDate"])
    return content


def _kept_task(asked: Mapping[str, Any]) -> dict[str, Any]:
    body = asked["Body"]
    details: dict[str, Any] = {
        "beskrivelse": body["Description"],
        "haendelsesdato": kept_day(body["EventDate"]),
        "erGennemfoert": body["IsCompleted"],
        "erPrimaer": body["IsPrimary"],
    }
    if "EventTime" in body:
        details["haendelsestidspunkt"] = kept(body["EventTime"])
    return {"joblogopgaveIdentifier": asked.get("Identifier", str(uuid4())).lower(), "opgavedetajler": details}


READING: Final = {"GetJobSearchEntry": Operation(_get), "PersonSearch": Operation(_search)}
WRITING: Final = {
    "CreateJobSearchEntry": Operation(_create, refuses_dead=True),
    "UpdateJobSearchEntry": Operation(_update, refuses_dead=True),
    "DeleteJobSearchEntry": Operation(_delete),
}
