"""JSON as people write it by hand, read as far as it can be.

Plain JSON is read by the standard library. Of the rest, comments, trailing and missing commas, line breaks in
texts, quotation marks nobody escaped, names and texts without them or with single ones, and escapes there are
none of are mended in one pass over its tokens; from a fault that stays, all that stands before it is taken.
json-repair would guess more, but 50 kB made for it keep it busy for minutes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

# A quotation mark ends a text when what follows can stand after one; else it belongs to the text.
_ENDS = r"(?=\s{0,200}(?:[,:}\]]|/[/*]|\Z)|[ \t\r]{0,200}\n\s{0,200}\")"
_SINGLE_ENDS = r"'(?=\s{0,200}(?:[,:}\]]|\Z))"
_SINGLE = rf"'(?P<single>(?:[^'\\]++|\\.|(?!{_SINGLE_ENDS})')*+)'"
_OTHERS = (
    rf'"(?P<text>(?:[^"\\]++|\\.|"(?!{_ENDS}))*+)(?:"|\\?\Z)|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))'
    r"|(?P<mark>[\[\]{},:])|(?P<word>[^\s\[\]{},:\"/]+|/)"
)
_TOKEN, _TOKEN_BUT_SINGLE = re.compile(f"{_SINGLE}|{_OTHERS}", re.S), re.compile(_OTHERS, re.S)
# What a word processor makes of quotation marks.
_CURLY = "“”„"
_BARE_QUOTE = re.compile(r'(\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])|\\(.)|"', re.S)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {
    "true": "true", "True": "true", "false": "false", "False": "false", "null": "null", "None": "null",
    "undefined": "null", "NaN": "NaN", "Infinity": "Infinity", "-Infinity": "-Infinity",
}  # fmt: skip
_VALUE_ENDS = frozenset({"text", "single", "word", "]", "}"})
_CLOSERS = {"[": "]", "{": "}"}
_DEEPEST = 100


class Loose(Struct, frozen=True):
    """A value, and the place of the first thing that kept its bytes from being JSON, "" if nothing did.

    `whole` is false when what stands after that place is lost.
    """

    value: Any
    fault: str = ""
    whole: bool = True


def read(document: str) -> Loose:
    """Return what a document says.

    Raises:
        ValueError: there is no JSON in it, or it is nested too deeply.
    """
    try:
        return Loose(_load(document))
    except json.JSONDecodeError as error:
        fault = f"line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    start = re.search(r"[\[{]", document)
    if start is None:
        raise ValueError(fault)
    document = document[start.start() :]
    if document.count('"') < sum(map(document.count, _CURLY)):
        document = document.translate(dict.fromkeys(map(ord, _CURLY), '"'))
    tokens, whole = _mended(document)
    try:
        return Loose(_load("".join(tokens)), fault, whole)
    except json.JSONDecodeError as error:
        return Loose(_load(_until(tokens, error.pos)), fault, whole=False)


def _load(document: str) -> Any:
    return json.loads(document, strict=False, parse_int=_number, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of a list that is given twice under one name, all is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        lists: dict[str, list[Any]] = {}
        for name, value in pairs:
            if isinstance(value, list) and isinstance(found[name], list):
                lists.setdefault(name, []).extend(value)
        found |= lists
    return found


def _number(digits: str) -> float:
    # What has more digits is none that anybody counts with, and costs time to read.
    return int(digits) if len(digits) < 16 else float(digits)


def _mended(document: str) -> tuple[list[str], bool]:
    """Return the tokens of one value, mended, and whether it was closed."""
    tokens: list[str] = []
    last, open_ = "", 0
    for match in _matches(document):
        kind = match.lastgroup or ""
        if kind == "comment":
            continue
        token = match["mark"] or (_word(match["word"]) if kind == "word" else _text(match[kind]))
        if token in ("]", "}") and last == ",":
            tokens.pop()
        elif last in _VALUE_ENDS and (kind != "mark" or token in _CLOSERS):
            tokens.append(",")
        tokens.append(token)
        last = token if kind == "mark" else kind
        open_ += (token in _CLOSERS) - (token in ("]", "}"))
        if open_ <= 0:
            return tokens, True
        if open_ > _DEEPEST:
            raise ValueError("it is nested too deeply")
    return tokens, False


def _matches(document: str) -> Iterator[re.Match[str]]:
    """Yield the tokens; after the last end of a text in single marks none is looked for: that takes hours."""
    ends = re.finditer(rf"\\.|(?P<end>{_SINGLE_ENDS})", document, re.S)
    last = max((match.start() for match in ends if match["end"]), default=-1)
    position = 0
    while match := (_TOKEN if position <= last else _TOKEN_BUT_SINGLE).search(document, position):
        yield match
        position = match.end()


def _text(said: str) -> str:
    return '"' + _BARE_QUOTE.sub(lambda match: match[1] or match[2] or '\\"', said) + '"'


def _word(said: str) -> str:
    """Return what stands without quotation marks: a number, a word that JSON has, or a text."""
    return _WORDS.get(said) or (said if _NUMBER.fullmatch(said) else _text(said))


def _until(tokens: list[str], position: int) -> str:
    """Return the tokens before a position as far as they are whole values, with all that is open closed."""
    open_: list[str] = []
    pieces: list[str] = []
    end, closing = 0, ""
    for token in tokens:
        position -= len(token)
        if position < 0:
            break
        pieces.append(token)
        if token in _CLOSERS:
            open_.append(_CLOSERS[token])
        elif open_ and token == open_[-1]:
            open_.pop()
            end, closing = len(pieces), "".join(reversed(open_))
    return "".join(pieces[:end]) + closing if end else "{}"
