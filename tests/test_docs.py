"""The README says what the software does: settings, codes, routes, commands."""

import ast
import re
from pathlib import Path
from typing import Any

import click
import pytest

from feeds import FORMATS
from feedsvc import app, cli
from feedsvc.settings import Settings, load
from feedsvc.sources import SOURCES
from feedsvc.web import create_app
from tests.codes import CODES, table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def keys(schema: dict[str, Any], node: dict[str, Any], place: str = "") -> list[str]:
    """Return the dotted names of all settings in a JSON Schema."""
    found = []
    for name, value in node.get("properties", {}).items():
        value = value.get("items", value)
        target = schema["$defs"][value["$ref"].rsplit("/", 1)[1]] if "$ref" in value else {}
        dotted = f"{place}{name}"
        found += keys(schema, target, f"{dotted}.") if target.get("properties") else [dotted]
    return found


SCHEMA = Settings.model_json_schema()


@pytest.mark.parametrize("setting", [k for k in keys(SCHEMA, SCHEMA) if k != "root"])
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_in_the_readme(code: str) -> None:
    assert f"| `{code}` |" in README


def test_the_table_of_codes_is_as_it_is_made() -> None:
    assert table() in README


def test_the_readme_has_no_code_that_is_gone() -> None:
    told = set(re.findall(r"^\| `([a-z0-9_]+)` \|", README[README.index("## Codes") :], re.M))
    assert told == set(CODES)


def test_every_code_that_is_written_down_has_a_meaning() -> None:
    """An issue's code is a key of its module's CODES, where it is a constant in the call."""
    for path in [*(ROOT / "feeds").rglob("*.py"), *(ROOT / "feedsvc").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Issue":
                codes = [a.value for a in node.args[1:2] if isinstance(a, ast.Constant)]
                assert set(codes) <= set(CODES), f"{path}:{node.lineno}"


@pytest.mark.parametrize("name", list(cli.main.commands))
def test_every_command_and_its_options_are_in_the_readme(name: str) -> None:
    command = cli.main.commands[name]
    line = next(line for line in README.splitlines() if line.startswith(f"| `python run.py {name}"))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in line


def test_every_route_is_in_the_readme(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text((ROOT / "settings.toml").read_text())
    settings = load(tmp_path / "settings.toml")
    service = app.build(settings)
    flask = create_app(service.store, settings, service.blobs, now=app.now)
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule) for rule in flask.url_map.iter_rules()}
    service.close()
    routes = {"/feeds/<channel>/<path>" if route.startswith("/feeds/") else route for route in routes}
    for route in routes - {"/static/<filename>"}:
        assert f"`{route}`" in README, route


@pytest.mark.parametrize("name", [*FORMATS, *SOURCES])
def test_every_format_and_source_kind_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_the_settings_shown_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_SECRET", "as the README says")
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", README, re.S)):
        path = tmp_path / f"{number}.toml"
        path.write_text(block)
        load(path, kinds=frozenset(SOURCES), formats=frozenset(FORMATS))


def test_the_two_commands_are_what_ci_runs() -> None:
    tests = next(
        line for line in README.splitlines() if "requirements-dev.txt" in line and line.startswith("python3")
    )
    assert tests in (ROOT / ".ci/run").read_text()
