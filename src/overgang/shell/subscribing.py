"""The subscriptions of this gateway at the modern side: what is wanted, what there is, and bringing it up to date.

EksternKommunikation.AbonnementService (SyncWebhookAbonnementer): the request is the full wanted list, all or nothing
of which takes effect. Its fields are documented, the paths and the reading of what there is are reconstructed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from overgang.shell.client import Posts
from overgang.shell.config import Config
from overgang.shell.config_messages import MessageSettings

DOMAIN: Final = "eksternkommunikation"
_PATH: Final = "/v1/Abonnement"
_ASKS: Final = {"Accept": "application/json"}


class SubscribingError(Exception):
    """The modern side can't be asked, or refused; `lines` has what it said, a line for each mistake."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wanted and is not there, and what is there and is not wanted; both as the contract writes them."""

    missing: tuple[Mapping[str, Any], ...]
    surplus: tuple[Mapping[str, Any], ...]
    same: int

    def lines(self) -> list[str]:
        """A line for each."""
        return [*(f"+ {_told(one)}" for one in self.missing), *(f"- {_told(one)}" for one in self.surplus)]


def wanted(settings: MessageSettings) -> list[dict[str, Any]]:
    """The subscriptions that the configuration asks for."""
    return [
        {
            "orgType": int(one.receiver.partition("/")[0]),
            "orgCode": int(one.receiver.partition("/")[2]),
            "entityType": entity,
            "webhookUrl": f"{settings.receive}/beskeder/v1/Webhook/{one.receiver}",
            "startDato": one.start,
            "slutDato": one.end,
        }
        for one in settings.subscriptions
        for entity in one.entities
    ]


def compared(want: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]) -> Difference:
    """What the two lists have that the other has not."""
    ours, theirs = {_key(one): one for one in want}, {_key(one): one for one in there}
    return Difference(
        tuple(one for key, one in ours.items() if key not in theirs),
        tuple(one for key, one in theirs.items() if key not in ours),
        len(ours.keys() & theirs.keys()),
    )


async def synchronise(config: Config, *, apply: bool) -> Difference:
    """What differs; with `apply` the modern side is given the wanted list. Raises SubscribingError."""
    settings, target = config.messages, config.upstream.get(DOMAIN)
    if target is None or settings.system is None or settings.receive is None:
        lack = "upstream.eksternkommunikation, messages.system and messages.receive"
        raise SubscribingError([f"subscriptions need {lack}"])
    posts = Posts(target.deadline)
    try:
        there = _list(await posts.ask("GET", f"{target.url}{_PATH}/{settings.system}", None, _ASKS))
        want = wanted(settings)
        difference = compared(want, there)
        if apply and (difference.missing or difference.surplus):
            body = json.dumps({"systemIdentifier": settings.system, "abonnementer": want}).encode()
            url = f"{target.url}{_PATH}/SyncWebhookAbonnementer"
            reply = await posts.ask("POST", url, body, _ASKS | {"Content-Type": "application/json"})
            if reply.status != 200:
                raise SubscribingError(_refusals(reply))
        return difference
    finally:
        await posts.close()


def _list(reply: Any) -> list[dict[str, Any]]:
    if reply.status == 404:
        return []
    if reply.status != 200:
        raise SubscribingError([f"the subscriptions can't be read: {reply.trouble or f'status {reply.status}'}"])
    try:
        found = json.loads(reply.body)["abonnementer"]
        return [dict(one) for one in found]
    except (ValueError, KeyError, TypeError):
        raise SubscribingError(["the subscriptions can't be read: not of the expected form"]) from None


def _refusals(reply: Any) -> list[str]:
    """What the modern side says of each subscription that it does not take; none of the list took effect."""
    try:
        mistakes = json.loads(reply.body)["fejl"]
        lines = [f"{one.get('element', '?')}: refused with error {one.get('errorCode', '?')}" for one in mistakes]
    except (ValueError, KeyError, TypeError, AttributeError):
        lines = []
    return (
        ["nothing was changed: the modern side refused the list", *lines]
        if lines
        else [f"nothing was changed: {reply.trouble or f'status {reply.status}'}"]
    )


def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(one.get(name) for name in ("orgType", "orgCode", "entityType", "webhookUrl", "startDato", "slutDato"))


def _told(one: Mapping[str, Any]) -> str:
    organisation = f"{one.get('orgType')}/{one.get('orgCode')}"
    return f"{organisation} entity {one.get('entityType')} to {one.get('webhookUrl')}"
