"""Beskeder: the old queue (WsrmService), and the content of its messages (WsrmMessageService 10 and 11).

The queue is a modern service of the gateway's own, /beskeder. The content is read from the other areas' histories when
it is asked for, by the caller's own right: so it is what stands by then, and only what the caller may see.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from overgang.areas.shown import CONTACT_GROUP, ENROLLMENT, PAST_ABSENCE, PAST_INFORMATION, PERSON_CATEGORY, version_of
from overgang.core import beskeder
from overgang.core.area import Operation, Placed
from overgang.core.beskeder import Besked
from overgang.core.errors import CallerFault
from overgang.core.fields import Table
from overgang.core.flow import Flow
from overgang.core.messages import RestRequest, SoapCall
from overgang.core.paths import path
from overgang.core.values import Tidspunkt

SEKVENS: Final = "/beskeder/v1/Sekvens"
EN_SEKVENS: Final = SEKVENS + "/{sekvensIdentifier}"
SEKVENS_BESKEDER: Final = EN_SEKVENS + "/Besked"
KVITTERING: Final = EN_SEKVENS + "/Kvittering"
LUK: Final = EN_SEKVENS + "/Luk"
SERVICE: Final = "WsrmMessageService"
OPSLAG: Final = "/beskeder/v1/Besked/Opslag"

# Refusals of the modern side that mean: not this citizen, not for this receiver. The message has no content then.
NOT_VISIBLE: Final = (1001, 1010, 4404, 4511, 4575, 4922, 6005, 60006)
_URN: Final = re.compile(r"urn:uuid:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_DURATION: Final = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?")
_LONGEST: Final = timedelta(days=3660)  # no sequence is kept so long


# ---- the queue


def create_sequence(call: SoapCall) -> Flow:
    """CreateSequence = CreateSekvens; how long it is kept is the service's to grant (case: sekvens)."""
    wanted = call.body.get("Expires")
    json = {} if wanted is None else _until(call, str(wanted))
    reply = yield RestRequest("POST", path(SEKVENS), json=json)
    kept = Tidspunkt(reply.json["udloeber"]).moment - call.received
    return {"Identifier": _urn(reply.json["sekvensIdentifier"]), "Expires": f"PT{max(round(kept.total_seconds()), 0)}S"}


def sequence(call: SoapCall) -> Flow:
    """Sequence = GetSekvensBeskeder: the first messages that wait, until they are acknowledged (case: koe)."""
    count = call.body.get("MaxMessageCount", 100)
    reply = yield RestRequest("GET", _path(SEKVENS_BESKEDER, call.body), query={"antal": str(count)})
    waiting = [_waiting(one) for one in reply.json["beskeder"]]
    return {"Identifier": call.body["Identifier"]} | ({"SequenceMessage": waiting} if waiting else {})


def sequence_acknowledgement(call: SoapCall) -> Flow:
    """SequenceAcknowledgement = UpdateSekvensKvittering (case: kvittering)."""
    ranges = [{"fra": one["@Lower"], "til": one["@Upper"]} for one in call.body.get("AcknowledgementRange", ())]
    yield RestRequest("PUT", _path(KVITTERING, call.body), json={"intervaller": ranges})
    return {"Identifier": call.body["Identifier"]}


def ack_requested(call: SoapCall) -> Flow:
    """AckRequested = GetSekvensKvittering (case: kvittering_spurgt)."""
    asked = call.body["AckRequested"]
    reply = yield RestRequest("GET", _path(KVITTERING, asked))
    ranges = [{"@Lower": one["fra"], "@Upper": one["til"]} for one in reply.json["intervaller"]]
    return {"Identifier": asked["Identifier"]} | ({"AcknowledgementRange": ranges} if ranges else {})


def close_sequence(call: SoapCall) -> Flow:
    """CloseSequence = LukSekvens (case: sekvens_lukket)."""
    last = call.body.get("LastMsgNumber")
    yield RestRequest("PUT", _path(LUK, call.body), json={} if last is None else {"sidsteNummer": last})
    return {"Identifier": call.body["Identifier"]}


def terminate_sequence(call: SoapCall) -> Flow:
    """TerminateSequence = DeleteSekvens (case: sekvens_slut)."""
    yield RestRequest("DELETE", _path(EN_SEKVENS, call.body))
    return {"Identifier": call.body["Identifier"]}


def _path(template: str, asked: Mapping[str, Any]) -> Any:
    found = _URN.fullmatch(asked["Identifier"])
    if found is None:
        raise CallerFault(19001, "wsrm.unknown-sequence", element="Identifier", expected="an id of CreateSequence")
    return path(template, sekvensIdentifier=found[1].lower())


def _urn(identifier: str) -> str:
    return f"urn:uuid:{identifier}"


def _until(call: SoapCall, duration: str) -> dict[str, str]:
    """Until when a sequence is wanted, as the body says it; PT0S asks for none in particular."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        expected = "a duration of days, hours, minutes and seconds"
        raise CallerFault(19006, "wsrm.expires", element="Expires", expected=expected)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    wanted = min(timedelta(days=min(days, 9999), hours=hours, minutes=minutes, seconds=seconds), _LONGEST)
    return {"udloeber": (call.received + wanted).isoformat()} if wanted else {}


def _waiting(one: Mapping[str, Any]) -> dict[str, Any]:
    """A message as the queue hands it out: it names the operation that fetches its content."""
    return {
        "MessageNumber": one["sekvensnummer"],
        "MessageIdentifier": one["beskedIdentifier"],
        "ServiceName": SERVICE,
        "OperationName": one["metode"],
        "CreatedDateTime": Tidspunkt(one["oprettelsestidspunkt"]),
    }


# ---- the content


@dataclass(frozen=True, slots=True)
class Content:
    """Where the content of a kind of message is read: the modern `operation`, its collection, and the key in it.

    `within` is the list inside of an item in which the registration stands, with the property of the item that names
    it. `element` is the payload's name in the old answer.
    """

    besked: Besked
    operation: str
    template: str
    collection: str
    key: str
    element: str
    table: Table
    within: str = ""

    def found(self, reply: Mapping[str, Any], entity: str) -> dict[str, Any] | None:
        """The newest version of a registration in a history, with the id of what it belongs to; None without one."""
        own = [item for item in self._items(reply[self.collection]) if str(item[self.key]).lower() == entity.lower()]
        newest = [item for item in own if item["registreringsmetadata"]["erAktuel"]]
        found = newest or own
        return found[-1] if found else None

    def _items(self, items: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for item in items:
            if not self.within:
                yield dict(item)
            for one in item.get(self.within, ()):
                yield {**one, "fravaerIdentifier": item["fravaerIdentifier"]}


def _content(of: Content) -> Callable[[SoapCall], Flow]:
    def get(call: SoapCall) -> Flow:
        messages = yield from _messages(call, of.besked)
        read = yield from _read(messages, of.template)
        items = []
        for one in messages:
            history = read.get(one["civilregistrationIdentifier"])
            found = None if history is None else of.found(history, one["eksternIdentifier"])
            if found is not None:
                items.append(_item(of, one, found))
        return {f"{of.besked.name}Message": items} if items else {}

    get.__doc__ = f"{of.besked.operation} = GetBeskedOpslag, then {of.operation} of each citizen once."
    return get


def get_cpr_changed(call: SoapCall) -> Flow:
    """GetCprChangedVersion1 = GetBeskedOpslag, then GetKontaktgruppeHistorik of each citizen once.

    The event itself says which number it was before (case: cpr_skift); what is read only shows whether the receiver may
    still see the citizen (case: cpr_skift_ikke_laengere_synlig).
    """
    messages = yield from _messages(call, beskeder.CPR_CHANGED)
    read = yield from _read(messages, _KONTAKTGRUPPE[1])
    items = [
        {
            "MessageIdentifier": one["beskedIdentifier"],
            "PersonCivilRegistrationIdentifier": one["civilregistrationIdentifier"],
            "FormerPersonCivilRegistrationIdentifier": one["indhold"]["tidligereCivilregistrationIdentifier"],
        }
        for one in messages
        if "indhold" in one and one["civilregistrationIdentifier"] in read
    ]
    return {"CprChangedMessage": items} if items else {}


def _read(messages: Sequence[Mapping[str, Any]], template: str) -> Any:
    """What the modern side shows of each citizen, by number; of one whom the caller may not see, nothing."""
    citizens = dict.fromkeys(one["civilregistrationIdentifier"] for one in messages)
    asked = tuple(
        RestRequest("GET", path(template), citizen=one, expects=(200,), knows=NOT_VISIBLE) for one in citizens
    )
    replies = (yield asked) if asked else ()
    return {one: reply.json for one, reply in zip(citizens, replies, strict=True) if reply.status == 200}


def _messages(call: SoapCall, besked: Besked) -> Any:
    """Those of the messages asked for that are the caller's and of this kind, in the order of the queue."""
    ids = dict.fromkeys(one.lower() for one in call.body["MessageIdentifier"])
    reply = yield RestRequest("GET", path(OPSLAG), query={"beskedIdentifiers": ",".join(ids)})
    return [one for one in reply.json["beskeder"] if one["metode"] == besked.operation]


def _item(of: Content, message: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    authority = found["registreringsmetadata"].get("registrerendeMyndighed")
    item: dict[str, Any] = {"MessageIdentifier": message["beskedIdentifier"]}
    payload = of.table.to_old(found)
    if authority is not None and "dfdgRegistreringstidspunkt" in found:
        item["RequestUserMetadata"] = {
            "RegisteringAuthority": payload["RegistrationMetadata"]["RegisteringAuthority"],
            "RegistrationDateTime": payload["RegistrationDateTime"],
        }
    item["PersonCivilRegistrationIdentifier"] = message["civilregistrationIdentifier"]
    if of.within:
        item["AbsenceIdentifier"] = found["fravaerIdentifier"]
    return item | {of.element: payload}


# ---- what is bridged

_ENROLLMENT, _ABSENCE = version_of(ENROLLMENT), version_of(PAST_ABSENCE)
_PERSONVISITERING: Final = "/visiteringogstatus/v1/PersonVisitering"
_KONTAKTGRUPPE: Final = (
    "GetKontaktgruppeHistorik",
    f"{_PERSONVISITERING}/kontaktgruppe/historik",
    "kontaktgrupper",
)
_TILMELDING: Final = ("GetTilmeldingHistorik", "/visiteringogstatus/v1/Tilmelding/historik", "tilmeldinger")
_FRAVAER: Final = ("GetFravaerHistorik", "/visiteringogstatus/v1/Fravaer/historik", "fravaer")

CONTENTS: Final = (
    Content(
        beskeder.CONTACT_GROUP,
        *_KONTAKTGRUPPE,
        "kontaktgruppeIdentifier",
        "ContactGroup",
        version_of(CONTACT_GROUP),
    ),
    Content(
        beskeder.PERSON_CATEGORY,
        "GetPersonkategoriHistorik",
        f"{_PERSONVISITERING}/personkategori/historik",
        "personkategorier",
        "personkategoriIdentifier",
        "PersonCategory",
        version_of(PERSON_CATEGORY),
    ),
    Content(beskeder.ENROLLMENT, *_TILMELDING, "tilmeldingId", "Unemployment", _ENROLLMENT),
    Content(beskeder.CANCELLATION, *_TILMELDING, "tilmeldingId", "Unemployment", _ENROLLMENT),
    Content(beskeder.ABSENCE, *_FRAVAER, "fravaerIdentifier", "Absence", _ABSENCE),
    Content(
        beskeder.INFORMATION,
        *_FRAVAER,
        "yderligereInfoOmFravaerIdentifier",
        "AdditionalInformationOnAbsence",
        PAST_INFORMATION,
        within="yderligereInfo",
    ),
    Content(beskeder.EDUCATION, *_FRAVAER, "fravaerIdentifier", "Absence", _ABSENCE),
)

_IDS = Table(elsewhere={"MessageIdentifier": "the query's beskedIdentifiers"})


def _operation(of: Content) -> Operation:
    place = f"{of.collection}.{of.within}" if of.within else of.collection
    return Operation(
        of.besked.operation,
        _content(of),
        modern=("GetBeskedOpslag", of.operation),
        evidence="partly" if of.besked.old_evidence == "documented" else "reconstructed",
        requests=(Placed("", _IDS, "GetBeskedOpslag"),),
        replies=(Placed(f"{of.besked.name}Message/{of.element}", of.table, of.operation, place),),
    )


CONTENT: Final = (
    *(_operation(one) for one in CONTENTS),
    Operation(
        beskeder.CPR_CHANGED.operation,
        get_cpr_changed,
        modern=("GetBeskedOpslag", "GetKontaktgruppeHistorik"),
        evidence="partly",
        requests=(Placed("", _IDS, "GetBeskedOpslag"),),
    ),
)

# What the queue says of itself: nobody's.
SAYS: Final = (SERVICE, *(one.operation for one in beskeder.KINDS), *(one.entity_name for one in beskeder.KINDS))

# Documented, but of parts of DFDG that are not modernised here.
NOT_BRIDGED: Final = {
    10: ("GetInterviewDeadlineVersion1", "GetInterviewDeadlineVersion2", "GetProviderStatusChangedVersion1"),
    11: ("GetAppropriationNotificationVersion5", "GetBenefitsAccountFromFormerUnemploymentFundVersion3"),
}

_SEKVENS = {"Identifier": "the path's sekvensIdentifier"}
_SLUT = Table(elsewhere=_SEKVENS | {"LastMsgNumber": "not needed: what was not acknowledged is handed out again"})
_SIDSTE = Table(elsewhere=_SEKVENS | {"LastMsgNumber": "the body's sidsteNummer"})


def _walk(name: str, flow: Callable[[SoapCall], Flow], modern: str, *requests: Placed) -> Operation:
    return Operation(name, flow, modern=(modern,), evidence="partly", requests=requests, again=True)


QUEUE: Final = (
    _walk(
        "CreateSequence",
        create_sequence,
        "CreateSekvens",
        Placed(
            "",
            Table(elsewhere={"AcksTo": "nothing is sent there: the receiver acknowledges", "Expires": "udloeber"}),
            "CreateSekvens",
        ),
    ),
    _walk(
        "Sequence",
        sequence,
        "GetSekvensBeskeder",
        Placed("", Table(elsewhere=_SEKVENS | {"MaxMessageCount": "the query's antal"}), "GetSekvensBeskeder"),
    ),
    _walk(
        "SequenceAcknowledgement",
        sequence_acknowledgement,
        "UpdateSekvensKvittering",
        Placed("", Table(elsewhere=_SEKVENS | {"AcknowledgementRange": "intervaller"}), "UpdateSekvensKvittering"),
    ),
    _walk(
        "AckRequested",
        ack_requested,
        "GetSekvensKvittering",
        Placed("AckRequested", Table(elsewhere=_SEKVENS), "GetSekvensKvittering"),
    ),
    _walk("CloseSequence", close_sequence, "LukSekvens", Placed("", _SIDSTE, "LukSekvens")),
    _walk("TerminateSequence", terminate_sequence, "DeleteSekvens", Placed("", _SLUT, "DeleteSekvens")),
)
