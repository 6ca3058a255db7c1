"""JSON as people write it by hand, read as far as it can be.

Plain JSON is read by the standard library. Of the rest, comments, trailing and missing commas, line breaks in
texts, quotation marks nobody escaped, names and texts without them or with single ones, escapes there are
none of, and brackets and values that are missing or too many are mended in one pass over its tokens. Of a
document that breaks off, all that is whole is taken; of several values in one, all.
json-repair would guess more, but 50 kB made for it keep it busy for minutes.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
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
_NAME = re.compile(r'"?[\w $-]{1,40}"?')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {
    "true": "true", "True": "true", "false": "false", "False": "false", "null": "null", "None": "null",
    "undefined": "null", "NaN": "NaN", "Infinity": "Infinity", "-Infinity": "-Infinity",
}  # fmt: skip
_CLOSERS = {"[": "]", "{": "}"}
_DEEPEST, _MOST_VALUES = 100, 1000


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
    written = _Written()
    for token, ahead in _with_next(_tokens(document)):
        if not written.take(token, ahead):
            break
    return Loose(_load(written.document()), fault, not written.open)


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


class _Token(Struct, frozen=True):
    """What stands in a document: a mark, or a `text` as JSON has it, or a word as it stands."""

    mark: str = ""
    text: str = ""
    word: str = ""


class _Written:
    """Values written down token by token: what is missing is put in, what is too much left out.

    `open` are the marks that are yet to come; `last` is the last mark, or "name" or "value".
    """

    def __init__(self) -> None:
        self.values: list[str] = []
        self.tokens: list[str] = []
        self.open: list[str] = []
        self.last = ""

    def take(self, token: _Token, ahead: Sequence[_Token]) -> bool:
        """Write a token down, knowing the next ones; return whether more is wanted."""
        if token.mark in _CLOSERS:
            self._begin(token.mark)
        elif self.open and token.mark in ("]", "}"):
            self._end(token.mark, ahead)
        elif self.open and token.mark:
            self._part(token.mark)
        elif self.open:
            self._say(token, ahead)
        return len(self.values) < _MOST_VALUES

    def document(self) -> str:
        """Return the value, or a list of all if they are several; of one that breaks off, what is whole."""
        values = [*self.values, _until(self.tokens)] if self.open or not self.values else self.values
        return values[0] if len(values) == 1 else f"[{','.join(values)}]"

    def _write(self, token: str, last: str) -> None:
        self.tokens.append(token)
        self.last = last

    def _before_value(self) -> None:
        if self.last == "value":
            self._write(",", ",")
        elif self.last == "name":
            self._write(":", ":")

    @property
    def _wants_name(self) -> bool:
        return self.open[-1:] == ["}"] and self.last in ("{", ",")

    def _begin(self, mark: str) -> None:
        self._before_value()
        if self._wants_name:
            if "]" not in self.open:
                return
            self._close_up_to("]")
            self._before_value()
        self._write(mark, mark)
        self.open.append(_CLOSERS[mark])
        if len(self.open) > _DEEPEST:
            raise ValueError("it is nested too deeply")

    def _end(self, mark: str, ahead: Sequence[_Token]) -> None:
        outer = self.open[-2:-1]
        another = _marks(ahead) in (",{", ",[") or _marks(ahead)[:1] in ("{", "[")
        member = _marks(ahead) == "," and bool(ahead[1:2]) and _marks(ahead[2:]) == ":"
        if mark == "}" == self.open[-1] and member and outer != ["}"]:
            return  # It ends too early: another member follows.
        if mark == "}" != self.open[-1] and (another or _marks(ahead)[:1] == "]"):
            return
        if mark == "]" != self.open[-1] and outer != ["]"]:
            return
        if mark == "]" != self.open[-1] and another:
            mark = "}"
        if mark in self.open:
            self._close_up_to(mark)
            self._close()

    def _close_up_to(self, mark: str) -> None:
        while self.open[-1] != mark:
            self._close()

    def _close(self) -> None:
        self._end_member()
        if self.last == ",":
            self.tokens.pop()
        self._write(self.open.pop(), "value")
        if not self.open:
            self.values.append("".join(self.tokens))
            self.tokens, self.last = [], ""

    def _end_member(self) -> None:
        if self.last == "name":
            self._write(":", ":")
        if self.last == ":":
            self._write("null", "value")

    def _part(self, mark: str) -> None:
        if mark == ":" and self.last == "name":
            self._write(mark, mark)
        elif mark == ",":
            self._end_member()
            if self.last == "value":
                self._write(mark, mark)

    def _say(self, token: _Token, ahead: Sequence[_Token]) -> None:
        names = (
            _marks(ahead)[:1] == ":" and self.open[-1] == "]" and _NAME.fullmatch(token.text or token.word)
        )
        if names and self.last == "[":
            self._begin("{")
        elif names and "}" in self.open:
            self._close_up_to("}")
        self._before_value()
        if self._wants_name:
            self._write(token.text or _text(token.word), "name")
        else:
            self._write(token.text or _word(token.word), "value")


def _marks(tokens: Sequence[_Token]) -> str:
    """Return the marks that tokens begin with, two at most."""
    marks = ""
    for token in tokens[:2]:
        if not token.mark:
            break
        marks += token.mark
    return marks


def _tokens(document: str) -> Iterator[_Token]:
    for match in _matches(document):
        kind = match.lastgroup or ""
        if kind == "mark":
            yield _Token(mark=match[kind])
        elif kind == "word":
            yield _Token(word=match[kind])
        elif kind != "comment":
            yield _Token(text=_text(match[kind]))


def _with_next(tokens: Iterator[_Token]) -> Iterator[tuple[_Token, Sequence[_Token]]]:
    """Yield each token with the next three."""
    window: deque[_Token] = deque()
    for token in tokens:
        window.append(token)
        if len(window) > 3:
            yield window.popleft(), list(window)
    while window:
        yield window.popleft(), list(window)


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


def _until(tokens: Sequence[str]) -> str:
    """Return tokens as far as they are whole values, with all that is open closed."""
    open_: list[str] = []
    end, closing = 0, ""
    for number, token in enumerate(tokens, 1):
        if token in _CLOSERS:
            open_.append(_CLOSERS[token])
        elif open_ and token == open_[-1]:
            open_.pop()
            end, closing = number, "".join(reversed(open_))
    return "".join(tokens[:end]) + closing if end else "{}"
