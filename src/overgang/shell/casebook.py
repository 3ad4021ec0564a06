"""Playing a case: the whole pipeline from envelope bytes to envelope bytes, with the case as the modern side."""

import asyncio
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from lxml import etree

from overgang.core.area import Area
from overgang.core.messages import Caller, Notice, RestReply, RestRequest
from overgang.shell import example
from overgang.shell.clock import at
from overgang.shell.driver import Driver
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Answer, Bridged, Post, SoapFace
from overgang.shell.upstream import trouble
from overgang.wire import cases, guard
from overgang.wire.cases import Case
from overgang.wire.envelope import Version
from overgang.wire.soap_fault import DETAILS

_SOAP11 = {"s": Version.SOAP11.namespace, "d": DETAILS}
KEY = b"the key of cases, not of a deployment"


def load_cases(areas: Iterable[Area]) -> list[Case]:
    """The cases of `areas`, from their cases/ folders, in order of their names ("tilmelding/cases/i_dag")."""
    found = []
    for area in areas:
        folder = files(f"overgang.areas.{area.name}").joinpath("cases")
        for entry in sorted(folder.iterdir(), key=lambda file: file.name):
            if entry.name.endswith(".case"):
                name = f"{area.name}/{entry.name.removesuffix('.case')}"
                found.append(cases.parse(entry.read_text(encoding="utf-8"), name))
    return found


@dataclass(slots=True)
class Played:
    """What happened, block by block, and the difference to what the case says; no difference, and it holds."""

    transcript: list[tuple[str, str]] = field(default_factory=list)
    difference: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.difference

    def compare(self, block: str, expected: str, actual: str) -> None:
        self.transcript.append((block, actual))
        if expected != actual:
            lines = difflib.unified_diff(
                expected.splitlines(), actual.splitlines(), "the case", "what happened", lineterm=""
            )
            self.difference += [f"---------- {block}", *lines]


class _Script:
    """The modern side of one play: compares each request with the case and answers with its reply."""

    def __init__(self, case: Case, played: Played) -> None:
        self._case, self._played = case, played
        self.names = cases.Names(case)
        self.asked = 0
        self.kept: list[str] = []

    async def keep(self, notices: Sequence[Notice]) -> None:
        self.kept += [f"{notice.kind} {notice.receiver}" for notice in notices]

    async def send(self, request: RestRequest, caller: Caller) -> RestReply:
        number, self.asked = self.asked, self.asked + 1
        expected = self._case.rest_out[number] if number < len(self._case.rest_out) else "nothing more"
        actual = self.names.hide(cases.written(request))
        self._played.compare("rest out", cases.normal(expected) if "/" in expected else expected, actual)
        block = self._case.rest_in[number] if number < len(self._case.rest_in) else "unavailable"
        self._played.transcript.append(("rest in", block))
        if block in cases.TROUBLE:
            raise trouble(f"upstream.{block}", unclear=request.writes)
        return cases.reply(self.names.show(block))


class Casebook:
    """Plays cases against the loaded contracts and remembers which elements their answers had."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._answered: dict[tuple[str, str], set[str]] = {}

    def answered(self, service: str, operation: str) -> frozenset[str]:
        """The paths of the output elements that played cases of an operation have had in their answers."""
        return frozenset(self._answered.get((service, operation), ()))

    def play(self, case: Case) -> Played:
        """Play a case through the whole pipeline. Raises CaseError when it does not fit the contracts."""
        service = self._service(case)
        played = Played([("soap in", case.soap_in)])
        script = _Script(case, played)
        driver = Driver(self._loaded.modern, script, script)
        face = SoapFace(driver, self._loaded.codelists, guard.Limits(), KEY, {})
        body = _envelope(case, service)
        answer = asyncio.run(face.answer(Post(service, body, "text/xml; charset=utf-8", (), at(case.day)())))
        if script.asked < len(case.rest_out):
            played.compare("rest out", case.rest_out[script.asked], "nothing more")
        expected, actual = self._answers(case, service, answer, script.names)
        played.compare("soap out", expected, actual)
        played.compare("rules cited", " ".join(case.cites), " ".join(answer.cited))
        if case.keeps != cases.ANY:
            played.compare("messages kept", case.keeps, ", ".join(script.kept))
        return played

    def _service(self, case: Case) -> Bridged:
        for service in self._loaded.services:
            if (service.contract.name, service.version) == (case.service, case.version):
                return service
        raise cases.CaseError(f"{case.name}: no contract {case.service}/{case.version}")

    def _answers(self, case: Case, service: Bridged, answer: Answer, names: cases.Names) -> tuple[str, str]:
        """The expected and the actual answer, laid out alike."""
        body = _parsed(answer.body.decode()).find("s:Body", _SOAP11)
        child = body[0] if body is not None and len(body) else None
        if child is None or child.tag == f"{{{Version.SOAP11.namespace}}}Fault":
            actual = _fault(child)
        else:
            actual = self._laid_out(service, child, answered=True)
        actual = names.hide(actual)
        if not case.soap_out.startswith("<"):  # a fault, or what is said of an old side that gave no answer
            return case.soap_out, actual
        return names.hide(self._laid_out(service, _parsed(names.show(case.soap_out)))), actual

    def _laid_out(self, service: Bridged, node: etree._Element, *, answered: bool = False) -> str:
        """A valid answer as lines; an invalid one as its problems."""
        plans = {
            bridge.answer.qname: (bridge.contract.name, bridge.answer)
            for bridge in service.bridges.values()
            if bridge.answer
        }
        name, plan = plans.get(node.tag, ("", None))
        if plan is None:
            return f"no answer of {service.contract.name}: {etree.QName(node).localname}"
        if problems := service.contract.problems(node):
            return "\n".join(f"invalid: {problem.path}: expected {problem.expected}" for problem in problems)
        if answered:
            self._answered.setdefault((service.contract.name, name), set()).update(_paths(node))
        return "\n".join([plan.name, *cases.flat(plan.decode(node))])


def _paths(node: etree._Element, above: str = "") -> Iterator[str]:
    for child in node.iterchildren("*"):
        path = f"{above}{etree.QName(child).localname}"
        yield path
        yield from _paths(child, f"{path}/")


def _envelope(case: Case, service: Bridged) -> bytes:
    """The case's body in an envelope with both header blocks, as its caller would send it."""
    bridge = service.bridges.get(case.element)
    if bridge is None:
        raise cases.CaseError(f"{case.name}: no operation of {case.service} takes this element")
    return example.envelope(bridge, case.soap_in, case.caller, case.registered)


def _fault(fault: etree._Element | None) -> str:
    if fault is None:
        return "nothing"
    code = fault.findtext("faultcode", "").rpartition(":")[2]
    number = fault.findtext("detail/d:FaultDetails/d:ErrorCode", "", _SOAP11)
    return f"Fault {code} {number}\n{fault.findtext('detail/d:FaultDetails/d:Message', '', _SOAP11)}"


def _parsed(text: str) -> etree._Element:
    return guard.parse(text.encode(), guard.Limits())
