"""A kept difference as something to run: a curl command, and a case file with the old answer as what is expected."""

import re
import shlex
from typing import Final

from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.compare.values import Compared, Kept, Reply
from overgang.core.values import COPENHAGEN

_BODY: Final = re.compile(
    r"<(?P<outer>(?:[\w.-]+:)?Envelope\b[^>]*)>.*?<(?P<inner>(?:[\w.-]+:)?Body\b[^>]*)(?<!/)>(?P<content>.*)"
    r"</(?:[\w.-]+:)?Body\s*>",
    re.DOTALL,
)
_DECLARED: Final = re.compile(r"\s(xmlns(?::[\w.-]+)?)=(\"[^\"]*\")")
_FIRST: Final = re.compile(r"\s*<([^\s/>]+)([^>]*?)(/?)>", re.DOTALL)
_REGISTERED: Final = re.compile(r"<(?:[\w.-]+:)?RegistrationDateTime[^>]*>([^<]+)<")
_FAULT: Final = re.compile(r"\s*<(?:[\w.-]+:)?Fault\b")
_CODE: Final = re.compile(r"<(?:[\w.-]+:)?(?:faultcode|Value)[^>]*>\s*(?:[\w.-]+:)?([\w.-]+)\s*<")
_NUMBER: Final = re.compile(r"<(?:[\w.-]+:)?ErrorCode[^>]*>\s*(\d+)\s*<")
_MESSAGE: Final = re.compile(r"<(?:[\w.-]+:)?Message[^>]*>([^<]*)<")
_CLIENT: Final = {"Sender": "Client", "Receiver": "Server"}  # a case names the codes as SOAP 1.1 does
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
NOT_SENT: Final = "not-sent"  # the trouble of a write that was computed and checked only
_CALLER: Final = re.compile(r"(\d+)/(\S+)")


def curl(compared: Compared, address: str, trial: TrialCitizens | None = None) -> str:
    """A shell command that sends the kept (masked) request to `address`; with `trial`, about one of its citizens.

    Raises ValueError when none is kept.
    """
    kept = _kept(compared)
    request = kept.request if trial is None else trial.put_in(kept.request)
    text = request.decode("utf-8", "replace")
    headers = [f"Content-Type: {kept.content_type}", *([f"SOAPAction: {kept.action}"] if kept.action else [])]
    end = "END"
    while end in text:
        end += "_"
    lines = [
        f"curl -sS {shlex.quote(address)}",
        *(f"-H {shlex.quote(header)}" for header in headers),
        f"--data-binary @- <<'{end}'",
    ]
    said = "" if trial is None else "# Each citizen number is replaced by one of the trial's; the rest is masked.\n"
    return said + " \\\n  ".join(lines) + f"\n{text}\n{end}\n"


def case(compared: Compared) -> str:
    """A case file: the kept request's Body, what was asked of the modern side, and what the old side answered, masked.

    It holds once the gateway answers as the old side did. Raises ValueError when no call is kept.
    """
    kept = _kept(compared)
    day = compared.at.astimezone(COPENHAGEN).date().isoformat()
    caller = compared.caller if _CALLER.fullmatch(compared.caller) else "0/0"
    request = kept.request.decode("utf-8", "replace")
    registered = _REGISTERED.search(request)
    head = [
        f"{compared.operation} differs in {_places(compared)}.{_missing(kept)}",
        f"on: {day}",
        f"call: {compared.service}",
        f"caller: {caller}",
        f"seen: comparison of {day}, masked ({compared.id})",
        *([f"registered: {registered[1].strip()}"] if registered else []),
        *([f"cites: {' '.join(compared.rules)}"] if compared.rules else []),
        *(["keeps: *"] if any(not out.startswith("GET ") for out, _ in kept.exchanges or ()) else []),
    ]
    soap_in, names = _content(request), _Names(request)
    blocks = ["---------- soap in", soap_in]
    for out, back in kept.exchanges or ():
        blocks += ["---------- rest out", names.sent(out), "---------- rest in", names.came(back)]
    names.sent(kept.new.body.decode("utf-8", "replace"))
    blocks += ["---------- soap out", names.came(_expected(kept.old))]
    return "\n".join([*head, *blocks]) + "\n"


class _Names:
    """The names {id-1}, {id-2} ... of the uuids that the gateway makes: those that no message before had."""

    def __init__(self, request: str) -> None:
        self._known = {found.lower() for found in _UUID.findall(request)}
        self._made: dict[str, str] = {}

    def sent(self, text: str) -> str:
        """What the gateway wrote; uuids that are new in it are its own."""
        for found in _UUID.findall(text):
            if found.lower() not in self._known:
                self._made.setdefault(found.lower(), f"{{id-{len(self._made) + 1}}}")
        return self._named(text)

    def came(self, text: str) -> str:
        """What somebody else wrote."""
        text = self._named(text)
        self._known.update(found.lower() for found in _UUID.findall(text))
        return text

    def _named(self, text: str) -> str:
        return _UUID.sub(lambda found: self._made.get(found[0].lower(), found[0]), text)


def _kept(compared: Compared) -> Kept:
    if compared.kept is None:
        raise ValueError(f"nothing is kept of the comparison {compared.id}")
    return compared.kept


def _missing(kept: Kept) -> str:
    """What the case can't show."""
    if kept.new.trouble == NOT_SENT:
        return " The write was not sent: its reply is to be put in the place of the last one."
    return " What was asked of the modern side is not kept." if kept.exchanges is None else ""


def _places(compared: Compared) -> str:
    found = list(dict.fromkeys(judged.difference.place for judged in compared.judged))
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more if found else "nothing"


def _expected(old: Reply) -> str:
    """The soap out block: the Body's child, or a fault as a case writes it."""
    text = old.body.decode("utf-8", "replace")
    if old.trouble or not (content := _content(text)):
        return f"(the old side gave no SOAP answer: {old.trouble or old.status})"
    if not _FAULT.match(content):
        return content
    code, number, message = (found.search(content) for found in (_CODE, _NUMBER, _MESSAGE))
    named = code[1] if code else "Server"
    line = f"Fault {_CLIENT.get(named, named)} {number[1] if number else ''}".rstrip()
    return f"{line}\n{_unescaped(message[1]) if message else ''}".rstrip()


def _content(envelope: str) -> str:
    """The Body's child with the namespace declarations that it inherits; "" when there is none.

    Kept messages are written by masking: no comment, CDATA section or instruction stands in them.
    """
    found = _BODY.search(envelope)
    first = _FIRST.match(found["content"]) if found else None
    if found is None or first is None:
        return ""
    inherited = {**dict(_DECLARED.findall(f" {found['outer']}")), **dict(_DECLARED.findall(f" {found['inner']}"))}
    own = dict(_DECLARED.findall(first[2]))
    rest = found["content"][first.end() :]
    used = {
        name: uri
        for name, uri in inherited.items()
        if name not in own and (name == "xmlns" or f"{name.removeprefix('xmlns:')}:" in found["content"])
    }
    added = "".join(f" {name}={uri}" for name, uri in used.items())
    return f"<{first[1]}{added}{first[2]}{first[3]}>{rest}".strip()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
