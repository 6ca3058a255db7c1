"""The ways of the API, and the OpenAPI document that is made of them.

What a way takes and gives is told by the annotations of its function: `query` and `body` are structs, or
`bytes` for a file. What is asked is checked against them before the function is called.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from http import HTTPStatus
from inspect import getdoc
from typing import Any, NoReturn

import msgspec
from flask import Blueprint, Response, abort, request
from msgspec import Struct

from feedsvc.web.errors import answer

# The largest JSON that is taken, in bytes.
LARGEST = 100_000
_JSON = "application/json"
_REF = "#/components/schemas/{name}"
_PARAMETERS = {
    "channel": "A channel's id.",
    "id": "An article's id.",
    "format": "A format, such as roku.",
    "number": "A number as another answer gives it.",
}
_SAID = {
    400: "What was sent is not JSON.",
    401: "The token is missing or wrong.",
    403: "There is no token to send, or another site asks.",
    404: "There is no such thing.",
    413: "What was sent is too large.",
    415: "What was sent is of another kind.",
    422: "A field or parameter says what it cannot.",
    500: "Something went wrong.",
}
_PLAINLY = {
    "Object missing required field": "This needs a field",
    "Object contains unknown field": "There is no field",
}

Answers = Callable[..., object]


class Fault(Struct, frozen=True):
    """What is wrong, in a sentence."""

    error: str


class Way(Struct, frozen=True):
    """One thing to ask: `rule` is Flask's, `accepts` the kinds of file that are taken, `largest` in bytes."""

    method: str
    rule: str
    function: Answers
    status: int = 200
    accepts: Collection[str] = (_JSON,)
    largest: int = LARGEST

    @property
    def takes(self) -> Mapping[str, Any]:
        """The types of what is asked besides the path, by name, and of what is given as `return`."""
        told = self.function.__annotations__
        return {name: told[name] for name in ("query", "body", "return") if name in told}

    def respond(self, **path: object) -> Response:
        """Answer what is asked."""
        taken = dict(path)
        if "query" in self.takes:
            taken["query"] = _query(self.takes["query"])
        if "body" in self.takes:
            taken["body"] = self._body(self.takes["body"])
        told = msgspec.json.encode(self.function(**taken))
        return Response(told, self.status, {"Cache-Control": "no-store"}, content_type=_JSON)

    def _body(self, type_: type) -> Any:
        request.max_content_length = self.largest
        if request.mimetype not in self.accepts:
            abort(answer(415, f"This has to be sent as {' or '.join(self.accepts)}."))
        data = request.get_data()
        if type_ is bytes:
            return data
        try:
            return msgspec.json.decode(data, type=type_)
        except msgspec.ValidationError as error:
            refuse(sentence(error))
        except (msgspec.DecodeError, UnicodeDecodeError):
            abort(answer(400, "What was sent is not JSON."))


class Ways:
    """Collects the ways of a blueprint: `ways.get("/channels")` and so on decorate functions."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self.all: list[Way] = []

    def get(self, rule: str) -> Callable[[Answers], Answers]:
        """Return what makes a function answer GET."""
        return self.way("GET", rule)

    def way(self, method: str, rule: str, status: int = 200, **fields: Any) -> Callable[[Answers], Answers]:
        """Return what makes a function answer `method`, with a status and the other fields of `Way`."""

        def make(function: Answers) -> Answers:
            way = Way(method, rule, function, status, **fields)
            self.all.append(way)
            self._blueprint.add_url_rule(rule, function.__name__, way.respond, methods=[method])
            return function

        return make


def refuse(sentence: str) -> NoReturn:
    """End a request that says what it cannot."""
    abort(answer(422, sentence))


def sentence(error: msgspec.ValidationError) -> str:
    """Return what is wrong with a value, and where."""
    what, _, place = str(error).replace("`", "").partition(" - at ")
    for theirs, ours in _PLAINLY.items():
        what = what.replace(theirs, ours)
    where = place.removeprefix("$").removeprefix(".")
    return f"{where}: {what}." if where else f"{what}."


def _query(type_: type) -> Any:
    try:
        return msgspec.convert(request.args.to_dict(), type=type_, strict=False)
    except msgspec.ValidationError as error:
        refuse(sentence(error))


def document(title: str, prefix: str, ways: Iterable[Way], names: Mapping[str, Collection[str]]) -> bytes:
    """Return the OpenAPI document of these ways below `prefix`; `names` are what path parameters may be."""
    ways = list(ways)
    types = {Fault, *(type_ for way in ways for type_ in way.takes.values() if type_ is not bytes)}
    ordered = sorted(types, key=lambda type_: type_.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, object]] = {}
    for way in ways:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", way.rule)
        paths.setdefault(path, {})[way.method.lower()] = _operation(way, of, components, names)
    bearer = {"type": "http", "scheme": "bearer"}
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": title, "version": "1"},
            "security": [{"token": []}],
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": {"token": bearer}},
        }
    )


def _operation(
    way: Way, of: Mapping[type, Any], components: Mapping[str, Any], names: Mapping[str, Collection[str]]
) -> dict[str, object]:
    summary, _, more = (getdoc(way.function) or "").partition("\n")
    parameters = [_in_path(kind, name, names) for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", way.rule)]
    if query := way.takes.get("query"):
        parameters += _in_query(components[of[query]["$ref"].rpartition("/")[2]])
    told: dict[str, object] = {
        "operationId": way.function.__name__,
        "summary": summary,
        "description": " ".join(more.split()),
        "parameters": parameters,
        "responses": {str(code): _answered(way, code, of) for code in (way.status, *_faults(way))},
    }
    if body := way.takes.get("body"):
        # A file is told by its media type; OpenAPI 3.1 has no schema for bytes.
        schema = {} if body is bytes else {"schema": of[body]}
        told["requestBody"] = {"required": True, "content": dict.fromkeys(way.accepts, schema)}
    return told


def _in_path(kind: str, name: str, names: Mapping[str, Collection[str]]) -> dict[str, object]:
    schema: dict[str, object] = {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"}
    if name in names:
        schema["enum"] = [*names[name]]
    return _parameter(name, "path", _PARAMETERS[name], schema, needed=True)


def _in_query(schema: Mapping[str, Any]) -> list[dict[str, object]]:
    needed = schema.get("required", ())
    return [
        _parameter(name, "query", one.get("description", ""), one, needed=name in needed)
        for name, one in schema["properties"].items()
    ]


def _parameter(
    name: str, place: str, says: str, schema: Mapping[str, Any], *, needed: bool
) -> dict[str, object]:
    return {"name": name, "in": place, "required": needed, "description": says, "schema": schema}


def _faults(way: Way) -> list[int]:
    sent = [400, 413, 415, 422] if "body" in way.takes else [422] if "query" in way.takes else []
    lost = [404] if "<" in way.rule else []
    return sorted({401, 403, 500, *sent, *lost, *([400] if way.method != "GET" else [])})


def _answered(way: Way, code: int, of: Mapping[type, Any]) -> dict[str, object]:
    schema = of[way.takes["return"]] if code == way.status else of[Fault]
    described = HTTPStatus(code).phrase if code == way.status else _SAID[code]
    return {"description": described, "content": {_JSON: {"schema": schema}}}
