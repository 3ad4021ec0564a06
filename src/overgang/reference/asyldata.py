"""EksterneData, AsylData: what the asylum system has of a citizen; it is only read here."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.routing import Route

from overgang.reference.protocol import Call, read_route
from overgang.reference.store import Store, Transaction

KIND: Final = "asyldata"


def routes(store: Store) -> list[Route]:
    """The one operation of AsylData."""
    return [read_route(store, "/eksternedata/v1/AsylData", _asyldata, unknown=1010)]


def _asyldata(transaction: Transaction, call: Call) -> Mapping[str, Any]:
    """Without asylData when there are none."""
    known = transaction.live(KIND, call.citizen)
    return {"asylData": {"civilregistrationIdentifier": call.citizen, **known[-1].content}} if known else {}
