"""A JSON document as its checks see it: parsed whatever is wrong with it, its parts by their kind."""

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from feeds import rules
from feeds.model import Issue
from feeds.rules import COMMON, Rule, Rules

Json = dict[str, Any]
_AT_ONCE = 20

RULES: Rules = {
    "not_json": Rule(
        "error", "The document is not JSON, and no reader takes it.", "Correct it at that place."
    ),
    "too_deep": Rule("error", "Values are nested deeper than any reader goes.", "Publish a plain feed."),
    "bad_number": Rule("error", "A number is none that JSON knows.", "Use a plain number, or leave it out."),
    "duplicate_key": Rule("error", "An object names a member twice; readers keep one of them.", "Keep one."),
    "lone_surrogate": Rule(
        "error", "A text holds half of an escaped character.", "Escape both halves, or none."
    ),
    "not_object": Rule("error", "The feed must be one object.", "Take it out of the brackets around it."),
    "foreign_field": Rule("warning", "A member is not one the specification knows.", "Leave it out."),
}


def parse(text: str) -> tuple[Any, list[Issue]]:
    """Return the value, None when there is no object to look at, and what kept it from being plain JSON."""
    found: list[Issue] = []
    if text[0].isspace():
        found.append(rules.issue(COMMON, "bad_start", ""))
    if text.lstrip().startswith("<"):
        return None, [*found, _issue("not_json", "", "it is XML or a web page")]
    try:
        root = _without_surrogates(_load(text, found), text, found)
    except RecursionError:
        return None, [*found, _issue("too_deep", "")]
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return None, [*found, _issue("not_json", place, error.msg[:1].lower() + error.msg[1:])]
    if not isinstance(root, dict):
        found.append(_issue("not_object", "", f"it is {kind_of(root)}"))
    return root, found


def _issue(code: str, where: str, detail: str = "") -> Issue:
    return rules.issue(RULES, code, where, detail)


def _load(text: str, found: list[Issue]) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> Json:
        names = Counter(name for name, _ in pairs)
        if len(names) < len(pairs):
            found.extend(_issue("duplicate_key", name) for name, times in names.items() if times > 1)
        return dict(pairs)

    def number(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")) or value != value:
            found.append(_issue("bad_number", "", rules.quoted(digits)))
            return 1  # so that nothing else is wrong with it
        return value if len(digits) > 15 or not digits.lstrip("-").isdigit() else int(digits)

    return json.loads(
        text, object_pairs_hook=members, parse_constant=number, parse_float=number, parse_int=number
    )


def _without_surrogates(root: Any, text: str, found: list[Issue]) -> Any:
    """Return `root` with each half of an escaped pair replaced: no other tool takes it."""
    if not re.search(r"\\u[dD][89a-fA-F]", text):
        return root
    again = json.dumps(root, ensure_ascii=False)
    try:
        again.encode()
    except UnicodeEncodeError:
        found.append(_issue("lone_surrogate", ""))
        return json.loads(again.encode(errors="replace"))
    return root


def objects_in(value: Any, where: str) -> Iterator[tuple[str, Json]]:
    """Yield the objects of a list with their places; nothing if it is no list."""
    for number, member in enumerate(value if isinstance(value, list) else ()):
        if isinstance(member, dict):
            yield f"{where}/{number}", member


def object_of(value: Any) -> Json:
    """Return the object, an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """Return the text, an empty one if it is none."""
    return value if isinstance(value, str) else ""


def texts_in(value: Any) -> list[str]:
    """Return the texts of a list; none if it is no list."""
    return [member for member in value if isinstance(member, str)] if isinstance(value, list) else []


def kind_of(value: object) -> str:
    """Return what a JSON value is, as a sentence says it."""
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def pointer(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def once(schema: Json) -> Json:
    """Return the schema, in which a strict definition asks only once what it and the tolerant one both ask.

    It takes up the other and says anew what some of its members hold, or that there must be none: without
    this a validator looks at what is nested again and again, and finds each fault as often.
    """
    known: dict[str, Json] = schema["$defs"]
    strict = {name: _once(one, known) for name, one in known.items() if name.endswith("Strict")}
    return {**schema, "$defs": {**known, **strict}}


def _once(strict: Json, known: Mapping[str, Json]) -> Json:
    if "allOf" not in strict:
        return strict
    first, *others = strict["allOf"]
    tolerant = known[first["$ref"].rpartition("/")[2]]
    members = {name: bool(strict["properties"].get(name)) or s for name, s in tolerant["properties"].items()}
    taken_up = {name: part for name, part in tolerant.items() if name != "$anchor"}
    return {**strict, "allOf": [{**taken_up, "properties": members}, *others]}


def violations(
    validator: Draft202012Validator,
    root: Json,
    said: Callable[[list[str | int], ValidationError], Iterable[Issue]],
) -> Iterator[Issue]:
    """Yield what is `said` of each error that a schema finds at a path, list by list."""
    try:
        for error in validator.iter_errors(_beginning(root)):
            yield from said(list(error.instance_path), error)
        # Each error holds what it is about: those of all items at once would take a hundred times the feed.
        for name, start in _further(root):
            for error in validator.iter_errors({name: root[name][start : start + _AT_ONCE]}):
                path = list(error.instance_path)
                if len(path) > 1 and isinstance(path[1], int):
                    yield from said([name, path[1] + start, *path[2:]], error)
    except ValueError:  # the validator looks 255 levels down
        yield _issue("too_deep", "")


def _beginning(root: Json) -> Json:
    return {name: part[:_AT_ONCE] if isinstance(part, list) else part for name, part in root.items()}


def _further(root: Json) -> Iterator[tuple[str, int]]:
    for name, part in root.items():
        if isinstance(part, list):
            yield from ((name, start) for start in range(_AT_ONCE, len(part), _AT_ONCE))


def foreign(path: list[str | int], names: Iterable[str], known: Container[str]) -> Iterator[Issue]:
    """Yield the members at `path` that are not known: a schema names all of an object's once one is wrong."""
    for name in names:
        if name not in known:
            yield _issue("foreign_field", pointer([*path, name]), rules.quoted(name))


def detail(path: list[str | int], error: ValidationError) -> str:
    """Return what a schema finds the matter at `path`, in the words of a producer's sentence."""
    name = f"`{path[-1]}`" if isinstance(path[-1], str) else "it"
    value, keyword = error.instance, error.kind.name
    if keyword == "required":
        return f"{name} is missing"
    if keyword == "type":
        return f"{name} is {kind_of(value)}"
    if keyword == "maxLength":
        return f"{name} has {len(str(value))} characters"
    if keyword in ("minLength", "minItems"):
        return f"{name} is empty"
    return f"{name} is {rules.quoted(value)}" if isinstance(value, str | int | float) else ""
