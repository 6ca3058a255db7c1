"""The log as JSON: one object a line, with what a message says as fields of their own kind."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc import logs


def line(message: str, *arguments: object, **fields: Any) -> dict[str, Any]:
    record = logging.LogRecord("feedsvc.refresh", logging.INFO, "x.py", 1, message, arguments, **fields)
    record.created = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
    written = logs.Json().format(record)
    assert "\n" not in written
    return dict(json.loads(written))


def test_a_line_of_a_refresh_has_its_fields() -> None:
    told = line("channel=%s status=%s seen=%d seconds=%.2f", "news", "published", 12, 0.5, exc_info=None)
    assert told == {
        "time": "2026-11-22T12:00:00.000+00:00",
        "level": "INFO",
        "logger": "feedsvc.refresh",
        "message": "channel=news status=published seen=12 seconds=0.50",
        "channel": "news",
        "status": "published",
        "seen": 12,
        "seconds": 0.5,
    }


@pytest.mark.parametrize(
    ("message", "arguments", "fields"),
    [
        ("It is over.", (), {}),
        ("100%% of %s hub=%s", ("it", "h"), {"hub": "h"}),
        ("source=%s %s", ("a b", "status=failed"), {"source": "a b"}),
        ("path=%s", (Path("x"),), {"path": "x"}),
        ("path=%s", ("\udc80",), {"path": "\udc80"}),
        ("level=%s", ("high",), {}),
        ("channel=%s status=busy", ("news",), {"channel": "news", "status": "busy"}),
    ],
)
def test_fields_come_from_the_code_alone(
    message: str, arguments: tuple[object, ...], fields: dict[str, object]
) -> None:
    told = line(message, *arguments, exc_info=None)
    assert {key: told[key] for key in told if key not in ("time", "level", "logger", "message")} == fields
    assert told["level"] == "INFO"


def test_messages_of_others_are_not_taken_apart() -> None:
    record = logging.LogRecord("urllib3", logging.WARNING, "x.py", 1, "host=evil", (), None)
    assert "host" not in json.loads(logs.Json().format(record))


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("broken\nin two")
    except ValueError as error:
        told = line("channel=%s status=crashed", "news", exc_info=(type(error), error, error.__traceback__))
    assert told["channel"] == "news"
    assert told["exception"].endswith("ValueError: broken\nin two")
