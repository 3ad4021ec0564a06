"""What an area declares: its old operations, the rules of its modern ones, and what it leaves out on purpose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from overgang.core.fields import Table
from overgang.core.flow import Flow
from overgang.core.messages import SoapCall
from overgang.core.rules import Afterwards, Law, ReplyRule, Rule

Evidence = Literal["documented", "partly", "reconstructed"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An old operation and its flow.

    `modern` names the operationIds it may call. `tables` places each field table: the path of the old structure below
    the message's root element, its table, and the operationId whose request (or reply) carries it. `again`: what it
    changes may be changed once more by a repeat, which is carried out anew and not answered with what is kept.
    """

    name: str
    flow: Callable[[SoapCall], Flow]
    modern: tuple[str, ...]
    evidence: Evidence
    requests: tuple["Placed", ...] = ()
    replies: tuple["Placed", ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A table and where it stands: old path ("Absence", or "" for the root element) and modern operationId.

    `at` is the place in the modern body, e.g. "joboensker" for the items of that array. `modern` is "" where the
    gateway itself answers.
    """

    old: str
    table: Table
    modern: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One frozen contract, wsdl/<name>/<version>/, and the operations of it that are bridged.

    `forwarded` names operations that are knowingly not bridged. Several areas may share a contract, each with its own
    operations.
    """

    name: str
    version: int
    operations: tuple[Operation, ...]
    forwarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """Something of a contract that is left out on purpose: what, why, and who answers for it."""

    what: str
    reason: str
    owner: str


@dataclass(frozen=True, slots=True)
class Area:
    """One folder under areas/. `rules`, `reply_rules` and `afterwards` are keyed by operationId of openapi.yaml.

    `says` are the texts that its flows put into modern requests of themselves: they are nobody's.
    """

    name: str
    title: str
    services: tuple[Service, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    laws: tuple[Law[Any], ...] = ()
    reply_rules: Mapping[str, tuple[ReplyRule, ...]] = field(default_factory=dict)
    afterwards: Mapping[str, tuple[Afterwards, ...]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    says: tuple[str, ...] = ()
