"""What the log looks like: lines for people, or one JSON object a line for a machine that collects them."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["text", "json"]
_TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
# Where a message has an argument, and under which key; or a key with a word of its own.
_PLACES = re.compile(r"(?:(\w+)=)?%[-#0 +]*\d*(?:\.\d+)?[a-z]|(\w+)=([^%\s]+)")


class Json(logging.Formatter):
    """Writes a record as JSON: time, level, logger, message, and each ``key=value`` of a message of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        fields = dict(_fields(record)) if record.name.startswith("feedsvc") else {}
        # Escaped, for a file's name may hold what is no UTF-8.
        return json.dumps({**fields, **told}, default=str)


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Yield what the code says with a key; a source may write key=value into a message, too."""
    arguments = iter(record.args if isinstance(record.args, tuple) else ())
    for key, word_key, word in _PLACES.findall(str(record.msg).replace("%%", "")):
        value = word if word_key else next(arguments, None)
        if key or word_key:
            yield key or word_key, value


_stderr = logging.StreamHandler()


def configure(kind: Kind, level: int) -> None:
    """Write to stderr what is worth it: ours from `level` on, warnings of everybody else."""
    _stderr.setFormatter(Json() if kind == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[_stderr])
    logging.getLogger("feedsvc").setLevel(level)


def of_server(kind: Kind) -> dict[str, Any] | None:
    """Return how the web server's own log is set up, None when its own way will do."""
    if kind == "text":
        return None
    handlers = {"ours": {"class": "logging.StreamHandler", "formatter": "json"}}
    loggers = {name: {"handlers": ["ours"], "propagate": False} for name in ("_granian", "granian.access")}
    return {"formatters": {"json": {"()": Json}}, "handlers": handlers, "loggers": loggers}
