import asyncio
from typing import Any

import pytest
from gateway_side import Modern, ask, gateway, replied

from modern_calls import ABOUT, FRAVAER
from old_calls import ENROLLMENT, MEDIA, professions, said, wrapped


def test_the_connections_are_closed_in_the_end() -> None:
    modern = Modern()
    messages: list[Any] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Any] = []

    async def receive() -> Any:
        assert modern.closed is False
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(gateway(modern)({"type": "lifespan"}, receive, send))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert modern.closed is True


@pytest.mark.parametrize("prefix", ["/PjakTassWCF", "/a/b", ""])
def test_both_faces_are_there_under_every_prefix(prefix: str) -> None:
    app = gateway(Modern(replied(200, {"joboensker": []}), replied(200, {"fravaer": []})), prefix=prefix)
    old = ENROLLMENT.replace("/PjakTassWCF", prefix)

    answer = ask(app, "POST", old, content=wrapped(professions()), headers={"content-type": MEDIA["1.1"]})
    assert said(answer).code == "GetProfessionCollectionResponse"
    assert f'location="http://127.0.0.1:8080{old}"' in ask(app, "GET", f"{old}?wsdl").text
    assert ask(app, "GET", FRAVAER, headers=ABOUT).status_code == 200
    assert ask(app, "GET", "/jobsearch/openapi.json").status_code == 200
