"""From a raw path to a modern operation, and from several contracts to the one document of a domain."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from overgang.wire.openapi import VERBS, ModernOperation, OpenApi, OpenApiError

_OWN_ANSWERS: Final = {
    "408": "The body did not come in time.",
    "413": "The body is larger than the gateway takes.",
    "415": "The body is not JSON, or is compressed.",
    "431": "The headers are larger than the gateway takes.",
    "500": "The gateway itself failed.",
    "502": "The modern side is out of reach, or answered outside its contract.",
    "504": "The modern side did not answer in time.",
}
_SEGMENT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")


class Routes:
    """The operations of several files, found by method and raw path. A literal segment goes before a place."""

    __slots__ = ("_routes",)

    def __init__(self, contracts: Iterable[OpenApi]) -> None:
        """Raises OpenApiError when two files declare the same operation."""
        self._routes: dict[tuple[str, int], list[_Route]] = {}
        for contract in contracts:
            for (method, template), operation in contract.operations.items():
                steps = tuple(template.split("/")[1:])
                routes = self._routes.setdefault((method, len(steps)), [])
                if any(route.shape == _shape(steps) for route in routes):
                    raise OpenApiError(f"{contract.file}: {method} {template}: declared twice")
                routes.append(_Route(steps, operation))
        for routes in self._routes.values():
            routes.sort(key=lambda route: route.shape)

    def match(self, method: str, raw_path: str) -> tuple[ModernOperation, dict[str, str]] | None:
        """The operation and the decoded value of each place, None if there is none.

        `raw_path` is the path as it came, still percent-encoded, without a query. An encoded slash stays within its
        segment. Broken encoding, "." and "..", empty segments and what is not UTF-8 match nothing.
        """
        steps = raw_path.split("/")[1:]
        for route in self._routes.get((method, len(steps)), ()):
            if all(literal is None or literal == step for literal, step in zip(route.literals, steps, strict=True)):
                values = _values(route, steps)
                return None if values is None else (route.operation, values)
        return None

    def methods(self, raw_path: str) -> frozenset[str]:
        """The methods that have an operation at this path, for the header Allow."""
        return frozenset(method for method in {method for method, _ in self._routes} if self.match(method, raw_path))


class _Route:
    __slots__ = ("literals", "names", "operation", "shape")

    def __init__(self, steps: tuple[str, ...], operation: ModernOperation) -> None:
        self.operation = operation
        self.shape = _shape(steps)
        self.literals = tuple(None if step.startswith("{") else step for step in steps)
        self.names = tuple(step[1:-1] if step.startswith("{") else None for step in steps)


def _shape(steps: tuple[str, ...]) -> tuple[tuple[bool, str], ...]:
    """Equal for templates that differ only in the names of their places; literals sort before places."""
    return tuple((True, "") if step.startswith("{") else (False, step) for step in steps)


def _values(route: _Route, steps: list[str]) -> dict[str, str] | None:
    values = {}
    for name, step in zip(route.names, steps, strict=True):
        if name is not None:
            value = _decoded(step)
            if value is None:
                return None
            values[name] = value
    return values


def _decoded(step: str) -> str | None:
    """The text of a raw segment, None where it is none."""
    if not _SEGMENT.fullmatch(step):
        return None
    try:
        value = unquote_to_bytes(step).decode("utf-8") if "%" in step else step
    except UnicodeDecodeError:
        return None
    return None if value in (".", "..") else value


# ---- the document that is served


def merged(contracts: Sequence[OpenApi], domain: str, server_url: str) -> dict[str, Any]:
    """The document of one domain: its paths of all files, whole as they are called, and the files' components.

    Each operation also gets the answers that only the gateway gives; their schema is the files' Problem.
    Raises OpenApiError where two files give one name to different things; KeyError for a domain without a path.
    """
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    titles, tags = [], []
    for contract in contracts:
        own = {path: item for path, item in contract.document["paths"].items() if path.split("/", 2)[1] == domain}
        if not own:
            continue
        titles.append(contract.document["info"]["title"])
        tags += [tag for tag in contract.document.get("tags", ()) if tag not in tags]
        _join(paths, {path: _with_own_answers(item) for path, item in own.items()}, contract.file)
        for kind, named in contract.document.get("components", {}).items():
            _join(components.setdefault(kind, {}), named, contract.file)
    if not paths:
        raise KeyError(domain)
    components.setdefault("responses", {}).update(_own_answers())
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{domain}: {', '.join(titles)}", "version": "1"},
        "servers": [{"url": server_url}],
        "tags": tags,
        "paths": paths,
        "components": components,
    }


def _own_answers() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {f"Gateway{status}": {"description": text, "content": content} for status, text in _OWN_ANSWERS.items()}


def _with_own_answers(item: Mapping[str, Any]) -> dict[str, Any]:
    own = {status: {"$ref": f"#/components/responses/Gateway{status}"} for status in _OWN_ANSWERS}
    return {
        verb: {**spec, "responses": {**own, **spec["responses"]}} if verb in VERBS else spec
        for verb, spec in item.items()
    }


def _join(into: dict[str, Any], named: Mapping[str, Any], file: str) -> None:
    for name, thing in named.items():
        if into.setdefault(name, thing) != thing:
            raise OpenApiError(f"{file}: {name} differs from another file's")
