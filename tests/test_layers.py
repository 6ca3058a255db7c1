"""The dependency rule of the house: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Bottom first. A module may import from the floors below it and from its own room, never its neighbours.
FLOORS = [
    {"feeds"},
    {"fields"},
    {"programming"},
    {"settings"},
    {"http", "charsets", "dates", "filters", "metrics", "pixels", "logs", "processes"},
    {"blobs", "store", "thumbnails", "media", "captions", "pages", "sources", "demo"},
    # Slides are set in the type of title cards: one floor above thumbnails.
    {"slides", "produce", "decide", "publication", "selection", "programmes", "pacing"},
    {"desk", "stories", "studio", "websub", "progress"},
    {"renderer", "rundown", "making"},
    {"report", "housekeeping", "discovery", "standing"},
    {"checker", "codes", "webhooks", "why"},
    {"refresh", "scheduler", "jobs", "web", "export"},
    {"app"},
    {"serving"},
    {"wsgi"},
    {"cli"},
    {"run"},
]
# A neighbour that is handed a type, not a behaviour; and the demo source, which is the demo newsroom's door.
ALLOWED = {
    ("decide", "sources"), ("decide", "store"), ("publication", "store"), ("sources", "demo"),
    ("decide", "media"), ("produce", "store"),
}  # fmt: skip
PURE = {
    *("ast", "base64", "bisect", "codecs", "collections", "collections.abc", "contextlib", "dataclasses"),
    *(
        "datetime",
        "email.utils",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "html",
        "io",
        "itertools",
    ),
    *(
        "html.entities",
        "ipaddress",
        "json",
        "math",
        "operator",
        "pkgutil",
        "re",
        "string",
        "types",
        "typing",
        "unicodedata",
    ),
    *("urllib.parse", "xml.sax.saxutils", "calendar", "email.errors"),
    *(
        "lxml",
        "lxml.etree",
        "lxml.html",
        "xml.parsers",
        "msgspec",
        "msgspec.structs",
        "jsonschema_rs",
        "regex",
    ),
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            yield from (
                f"{module}.{a.name}" if module in ("feeds", "feedsvc") else module for a in node.names
            )


def room(name: str) -> str:
    """Return the room of a dotted module name, a path's or an import's."""
    parts = name.split(".")
    if parts[0] != "feedsvc":
        return parts[0]
    return parts[1]


def floor(name: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


@pytest.mark.parametrize("path", modules("feeds"), ids=lambda p: p.stem)
def test_feeds_is_pure(path: Path) -> None:
    foreign = {name for name in imports(path) if name.split(".")[0] != "feeds"}
    assert foreign <= PURE, f"{path.name} imports {sorted(foreign - PURE)}"


@pytest.mark.parametrize("path", modules("feedsvc"), ids=lambda p: p.stem)
def test_rooms_import_only_what_is_below(path: Path) -> None:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if dotted == "feedsvc.__init__":
        return
    own = room(dotted)
    for name in imports(path):
        other = room(name)
        if name.split(".")[0] not in ("feeds", "feedsvc") or other == own:
            continue
        below = floor(other) < floor(own)
        assert below or (own, other) in ALLOWED, f"{dotted} imports {name}"


def test_web_never_imports_the_pipeline() -> None:
    for path in modules("feedsvc/web"):
        reached = {room(name) for name in imports(path) if name.startswith("feedsvc")}
        assert not reached & {"refresh", "sources", "scheduler", "jobs", "produce", "pages"}, path


@pytest.mark.parametrize("package", ["checks", "readers"])
def test_what_judges_the_bytes_shares_no_helper_with_what_writes_them(package: str) -> None:
    """A check that used a writer's helper would repeat its mistakes."""
    allowed = {"feeds.model", "feeds.rules", f"feeds.{package}"}
    for path in modules(f"feeds/{package}"):
        named = {name for name in imports(path) if name.startswith("feeds")}
        strange = {name for name in named if not any(f"{name}.".startswith(f"{a}.") for a in allowed)}
        assert not strange, f"{path.name} imports {strange}"


def test_top_level_holds_what_the_user_fixed() -> None:
    allowed = {"feeds", "feedsvc", "tests", "run.py", "settings.toml", "README.md"}
    allowed |= {
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "CHANGELOG.md",
        "LICENSE",
        "var",
    }
    here = {p.name for p in ROOT.iterdir() if not p.name.startswith((".", "__"))}
    assert here <= allowed
