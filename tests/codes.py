"""Every code an issue may carry, and what it means; `python -m tests.codes` writes them into the README."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import feeds
import feedsvc

_START, _END = "<!-- codes -->\n", "<!-- /codes -->\n"


def _gathered() -> Iterator[tuple[str, str]]:
    for package in (feeds, feedsvc):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                yield from getattr(importlib.import_module(module.name), "CODES", {}).items()


CODES: Mapping[str, str] = dict(_gathered())


def table() -> str:
    rows = (f"| `{code}` | {meaning.replace('|', '/')} |\n" for code, meaning in sorted(CODES.items()))
    return "| code | meaning |\n|---|---|\n" + "".join(rows)


def main() -> None:
    readme = Path(__file__).parent.parent / "README.md"
    head, rest = readme.read_text("utf-8").split(_START)
    readme.write_text(head + _START + table() + _END + rest.split(_END)[1], "utf-8")


if __name__ == "__main__":
    main()
