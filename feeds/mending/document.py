"""A document read whatever is wrong with it: its bytes, its JSON, its XML."""

import codecs
import re
from html.entities import html5
from xml.sax.saxutils import escape

from lxml import etree
from lxml.etree import _Element as Element

from feeds import loose_json, text, values

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_DECLARATION = re.compile(r"\A.*?<\?xml[^<>]*\?>", re.DOTALL | re.IGNORECASE)
_START_OF_TYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_TYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[[^]]*\])?[^>]*>", re.IGNORECASE)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ENTITY = re.compile(r"&(?:([a-zA-Z][a-zA-Z0-9]{1,31})|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_LONE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
_HTML = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|"
    r"script|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul|video)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]{0,60})(?:[\s/][^<>]*)?>",
    re.DOTALL,
)
_DEEPEST = 100
_LAST_CHARACTER = 0x10FFFF
_XML_OWN = ("amp", "lt", "gt", "quot", "apos")


def decoded(body: bytes) -> str:
    """Return the text of a document in whatever encoding it is, without a byte order mark."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    if b"\x00" in body[:4]:
        return body.decode("utf-16-be" if body[:1] == b"\x00" else "utf-16-le", "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        found = _DECLARED.search(body[:300].decode("latin-1"))
        return _as(body, found[1] if found else "cp1252")


def _as(body: bytes, name: str) -> str:
    try:
        return body.decode(name, "replace")
    except LookupError:
        return body.decode("cp1252", "replace")


def json_value(document: str) -> tuple[object, bool]:
    """Return the value of a JSON text, None if it has none, and whether it was readable as it stood."""
    try:
        found = loose_json.read(document)
    except ValueError:
        return None, False
    inner = found.value if isinstance(found.value, str) else ""
    if inner.lstrip().startswith(("{", "[")):
        return json_value(inner)[0], False
    return values.fit(found.value), not found.fault


def xml_root(document: str) -> tuple[Element | None, bool]:
    """Return the root of an XML document, None if it has none, and whether it was readable as it stood."""
    content = text.safe(_without_prolog(document)).strip()
    try:
        return etree.fromstring(content.encode(), _parser(recover=False)), True
    except (etree.XMLSyntaxError, ValueError):
        pass
    # With a fault in the first tag nothing is found in it; a channel needs none round it.
    starts = (max(content.find("<rss"), 0), content.find("<channel"))
    roots = [_recovered(content[start:]) for start in starts if start >= 0]
    filled = (root for root in roots if root is not None and len(root.findall(".//{*}item")))
    return next(filled, roots[0]), False


def _without_prolog(document: str) -> str:
    """Return an XML document without its declarations and its type, and what stands before them."""
    for _ in range(2):
        document = _DECLARATION.sub("", document)
    start = _START_OF_TYPE.search(document)
    # The first one only: looking for the end of each takes a broken document's length, each time.
    found = _TYPE.match(document, start.start()) if start else None
    return document[: found.start()] + document[found.end() :] if found else document


def _recovered(content: str) -> Element | None:
    content = _balanced("".join(map(_escaped, _CDATA.split(content))))
    try:
        return etree.fromstring(content.encode(), _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _balanced(content: str) -> str:
    """Return XML without end tags of nothing, and with those that are missing where another one ends."""
    open_: list[str] = []

    def balanced(tag: re.Match[str]) -> str:
        name = tag["name"]
        if name and not tag["end"]:
            open_.extend([] if tag[0].endswith("/>") else [name])
        elif name and name not in open_[-_DEEPEST:]:
            return ""
        elif name:
            inside = open_[len(open_) - open_[::-1].index(name) :]
            del open_[-len(inside) - 1 :]
            return "".join(f"</{one}>" for one in reversed(inside)) + tag[0]
        return tag[0]

    return _TAG.sub(balanced, content)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True,
        strip_cdata=True, recover=recover,
    )  # fmt: skip


def _escaped(part: str) -> str:
    """Return a piece of XML, HTML's tags and lone ampersands in it as text, its entities as characters."""
    if part.startswith("<![CDATA["):
        return part
    part = _HTML.sub(lambda tag: escape(tag[0]), part)
    return _LONE.sub("&amp;", _ENTITY.sub(_character, part))


def _character(found: re.Match[str]) -> str:
    """Return the character of an entity, nothing of one that XML cannot carry."""
    name, decimal, hexadecimal = found.groups()
    if name:
        return found[0] if name in _XML_OWN else html5.get(f"{name};", found[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return escape(text.safe(chr(number))) if number <= _LAST_CHARACTER else ""
