"""What a gateway asks of the modern side for an old call: the same pipeline, in this process. Nothing is written."""

from collections.abc import Mapping

from overgang.shell.accounts import Peer
from overgang.shell.config import HeaderNames, Target
from overgang.shell.driver import Driver, Rehearsing
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Answer, Post, SoapFace
from overgang.shell.upstream import Upstream
from overgang.wire import guard
from overgang.wire.recorded_calls import Call


class Asking:
    """Asks the modern side at `targets`, by domain. `key` is any secret: ids that it makes are never sent."""

    def __init__(self, loaded: Loaded, targets: Mapping[str, Target], key: bytes) -> None:
        self._services = {service.key: service for service in loaded.services}
        self._upstream = Upstream(targets, HeaderNames())
        driver = Driver(loaded.modern, Rehearsing(self._upstream))
        self._face = SoapFace(driver, loaded.codelists, guard.Limits(), key, {})

    async def __call__(self, call: Call) -> Answer:
        """The answer with its exchanges in order and the rules applied; a write is rehearsed."""
        actions = (call.action,) if call.action else ()
        peer = Peer(purpose="replay", watched=True)
        post = Post(self._services[call.service], call.request, call.content_type, actions, call.at, peer)
        return await self._face.answer(post)

    async def close(self) -> None:
        await self._upstream.close()
