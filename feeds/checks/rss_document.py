"""An RSS document as its checks see it: one channel, its items, their parts by name."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct

from feeds import rules
from feeds.checks.mrss_rules import RULES
from feeds.model import Issue, Severity

MEDIA = "http://search.yahoo.com/mrss/"
_ENCODING = re.compile(r"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]+)")

Naming = Callable[[Element], str]


class Part(Struct, frozen=True, dict=True):
    """An element and what stands in it; `name` as the reader in question sees it."""

    name: str
    where: str
    element: Element
    naming: Naming

    @property
    def text(self) -> str:
        """Its text without the white space around it."""
        return (self.element.text or "").strip()

    def get(self, name: str) -> str | None:
        """Return an attribute without the white space around it."""
        value = self.element.get(name)
        return None if value is None else value.strip()

    @cached_property
    def parts(self) -> Mapping[str, list["Part"]]:
        """Its elements by name, each in their order; `where` counts those of one name."""
        parts: dict[str, list[Part]] = {}
        for child in self.element.iterchildren(etree.Element):
            alike = parts.setdefault(name := self.naming(child), [])
            alike.append(Part(name, f"{self.where}/{name}[{len(alike) + 1}]", child, self.naming))
        return parts

    def forget(self) -> None:
        """Let go of its parts: they are read anew when somebody asks for them."""
        self.__dict__.pop("parts", None)

    def named(self, name: str) -> list["Part"]:
        """Return its elements of a name."""
        return self.parts.get(name, [])

    def last(self, name: str) -> "Part | None":
        """Return its last element of a name: that is the one readers keep."""
        return next(reversed(self.named(name)), None)

    def last_text(self, name: str) -> str:
        """Return the text of its last element of a name, empty if there is none."""
        part = self.last(name)
        return part.text if part else ""


def issue(code: str, where: str, detail: str = "", severity: Severity | None = None) -> Issue:
    """Return what the RSS rules say of `code`."""
    return rules.issue(RULES, code, where, detail, severity)


def read(text: str, naming: Naming) -> tuple[Part | None, list[Issue]]:
    """Return the channel, None when there is nothing to look at, and what is wrong around it."""
    found = list(_encoding(text))
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.strip().encode(), parser)
    except etree.XMLSyntaxError as error:
        return None, [*found, _not_xml(text, error)]
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        found.append(issue("entities", ""))
    if naming(root) != "rss":
        return None, [*found, issue("not_rss", "", f"it is {rules.quoted(naming(root))}")]
    if root.get("version") != "2.0":
        found.append(issue("bad_version", "/rss", rules.quoted(root.get("version") or "")))
    channels = Part("rss", "/rss", root, naming).named("channel")
    if len(channels) != 1:
        found.append(issue("one_channel", "/rss", f"there are {len(channels)}"))
    return (channels[0] if channels else None), found


def _encoding(text: str) -> Iterator[Issue]:
    match = _ENCODING.match(text)
    if match and match.group(1).lower() not in ("utf-8", "utf8", "us-ascii"):
        yield issue("not_utf8", "", f"it says it is {rules.quoted(match.group(1))}")


def _not_xml(text: str, error: etree.XMLSyntaxError) -> Issue:
    start = text.lstrip()[:15].lower()
    if start.startswith(("{", "[")):
        return issue("not_xml", "", "it is JSON")
    if start.startswith(("<!doctype html", "<html")):
        return issue("not_xml", "", "it is a web page")
    line, column = error.position
    return issue(
        "not_xml", f"line {line}, column {column}", rules.quoted(str(error.msg).partition(", line ")[0])
    )


# -- what both flavours ask ------------------------------------------------------------------------


Look = Callable[[Part], Iterable[Issue]]


def each(items: Iterable[Part], *looks: Look) -> Iterator[Issue]:
    """Yield what each of `looks` finds in an item, item after item.

    The parts of an item go with it: those of a hundred thousand fill a gigabyte.
    """
    for item in items:
        for look in looks:
            yield from look(item)
        item.forget()


def unique_guids() -> Look:
    """Return what finds the items whose guid another had before them."""
    seen: dict[str, str] = {}

    def look(item: Part) -> Iterator[Issue]:
        guid = item.last_text("guid")
        if guid and (first := seen.setdefault(guid, item.where)) != item.where:
            yield issue("duplicate_guid", f"{item.where}/guid[1]", f"{rules.quoted(guid)} is also {first}")

    return look


def window(item: Part, made: str) -> Iterator[Issue]:
    """Yield what is wrong with the windows of an item of a feed `made` at some time."""
    for part in item.named("dcterms:valid"):
        edges = dict(_edges(part.text))
        if not edges.keys() & {"start", "end"}:
            yield issue("bad_window", part.where, rules.quoted(part.text))
        yield from rules.window(edges.get("start"), edges.get("end"), made, part.where)


def _edges(period: str) -> Iterator[tuple[str, str]]:
    for component in period.split(";"):
        name, equals, value = component.partition("=")
        if equals:
            yield name.strip().lower(), value.strip()


def captions(item: Part) -> Iterator[Issue]:
    """Yield what is wrong with the text tracks of an item."""
    for part in item.named("media:subTitle"):
        if not part.get("href") or not rules.is_language(part.get("lang") or ""):
            yield issue("bad_caption", part.where)
        if url := part.get("href"):
            yield from rules.address(url, part.where, "bad_caption")


def repeats(item: Part, names: Iterable[str]) -> Iterator[Issue]:
    """Yield the elements that stand twice where readers keep one."""
    for name in names:
        if len(parts := item.named(name)) > 1:
            yield issue("repeated_element", parts[-1].where, rules.quoted(name))


def namespaces(channel: Part) -> Mapping[str, str]:
    """Return the namespaces declared for the channel, by prefix."""
    return {prefix or "": uri for prefix, uri in channel.element.nsmap.items()}
