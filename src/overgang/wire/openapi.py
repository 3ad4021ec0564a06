"""The modern contract: an OpenAPI 3.1 file read into operations with compiled validators.

    contract = load(path.read_bytes(), "areas/fravaer/openapi.yaml")
    contract.operations["PUT", "/visiteringogstatus/v1/Fravaer/{fravaerIdentifier}"].body.check(value)

Everything that may be wrong with a file is told by `load`, so nothing of it fails while calls are answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import yaml

from overgang.wire.schema import Compiler, Validator, codelists, properties, resolve

VERBS: Final = ("get", "put", "post", "delete", "patch")
_JSON: Final = ("application/json", "application/problem+json")


class OpenApiError(ValueError):
    """A file that can't be used; the message is one line: file, place, what is wrong."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `place` is path, header or query. Its value is text, so `validator` checks the text."""

    name: str
    place: str
    required: bool
    validator: Validator


@dataclass(frozen=True, slots=True)
class ModernOperation:
    """An operation of the modern side, its contract compiled.

    `body` is None where the operation takes none. `responses` has a validator, or None for no body, per status;
    `replies` their schemas. `codelists` are the lists of the request body's properties ("joboensker.type"), by path.
    `replaces` names the old operation, "Service.Operation".
    """

    id: str
    method: str
    template: str
    domain: str
    error_codes: frozenset[int]
    body: Validator | None
    body_required: bool
    request: Mapping[str, Any] | None
    responses: Mapping[int, Validator | None]
    replies: Mapping[int, Mapping[str, Any] | None]
    parameters: tuple[Parameter, ...]
    codelists: Mapping[str, str]
    summary: str
    evidence: str
    source: str
    replaces: str
    scope: str


@dataclass(frozen=True, slots=True)
class OpenApi:
    """One file: its operations by (METHOD, template), and the document itself."""

    file: str
    document: Mapping[str, Any]
    operations: Mapping[tuple[str, str], ModernOperation]

    def operation(self, id: str) -> ModernOperation:
        """The operation with this operationId; KeyError if there is none."""
        for operation in self.operations.values():
            if operation.id == id:
                return operation
        raise KeyError(id)

    def properties(self, schema: Mapping[str, Any] | None) -> frozenset[str]:
        """The paths of all properties a schema has, e.g. {"joboensker", "joboensker.conceptUriDa"}."""
        return properties(self.document, schema)


class _Loader(yaml.CSafeLoader):
    """Days and times in examples stay texts: the document is served as JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(yaml_bytes: bytes, file: str) -> OpenApi:
    """The contract in `yaml_bytes`; `file` is its name in messages. Raises OpenApiError."""
    try:
        document = yaml.load(yaml_bytes, _Loader)
    except yaml.YAMLError as mistake:
        raise OpenApiError(f"{file}: not YAML: {' '.join(str(mistake).split())}") from mistake
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.1"):
        raise OpenApiError(f"{file}: not OpenAPI 3.1")
    compiler = Compiler(document)
    operations: dict[tuple[str, str], ModernOperation] = {}
    for template, item in document.get("paths", {}).items():
        for verb in item.keys() & VERBS:
            place = f"{verb.upper()} {template}"
            try:
                operations[verb.upper(), template] = _operation(compiler, verb.upper(), template, item)
            except (KeyError, TypeError, ValueError, AttributeError) as mistake:
                raise OpenApiError(f"{file}: {place}: {_reason(mistake)}") from mistake
    ids = [operation.id for operation in operations.values()]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise OpenApiError(f"{file}: operationId {twice[0]} is used twice")
    return OpenApi(file, document, MappingProxyType(operations))


def _reason(mistake: Exception) -> str:
    return f"{mistake.args[0]} is missing" if isinstance(mistake, KeyError) else str(mistake)


def _operation(compiler: Compiler, method: str, template: str, item: Mapping[str, Any]) -> ModernOperation:
    spec, document = item[method.lower()], compiler.document
    body = resolve(document, spec.get("requestBody"))
    request = _content(body)
    replies = {int(status): _content(resolve(document, reply)) for status, reply in spec["responses"].items()}
    parameters = tuple(
        _parameter(compiler, resolve(document, given))
        for given in (*item.get("parameters", ()), *spec.get("parameters", ()))
    )
    _check_places(template, parameters)
    return ModernOperation(
        id=spec["operationId"],
        method=method,
        template=template,
        domain=template.split("/", 2)[1],
        error_codes=frozenset(spec["x-errorCodes"]),
        body=None if request is None else compiler.validator(request),
        body_required=bool(body and body.get("required")),
        request=request,
        responses={
            status: None if schema is None else compiler.validator(schema) for status, schema in replies.items()
        },
        replies=replies,
        parameters=parameters,
        codelists=codelists(document, request),
        summary=spec.get("summary", ""),
        evidence=spec["x-evidence"],
        source=spec.get("x-source", ""),
        replaces=spec.get("x-replaces", ""),
        scope=spec.get("x-scope", ""),
    )


def _content(holder: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The JSON schema of a request body or a response, None where there is none."""
    content = (holder or {}).get("content", {})
    for kind in _JSON:
        if kind in content:
            schema: Mapping[str, Any] = content[kind]["schema"]
            return schema
    if content:
        raise ValueError(f"no JSON among {', '.join(content)}")
    return None


def _parameter(compiler: Compiler, given: Mapping[str, Any]) -> Parameter:
    return Parameter(given["name"], given["in"], bool(given.get("required")), compiler.validator(given["schema"]))


def _check_places(template: str, parameters: tuple[Parameter, ...]) -> None:
    if not template.startswith("/") or template.endswith("/"):
        raise ValueError("a path starts with a slash and ends without one")
    places = {part[1:-1] for part in template.split("/") if part.startswith("{") and part.endswith("}")}
    declared = {parameter.name for parameter in parameters if parameter.place == "path"}
    if places != declared or template.count("{") != len(places):
        raise ValueError(f"path parameters {sorted(declared)} are not the template's places")
