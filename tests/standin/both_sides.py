"""The same call to the old side and to the gateway."""

import needs_spyne  # noqa: F401 - first of all
from standin_side import Side

from overgang.core.compare.values import Difference, Reply
from overgang.wire.comparing import Comparer
from running import Site


def post_both(site: Site, side: Side, service: str, operation: str, body: bytes) -> tuple[Difference, ...]:
    """What the gateway answers otherwise than the old side."""
    served = side.service(service)
    version, name = served.contract.namespace.split("/")[-2:]
    old = served.answer(body, "text/xml; charset=utf-8", [])
    address = f"/PjakTassWCF/{version}/{name}.svc"
    new = site.client.post(address, content=body, headers={"Content-Type": "text/xml; charset=utf-8"})
    return Comparer(served.contract).compare(
        operation,
        Reply(old.status, old.content_type, old.body),
        Reply(new.status_code, new.headers["content-type"], new.content),
    )
