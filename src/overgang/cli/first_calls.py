"""The first calls that `overgang demo` prints: ready to paste, and they work as printed."""

from datetime import datetime, time
from urllib.parse import quote

from overgang.core.values import COPENHAGEN, Tidspunkt, Value
from overgang.shell.config import Config
from overgang.shell.example import USER, envelope
from overgang.shell.loading import Loaded

SERVICE, OPERATION = "AbsenceRegistrationService", "CreateAbsence"
JOBCENTER = (8, "10101")
BORGERLIGT_OMBUD = 3


def text(loaded: Loaded, config: Config, citizen: str, now: datetime) -> str:
    """A SOAP call that registers an absence of today, and REST calls that show it and the message about it."""
    return (
        f"Register an absence as an old system does (paste as it is):\n\n{soap_call(loaded, config, citizen, now)}\n\n"
        f"See it as a migrated system does:\n\n{rest_call(config, citizen, now)}\n\n"
        f"Read the message about it that the jobcenter gets:\n\n{messages_call(config, now)}\n\nCtrl-C stops."
    )


def soap_call(loaded: Loaded, config: Config, citizen: str, now: datetime) -> str:
    """curl with the whole envelope; the same paste again is the same call, so it gets the same registration."""
    service = next(service for service in loaded.services if service.contract.name == SERVICE)
    bridge = next(bridge for bridge in service.bridges.values() if bridge.contract.name == OPERATION)
    today = datetime.combine(now.astimezone(COPENHAGEN).date(), time(), COPENHAGEN).isoformat()
    absence: dict[str, Value] = {
        "PersonCivilRegistrationIdentifier": citizen,
        "AbsenceTypeIdentifier": {"CodeListItemIdentifier": BORGERLIGT_OMBUD},
        "StartDate": Tidspunkt(today),
        "NotificationDate": Tidspunkt(today),
    }
    body = bridge.request.encode({"Absence": absence})
    message = envelope(bridge, body, JOBCENTER, _registered(now)).decode().replace("><", ">\n<")
    address = f"{config.listen.public}{config.listen.prefix}/{service.version}/{SERVICE}.svc"
    return (
        f"curl -sS {address} \\\n  -H 'Content-Type: text/xml; charset=utf-8' \\\n"
        f"  -H 'SOAPAction: \"{bridge.contract.soap_action}\"' \\\n  --data-binary @- <<'XML'\n{message}\nXML"
    )


def rest_call(config: Config, citizen: str, now: datetime) -> str:
    """curl for the same citizen's absences."""
    return _get(config, "visiteringogstatus/v1/Fravaer", now, {"x-civilRegistrationIdentifier": citizen})


def messages_call(config: Config, now: datetime) -> str:
    """curl for the messages of the same jobcenter."""
    return _get(config, "beskeder/v1/Besked", now, {})


def _get(config: Config, path: str, now: datetime, more: dict[str, str]) -> str:
    names, (kind, code) = config.headers, JOBCENTER
    headers = more | {
        names.organisation_type: str(kind),
        names.organisation_code: code,
        names.user_full_name: quote(str(USER["full_name"]), safe=" "),
        names.user_type: str(USER["type"]),
        names.user_identifier: str(USER["identifier"]),
        names.user_organisation_type: str(kind),
        names.user_organisation_code: code,
        names.registered: _registered(now),
    }
    lines = [f"curl -sS {config.listen.public}/{path}"]
    lines += [f"  -H '{name}: {value}'" for name, value in headers.items()]
    return " \\\n".join(lines)


def _registered(now: datetime) -> str:
    return now.astimezone(COPENHAGEN).isoformat(timespec="microseconds")
