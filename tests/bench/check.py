"""How long checking 10,000 items takes, beside the parsers and validators it stands on; what memory."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import jsonschema_rs
import msgspec
from lxml import etree

from feeds import FORMATS
from feeds.mending import Told, mend
from feeds.model import Format
from feeds.readers import READERS
from feedsvc.checker import check, screens, told
from tests.bench.write import news

_SCHEMAS = {"roku": "direct-publisher", "search": "search-feed"}
# What makes every item of a feed faulty, several times over.
_IN_XML = ((b"<pubDate>", b"<pubDate>on "), (b"<title>", b"<title>&lt;b&gt;"), (b'url="https', b'url="http'))
_FAULTS = {
    "roku": ((b'"genres"', b'"genre"'), (b'"rating":{', b'"rating":7,"was":{'), (b'"https:', b'"http:')),
    "search": ((b'"genres":["', b'"genres":["New '), (b'"quality"', b'"Quality"'), (b'"https:', b'"http:')),
}  # fmt: skip
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


def best(work: Callable[[], object], rounds: int) -> float:
    """Return the CPU seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def whole(name: str, body: bytes) -> None:
    """Do what the command does: the rules, the readers, the report."""
    format_ = FORMATS[name]
    told(
        body, format_.path, format_, check(body, format_.path, format_), screens(body, format_.path, format_)
    )


def faulty(name: str, body: bytes) -> bytes:
    """Return the feed with every item faulty."""
    for good, bad in _FAULTS.get(name, _IN_XML):
        body = body.replace(good, bad)
    return body


def floors(name: str, body: bytes) -> Mapping[str, Callable[[], object]]:
    """Return what cannot be done without: a parser, and a schema's yes or no."""
    if name not in _SCHEMAS:
        return {"lxml parse": lambda: etree.fromstring(body)}
    schema = json.loads(msgspec.json.encode(_schema(name)))
    validator = jsonschema_rs.Draft202012Validator(schema)
    root = json.loads(body)
    return {
        "msgspec decode": lambda: msgspec.json.decode(body),
        "json.loads": lambda: json.loads(body),
        "jsonschema-rs, yes or no": lambda: validator.is_valid(root),
    }


def _schema(name: str) -> object:
    from feeds.checks import roku_schema, search_schema

    return {"roku": roku_schema, "search": search_schema}[name]._SCHEMA


def memory(name: str, body: bytes) -> float:
    """Return how many megabytes a check takes above its input; to be asked in a process of its own."""
    before = _peak()
    whole(name, body)
    return _peak() - before


def _peak() -> float:
    # Not getrusage: a process that was forked begins with the peak of its parent there.
    (line,) = (li for li in Path("/proc/self/status").read_text().splitlines() if li.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main(arguments: list[str]) -> None:
    feed = news(int(arguments[0]) if arguments else 10_000)
    for name, format_ in FORMATS.items():
        report(name, format_, format_.write(feed).body)


def report(name: str, format_: Format, body: bytes) -> None:
    """Print the seconds and megabytes of one format."""
    rules = best(lambda: format_.check(body), 2)
    shown = best(lambda: [READERS[reader](body, format_.path) for reader in format_.readers], 2)
    mended = best(lambda: mend(body, name, Told(_NOW)), 2)
    bad = faulty(name, body)
    all_faulty = best(lambda: whole(name, bad), 1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        more = alone.submit(memory, name, body).result()
    print(
        f"{name:10} {len(body) / 1e6:5.1f} MB: rules {rules:5.2f} s, readers {shown:5.2f} s, "
        f"mending {mended:5.2f} s; all but mending takes the input + {more:.0f} MB; "
        f"with every item faulty {all_faulty:5.2f} s"
    )
    for what, work in floors(name, body).items():
        seconds = best(work, 2)
        print(f"{'':10} {what} {seconds:.2f} s: the rules take {rules / max(seconds, 1e-3):.1f}x")
