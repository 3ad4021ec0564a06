"""JSON Schema (2020-12) as the modern contracts use it: compiled validators, and what a schema is made of.

A refusal says where and what was expected, in words drawn from the schema, and never anything of the value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import jsonschema_rs
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from overgang.core.values import Tidspunkt, Unmappable

Schema: TypeAlias = Mapping[str, Any]


class SchemaProblem(Exception):
    """A value that does not follow its schema.

    `path` is where ("joboensker[0].harUddannelse", "" for the value itself), `expected` a plain phrase.
    """

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path or 'the value'}: expected {expected}")
        self.path = path
        self.expected = expected


class Validator:
    """A compiled schema."""

    __slots__ = ("_document", "_validator")

    def __init__(self, document: Schema, validator: Draft202012Validator) -> None:
        self._document = document
        self._validator = validator

    def check(self, value: Any) -> None:
        """Pass `value`, as strict_json.loads gives it, or raise SchemaProblem for the first mistake."""
        try:
            self._validator.validate(value)
        except ValidationError as mistake:
            problem = _problem(self._document, mistake)
        else:
            return
        raise problem  # outside the handler, so that nothing of the value is chained


class Compiler:
    """Validators of the schemas of `document`, into which their $refs point; each schema is compiled once."""

    __slots__ = ("_compiled", "_components", "document")

    def __init__(self, document: Schema) -> None:
        self.document = document
        self._components = document.get("components", {})
        self._compiled: dict[int, Validator] = {}

    def validator(self, schema: Schema) -> Validator:
        """The validator of `schema`, a part of the document. Raises ValueError for one that is no schema."""
        if id(schema) not in self._compiled:
            root = {"allOf": [schema], "components": self._components}
            try:
                validator = Draft202012Validator(root, formats=_FORMATS, validate_formats=True, offline=True)
            except (ValidationError, jsonschema_rs.ReferencingError) as mistake:
                raise ValueError(f"not a usable schema: {str(mistake).splitlines()[0]}") from mistake
            self._compiled[id(schema)] = Validator(root, validator)
        return self._compiled[id(schema)]


def resolve(document: Schema, given: Any) -> Any:
    """What a {"$ref": "#/..."} stands for; anything else is itself. Raises ValueError for a $ref to nothing."""
    while isinstance(given, Mapping) and "$ref" in given:
        node: Any = document
        try:
            for part in given["$ref"].removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError) as mistake:
            raise ValueError(f"{given['$ref']} points to nothing") from mistake
        given = node
    return given


def properties(document: Schema, schema: Schema | None) -> frozenset[str]:
    """The paths of all properties, through arrays, allOf, oneOf and anyOf."""
    return frozenset(path for path, _ in walk(document, schema))


def codelists(document: Schema, schema: Schema | None) -> dict[str, str]:
    """Property path -> the name in its x-codelist."""
    return {path: node["x-codelist"] for path, node in walk(document, schema) if "x-codelist" in node}


def walk(document: Schema, schema: Schema | None) -> Iterator[tuple[str, Schema]]:
    """Each property's path and resolved schema, depth first; a schema within itself is not entered again."""
    yield from _walk(document, schema, "", ())


def _walk(document: Schema, schema: Any, prefix: str, within: tuple[int, ...]) -> Iterator[tuple[str, Schema]]:
    node = resolve(document, schema)
    if not isinstance(node, Mapping) or id(node) in within:
        return
    within = (*within, id(node))
    for name, inner in node.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        # A property may be just true, and may say more beside its $ref.
        yield path, {**resolve(document, inner), **inner} if isinstance(inner, Mapping) else {}
        yield from _walk(document, inner, path, within)
    for inner in (node.get("items"), *node.get("allOf", ()), *node.get("oneOf", ()), *node.get("anyOf", ())):
        yield from _walk(document, inner, prefix, within)


# ---- formats


_POINT: Final = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"
)


def _is_tidspunkt(text: str) -> bool:
    """RFC 3339 on a real day, except that the offset may be left out (then it is Danish local time)."""
    if _POINT.fullmatch(text) is None:
        return False
    # Nearly all points in time need no look at the calendar, and a long answer has thousands.
    if text[8:10] < "29" and "0001" < text[:4] < "9999":
        return True
    try:
        _ = Tidspunkt(text).day
    except Unmappable:
        return False
    return True


_FORMATS: Final[dict[str, Callable[[str], bool]]] = {"tidspunkt": _is_tidspunkt}


# ---- what was expected, in words

_KINDS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_WORDS: Final = {
    "tidspunkt": "a point in time such as 2024-01-31T12:00:00",
    "date": "a day such as 2024-01-31",
    "uuid": "a uuid",
}


def _problem(document: Schema, mistake: ValidationError) -> SchemaProblem:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in mistake.instance_path)
    if isinstance(mistake.kind, ValidationErrorKind.Required):
        return SchemaProblem(f"{path}.{mistake.kind.property}".removeprefix("."), "the property to be present")
    return SchemaProblem(path.removeprefix("."), _expected(mistake.kind, _schema_at(document, mistake.schema_path)))


def _schema_at(document: Schema, schema_path: list[str | int]) -> Schema:
    """The schema that holds the keyword at the end of `schema_path`."""
    node: Any = document
    for step in schema_path[:-1]:
        node = node[step]
    return node if isinstance(node, Mapping) else {}


def _expected(kind: ValidationErrorKind, schema: Schema) -> str:
    match kind:
        case ValidationErrorKind.Type(types=types):
            return " or ".join(_KINDS[name] for name in types)
        case ValidationErrorKind.AdditionalProperties() | ValidationErrorKind.UnevaluatedProperties():
            return f"no properties but {', '.join(schema.get('properties', ())) or 'none'}"
        case ValidationErrorKind.Pattern() | ValidationErrorKind.Format() if schema.get("format") in _WORDS:
            return _WORDS[schema["format"]]
        case ValidationErrorKind.Pattern(pattern=pattern):
            return f"a text of the form {pattern}"
        case ValidationErrorKind.Enum(options=options):
            return f"one of {', '.join(map(str, options))}"
        case _:
            return _limit(kind)


def _limit(kind: ValidationErrorKind) -> str:
    limit = getattr(kind, "limit", None)
    phrase = _LIMITS.get(kind.name)
    return phrase.format(limit) if phrase and limit is not None else f"a value that the contract allows ({kind.name})"


_LIMITS: Final = {
    "minimum": "a number of at least {}",
    "maximum": "a number of at most {}",
    "exclusiveMinimum": "a number over {}",
    "exclusiveMaximum": "a number under {}",
    "minLength": "a text of at least {} characters",
    "maxLength": "a text of at most {} characters",
    "minItems": "a list of at least {} items",
    "maxItems": "a list of at most {} items",
}
