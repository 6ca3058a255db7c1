"""Every code that an issue may carry: what it means, how bad it is, what to do."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from msgspec import Struct

from feeds.rules import Rule

# Whose check gives a code: the format's name by the module with its rules.
_CHECKS = {
    "feeds.checks.roku": ("roku",), "feeds.checks.mrss": ("roku_mrss", "mrss"),
    "feeds.checks.search": ("search",), "feeds.readers.screen": ("roku", "roku_mrss"),
}  # fmt: skip


class Code(Struct, frozen=True):
    """A code; severity and fix are empty where each issue has its own, `formats` those it is checked for."""

    code: str
    meaning: str
    severity: str = ""
    fix: str = ""
    formats: tuple[str, ...] = ()


def codes() -> tuple[Code, ...]:
    """Return every code there is, in the order of the alphabet."""
    modules = dict(_modules())
    meanings = {
        code: said for module in modules.values() for code, said in getattr(module, "CODES", {}).items()
    }
    rules = {code: rule for module in modules.values() for code, rule in getattr(module, "RULES", {}).items()}
    formats = {code: tuple(_formats(code, modules)) for code in meanings}
    return tuple(_code(code, said, rules.get(code), formats[code]) for code, said in sorted(meanings.items()))


def _modules() -> Iterator[tuple[str, object]]:
    for package in map(importlib.import_module, ("feeds", "feedsvc")):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                yield module.name, importlib.import_module(module.name)


def _formats(code: str, modules: Mapping[str, object]) -> Iterator[str]:
    for name, formats in _CHECKS.items():
        if code in getattr(modules[name], "CODES", {}):
            yield from formats


def _code(code: str, meaning: str, rule: Rule | None, formats: tuple[str, ...]) -> Code:
    severity, fix = (rule.severity, rule.fix) if rule else ("", "")
    return Code(code, meaning, severity, fix, tuple(dict.fromkeys(formats)))
