"""BrightScript as the readers on a TV use it: what an operation gives, and what stops the program.

Values are JSON's: None is `invalid`, a `Table` an associative array, a list an array. The language is at
https://developer.roku.com/docs/references/brightscript/language/brightscript-language-reference.md; where it
says nothing, the readers' own code was run on an engine (https://github.com/lvcabral/brs-engine). Where that
engine is laxer than JSON and XML are (a byte order mark before JSON, control characters, HTML's entities and
`<` in attributes in XML), the document counts as broken: no TV is known to show it.
"""

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

DEPTH = 200
_LARGEST = 2**63


class Crash(Exception):
    """The program on the TV ends here and shows nothing; `code` says why, `where` at which item."""

    def __init__(self, code: str = "", where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where


@contextmanager
def blame(code: str = "", where: str = "") -> Iterator[None]:
    """Let a crash inside say why and where, unless it knows better."""
    try:
        yield
    except Crash as crash:
        raise Crash(crash.code or code, crash.where or where) from None


class Table(dict[str, object]):
    """An associative array as ParseJson makes it: `aa["Name"]` minds the case, `aa.name` does not."""

    __slots__ = ("folded",)

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.folded: dict[str, object] = {}
        for name, value in self.items():
            self.folded.setdefault(name.lower(), value)


def parse_json(text: str) -> object:
    """Return the value of a JSON text, None when there is none."""
    try:
        return json.loads(
            text, object_pairs_hook=Table, parse_int=_whole, parse_float=_fraction, parse_constant=_no_json
        )
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> int | float | None:
    number = int(digits) if len(digits) < 20 else _LARGEST
    return number if abs(number) < _LARGEST else _fraction(digits)


def _fraction(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _no_json(word: str) -> object:
    raise ValueError(word)


def dot(value: object, name: str) -> object:
    """Return `value.name`: nothing when there is none, and nothing of an array."""
    if isinstance(value, Table):
        return value.folded.get(name.lower())
    if isinstance(value, list):
        return None
    raise Crash


def at(value: object, index: object) -> object:
    """Return `value[index]`: nothing outside an array or under an unknown name."""
    if isinstance(value, Table) and isinstance(index, str):
        return value.get(index)
    if isinstance(value, list) and isinstance(index, int):
        return value[index] if 0 <= index < len(value) else None
    raise Crash


def get(value: object, *path: str | int) -> object:
    """Return ``value.a.b[0].c`` for the path a, b, 0, c."""
    for step in path:
        value = dot(value, step) if isinstance(step, str) else at(value, step)
    return value


def lookup(value: object, name: str) -> object:
    """Return `value.Lookup(name)`, which only an associative array has, and which minds the case."""
    if isinstance(value, Table) and "lookup" not in value.folded:
        return value.get(name)
    raise Crash


def each(value: object) -> Iterable[object]:
    """Return what `for each` goes through: items, names in their order; anything else is passed over."""
    if isinstance(value, Table):
        return sorted(value)
    return value if isinstance(value, list) else ()


def count(value: object) -> int:
    """Return `value.Count()`, which only arrays have, and tables without a name like it."""
    if isinstance(value, list) or (isinstance(value, Table) and "count" not in value.folded):
        return len(value)
    raise Crash


def string(value: object) -> str:
    """Return what can be handed over `as string`: numbers cannot."""
    if isinstance(value, str):
        return value
    raise Crash


def equal(one: object, other: object) -> bool:
    """Return `one = other`: anything compares with `invalid`, nothing else with arrays and tables."""
    if one is None or other is None:
        return one is other
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        raise Crash
    return one == other


def to_str(value: object) -> str:
    """Return `value.ToStr()`."""
    if isinstance(value, list | dict):
        raise Crash
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "invalid" if value is None else str(value)


def field(value: object) -> str:
    """Return what a text field of a node holds once it was given `value`: nothing, if it does not fit."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if value is None or isinstance(value, list | dict):
        return ""
    return to_str(value).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def units(text: str) -> int:
    """Return `Len(text)`: UTF-16 units on the engine; no device counts more."""
    return len(text) + sum(character > "\uffff" for character in text)


class Element:
    """An XML element: its name as written, prefix and all; attributes whatever their case; what it holds."""

    __slots__ = ("attributes", "name", "nodes")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = {key.lower(): value for key, value in attributes.items()}
        self.nodes: list[Element | str] = []

    @property
    def text(self) -> str:
        """The words directly in it."""
        return "".join(node for node in self.nodes if isinstance(node, str))

    @property
    def elements(self) -> list["Element"]:
        """The elements directly in it."""
        return [node for node in self.nodes if isinstance(node, Element)]

    def named(self, name: str) -> list["Element"]:
        """Return the elements directly in it with that very name."""
        return [element for element in self.elements if element.name == name]


def parse_xml(text: str) -> Element | None:
    """Return the root of an XML document, None when it is not well-formed or declares entities.

    Not lxml: the readers match names as written, prefix and all, and mind no namespace, so that a feed
    that forgets to declare `media` plays on the TV and is an error to lxml.
    """
    document = Element("", {})
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    _build(parser, [document])
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError):
        return None
    return document.elements[0]


def _build(parser: expat.XMLParserType, open_elements: list[Element]) -> None:
    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > DEPTH:
            raise ValueError(name)
        element = Element(name, attributes)
        open_elements[-1].nodes.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def words(data: str) -> None:
        open_elements[-1].nodes.append(data)

    # No entities of its own: no bombs, no files, and no reader here knows what to do with them.
    def refuse(*_: object) -> None:
        raise ValueError("entity")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
