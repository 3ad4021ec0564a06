"""What every page is made from, and how a template becomes an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from overgang.core.area import Area
from overgang.core.compare.trial_citizens import TrialCitizens
from overgang.core.rules import Law
from overgang.core.values import COPENHAGEN
from overgang.pages.charts import halved
from overgang.pages.languages import COOKIE, LANGUAGES, Words, chosen
from overgang.pages.mapping import grouped
from overgang.pages.security import Token
from overgang.pages.sources import Source
from overgang.pages.standing import Gate
from overgang.shell.casebook import load_cases
from overgang.shell.changes import laws
from overgang.shell.clock import Clock
from overgang.shell.config import Listen
from overgang.shell.loading import Loaded
from overgang.shell.soap_ingress import Bridge, Bridged
from overgang.wire.cases import Case

FOLDER: Final = Path(__file__).parent
SECTIONS: Final = ("operations", "differences", "callers", "beskeder", "rules", "contracts", "cases", "changes")
_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Site:
    """The gateway that the pages show; `laws` by their ids, `cases` read when first asked for."""

    loaded: Loaded
    listen: Listen
    source: Source
    clock: Clock
    gate: Gate = field(default_factory=Gate)
    token: Token = field(default_factory=Token)
    trial: TrialCitizens | None = None
    laws: Mapping[str, Law[Any]] = field(init=False)
    cases: Callable[[], tuple[Case, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "laws", {law.id: law for _, law in laws(self.loaded.areas)})
        object.__setattr__(self, "cases", cache(lambda: tuple(load_cases(self.loaded.areas))))

    @property
    def today(self) -> date:
        """The Danish day."""
        return self.clock().astimezone(COPENHAGEN).date()

    def service(self, key: str) -> Bridged | None:
        """The old contract "Name/version"."""
        return next((service for service in self.loaded.services if service.key == key), None)

    def bridged(self) -> list[tuple[Area, Bridged, Bridge]]:
        """Every bridged operation with its area and contract, in the order in which areas name them."""
        return [
            (area, service, bridge)
            for area in self.loaded.areas
            for own in area.services
            for service in self.loaded.services
            if (service.contract.name, service.version) == (own.name, own.version)
            for bridge in service.bridges.values()
            if bridge.area in own.operations
        ]

    def find(self, service: str, operation: str) -> tuple[Area, Bridged, Bridge] | None:
        """The bridged operation of that name."""
        for area, bridged, bridge in self.bridged():
            if (bridged.key, bridge.contract.name) == (service, operation):
                return area, bridged, bridge
        return None

    def caller_kind(self, caller: str) -> str:
        """What sort of organisation "type/code" is, by the code list; "" when it does not say."""
        types = self.loaded.codelists.get("OrganisationType")
        kind = caller.partition("/")[0]
        value = types.values.get(int(kind)) if types is not None and kind.isascii() and kind.isdigit() else None
        return value.name if value is not None else ""

    def page(self, request: Request, template: str, *, status: int = 200, section: str = "", **values: Any) -> Response:
        """A template as an answer in the reader's language."""
        language = chosen(request)
        text = (
            _environment()
            .get_template(template)
            .render(
                t=Words(language),
                lang=language,
                languages=[(code, _same(request, lang=code)) for code in LANGUAGES],
                sections=SECTIONS,
                section=section,
                site=self,
                same=lambda **changed: _same(request, **changed),
                **values,
            )
        )
        answer = HTMLResponse(text, status, headers={"Content-Language": language, "Vary": "Accept-Language, Cookie"})
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
        return answer


def _same(request: Request, **changed: Any) -> str:
    """This page's address with some query parameters changed, or with None left out."""
    given = {name: value for name, value in request.query_params.items() if name != "lang"}
    given |= {name: str(value) for name, value in changed.items() if value is not None}
    kept = {name: value for name, value in given.items() if not (name in changed and changed[name] is None)}
    return f"?{urlencode(kept)}" if kept else "?"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"address": address, "halved": halved, "grouped": grouped}
    return environment


def address(*parts: object, **query: object) -> str:
    """A path of the pages from its parts, each escaped; a part may hold slashes ("Name/version")."""
    path = "/" + "/".join(quote(str(part), safe="/") for part in parts)
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path
