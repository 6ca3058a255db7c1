"""Every code an issue may carry, and what it means; `python -m tests.codes` writes them into the README."""

from collections.abc import Mapping
from pathlib import Path

from feedsvc.codes import codes

_START, _END = "<!-- codes -->\n", "<!-- /codes -->\n"
_ROOT = Path(__file__).parent.parent
_INVALID = Path("tests", "data", "invalid")

CODES: Mapping[str, str] = {code.code: code.meaning for code in codes()}


def examples(code: str) -> str:
    """Return links to the files that have a fault, as far as a file can have it."""
    found = sorted((_ROOT / _INVALID).glob(f"*/{code}.*"))
    return " ".join(f"[{path.parent.name}]({path.relative_to(_ROOT).as_posix()})" for path in found)


def table() -> str:
    rows = (
        f"| `{code}` | {meaning.replace('|', '/')} | {examples(code)} |\n"
        for code, meaning in sorted(CODES.items())
    )
    return "| code | meaning | example |\n|---|---|---|\n" + "".join(rows)


def main() -> None:
    readme = _ROOT / "README.md"
    head, rest = readme.read_text("utf-8").split(_START)
    readme.write_text(head + _START + table() + _END + rest.split(_END)[1], "utf-8")


if __name__ == "__main__":
    main()
