"""What every format promises, whatever it is: the table is iterated, so that a new one is held to it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from lxml import etree

from feeds import FORMATS, mrss, recognise, roku, search
from feeds.checks import mrss as checks
from feeds.checks import presets, roku_schema, search_schema
from feeds.model import Feed, Format, Issue, Row, Written
from feeds.readers import READERS, unseen
from tests.feeds_strategies import (
    CHANNEL,
    FILE,
    NASTY,
    NOON,
    empty,
    feeds,
    newsroom,
    programmes,
    small,
    story,
)
from tests.make_invalid import FAULTS, ON_TV

INVALID = Path(__file__).parent / "data" / "invalid"
FEEDS = Path(__file__).parent.parent / "feeds"
CODES: Mapping[str, Mapping[str, str]] = {
    "roku": roku.CODES, "roku_mrss": checks.CODES, "mrss": checks.CODES, "search": search.CODES,
    **{fmt.name: {**checks.CODES, **presets.CODES} for fmt in mrss.PRESETS},
}  # fmt: skip
INVALID_FILES = sorted(path for path in INVALID.glob("*/*") if not path.stem.startswith("reader_"))
ON_TV_FILES = sorted(INVALID.glob("*/reader_*"))
KNOWN_NAMES = re.findall(r'"(\w+)":', (FEEDS / "schemas" / "direct-publisher.schema.json").read_text("utf-8"))

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
# Names and descriptions of a channel are clipped; its addresses are as long as they are.
HEAD = 10_000


def errors(issues: list[Issue]) -> list[Issue]:
    return [issue for issue in issues if issue.severity == "error"]


def suffix(fmt: Format) -> str:
    return Path(fmt.path).suffix


# -- any feed --------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(feed=feeds())
def test_any_feed(feed: Feed) -> None:
    for fmt in FORMATS.values():
        written = fmt.write(feed)
        assert fmt.write(feed) == written
        has_no_error_as_soon_as_it_has_an_item(fmt, written)
        holds_every_article_once_or_says_why(fmt, written, feed)
        is_no_larger_than_its_costs(fmt, written, feed)


def has_no_error_as_soon_as_it_has_an_item(fmt: Format, written: Written) -> None:
    found = errors(fmt.check(written.body))
    if written.ids:
        assert found == []
        assert unseen(written.body, fmt.path, written.ids, fmt.readers) == []
    else:
        assert "no_items" in {issue.code for issue in found}


def holds_every_article_once_or_says_why(fmt: Format, written: Written, feed: Feed) -> None:
    for name in written.ids:
        said = rb'"id":"%s"' if suffix(fmt) == ".json" else rb">%s</guid>"
        assert written.body.count(said % name.encode()) == 1
    offered = {article.id for row in feed.rows for article in row.articles}
    refused = {issue.where for issue in errors(list(written.issues))}
    assert set(written.ids) | refused == offered
    assert not set(written.ids) & refused


def is_no_larger_than_its_costs(fmt: Format, written: Written, feed: Feed) -> None:
    articles = {a.id: a for row in reversed(feed.rows) for a in reversed(row.articles)}
    costs = {a.id: fmt.cost(a, feed.channel) for a in articles.values()}
    # A row's name stands in each of its items (MRSS) or twice (JSON): 60 characters of at most 6 bytes.
    places = sum(len(row.articles) for row in feed.rows) + len(feed.rows)
    openings = sum(fmt.opening(a, feed.channel) for a in articles.values()) if fmt.opening else 0
    assert len(written.body) <= sum(costs.values()) + openings + HEAD + 1000 * places
    assert {name for name, cost in costs.items() if cost} == set(written.ids)


@every_format
@pytest.mark.parametrize("text", NASTY)
def test_case_56_any_text_in_any_field_gives_a_document(fmt: Format, text: str) -> None:
    texts = dict.fromkeys(("body", "tags", "section", "authors"), (text,))
    article = story(1, f"Title {text}", summary=text, videos=FILE, **texts)
    channel = msgspec.structs.replace(CHANNEL, title=text, description=text, site=text, language=text)
    written = fmt.write(Feed(channel, (Row(text, (article,)), Row(text, (article,))), NOON))
    assert written.ids == (article.id,)
    assert errors(fmt.check(written.body)) == []
    if suffix(fmt) == ".json":
        json.loads(written.body)
    else:
        etree.fromstring(written.body)


@every_format
def test_case_28_the_same_news_is_the_same_whenever_and_from_wherever_it_is_read(fmt: Format) -> None:
    tokyo = timezone(timedelta(hours=9))
    once = fmt.write(Feed(CHANNEL, (Row("World", (story(1, published=NOON),)),), NOON))
    again = Feed(
        CHANNEL, (Row("World", (story(1, published=NOON.astimezone(tokyo)),)),), NOON.astimezone(tokyo)
    )
    assert fmt.write(again) == once


@every_format
def test_case_16_a_full_example(fmt: Format, golden: Callable[[str, bytes], None]) -> None:
    written = fmt.write(newsroom())
    golden(f"newsroom.{fmt.path.replace('/', '.')}", written.body)
    assert errors(fmt.check(written.body)) == []
    assert unseen(written.body, fmt.path, written.ids, fmt.readers) == []


@every_format
def test_every_kind_of_programme(fmt: Format, golden: Callable[[str, bytes], None]) -> None:
    written = fmt.write(programmes())
    golden(f"programmes.{fmt.path.replace('/', '.')}", written.body)
    assert errors(fmt.check(written.body)) == [] or not written.ids  # some presets take no stream
    assert unseen(written.body, fmt.path, written.ids, fmt.readers) == []
    shown = {article.id for row in programmes().rows for article in row.articles}
    left_out = {issue.code for issue in written.issues if issue.where in shown - set(written.ids)}
    assert left_out <= {"live_left_out", "video_not_taken"}


@every_format
def test_case_25_the_empty_and_the_small_feed_stay_as_they_are(
    fmt: Format, golden: Callable[[str, bytes], None]
) -> None:
    golden(f"small.{fmt.path}", fmt.write(small()).body)
    golden(f"empty.{fmt.path}", fmt.write(empty()).body)


@every_format
def test_a_document_is_recognised_whether_good_or_broken(fmt: Format) -> None:
    body = fmt.write(newsroom()).body
    known = mrss.STANDARD if fmt in mrss.PRESETS else fmt
    for one in (body, b"\xef\xbb\xbf\n" + body, body[: len(body) // 2]):
        assert recognise(one) == known


@every_format
def test_case_1_nothing_stands_before_the_document(fmt: Format) -> None:
    body = fmt.write(newsroom()).body
    assert body.startswith(b"{" if suffix(fmt) == ".json" else b"<?xml")
    for junk in (b"\n", b" ", b"\xef\xbb\xbf", b"Notice: undefined variable\n"):
        assert errors(fmt.check(junk + body)), junk


@every_format
def test_case_3_an_empty_selection_is_a_document_that_check_refuses(fmt: Format) -> None:
    written = fmt.write(empty())
    assert written.ids == ()
    assert [issue.code for issue in errors(list(written.issues))] == ["no_video"]
    assert "no_items" in {issue.code for issue in fmt.check(written.body)}


@every_format
def test_case_5_what_was_left_out_and_why(fmt: Format) -> None:
    articles = tuple(story(n, videos=() if n > 3 else FILE) for n in range(1, 19))
    written = fmt.write(Feed(CHANNEL, (Row("World", articles),), NOON))
    left_out = errors(list(written.issues))
    assert len(written.ids) == 3
    assert len(left_out) == 15
    assert all(issue.where and issue.message.endswith(".") and issue.fix for issue in left_out)


@every_format
def test_costs_of_a_usual_feed_are_its_size_but_for_the_head(fmt: Format) -> None:
    articles = tuple(story(n, section=("World",), videos=FILE) for n in range(1, 301))
    written = fmt.write(Feed(CHANNEL, (Row("World", articles),), NOON))
    costs = sum(fmt.cost(article, CHANNEL) for article in articles if article.id in written.ids)
    assert costs <= len(written.body) + 300 * 2
    assert len(written.body) - costs <= 1100


@every_format
def test_a_full_feed_is_within_what_readers_take(fmt: Format) -> None:
    said = "Wörter " * 28, ("Wörter " * 70,)
    articles = tuple(story(n, summary=said[0], body=said[1], videos=FILE) for n in range(1, 500))
    budget, chosen = fmt.limit or 10**7, []
    for article in articles:
        budget -= fmt.cost(article, CHANNEL)
        chosen += [article] if budget >= 0 else []
    body = fmt.write(Feed(CHANNEL, (Row("World", tuple(chosen)), Row("Latest", tuple(chosen))), NOON)).body
    assert errors(fmt.check(body)) == []
    assert fmt.limit is None or 200 < len(chosen) < 499


# -- any document ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", INVALID_FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_invalid_file_has_the_fault_it_is_named_after(path: Path) -> None:
    found = FORMATS[path.parent.name].check(path.read_bytes())
    assert path.stem in {issue.code for issue in found}
    for issue in found:
        assert re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", issue.code)
        assert issue.code in CODES[path.parent.name]
        assert issue.message.endswith(".")
        assert issue.fix.endswith(".")


@pytest.mark.parametrize("path", ON_TV_FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_reader_crashes_as_the_file_is_named(path: Path) -> None:
    screens = [read(path.read_bytes(), FORMATS[path.parent.name].path) for read in READERS.values()]
    assert path.stem in {screen.crash.code for screen in screens if screen.crash}


def test_every_code_has_its_file() -> None:
    assert {(path.parent.name, path.stem) for path in ON_TV_FILES} == {
        (name, code) for name, faults in ON_TV.items() for code in faults
    }
    files = {(path.parent.name, path.stem) for path in INVALID_FILES}
    assert files == {(name, code) for name, faults in FAULTS.items() for code in faults}
    assert {code for name, code in files if name == "roku"} == set(roku.CODES)
    assert {code for name, code in files if name == "search"} == set(search.CODES)
    assert {code for name, code in files if name in ("roku_mrss", "mrss")} == set(checks.CODES)
    assert {code for name, code in files if name.startswith("mrss_")} == set(presets.CODES)


@every_format
@given(body=st.binary(max_size=300))
def test_any_bytes_are_judged_and_nothing_is_raised(fmt: Format, body: bytes) -> None:
    assert errors(fmt.check(body))


@every_format
@settings(max_examples=60)
@given(cut=st.integers(0, 3000), change=st.binary(max_size=4), at=st.integers(0, 3000))
def test_a_damaged_document_is_judged(fmt: Format, cut: int, change: bytes, at: int) -> None:
    body = fmt.write(small()).body
    damaged = (body[:at] + change + body[at + len(change) :])[: len(body) - cut]
    assert all(issue.code in CODES[fmt.name] for issue in fmt.check(damaged))


def anything() -> st.SearchStrategy[object]:
    names = st.one_of(st.sampled_from(KNOWN_NAMES), st.text(max_size=3))
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(["", "MP4", "news", "a AND b", "http://x"]),
        st.text(st.characters(exclude_categories=()), max_size=5),
    )
    return st.recursive(values, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=5))


@settings(max_examples=50)
@given(root=st.dictionaries(st.sampled_from(KNOWN_NAMES[:60]), anything()), index=st.integers(0, 3))
def test_any_json_is_judged(root: dict[str, object], index: int) -> None:
    lists = ("movies", "series", "shortFormVideos", "categories")
    holder = {**root, lists[index]: [root, [root]]}
    for value in (root, holder, {"shortFormVideos": [{"content": root, **root}], **holder}):
        assert all(issue.code in roku.CODES for issue in roku.FORMAT.check(json.dumps(value).encode()))


@pytest.mark.parametrize(
    ("name", "module", "root"),
    [("roku", roku_schema, "feedDevice"), ("search", search_schema, "feedStrict")],
)
def test_asking_once_finds_what_asking_again_and_again_does(name: str, module: Any, root: str) -> None:
    again = Draft202012Validator({**module._SCHEMA, "$ref": f"#/$defs/{root}"}, validate_formats=True)
    for path in (path for path in INVALID_FILES if path.parent.name == name):
        if not path.read_bytes().startswith(b"{\n"):
            continue
        feed = json.loads(path.read_bytes())
        lean, layered = (
            {
                (issue.code, issue.where)
                for error in validator.iter_errors(feed)
                for issue in module._schema_issue(list(error.instance_path), error)
            }
            for validator in (module._VALIDATOR, again)
        )
        # A break at fault is told where it stands, and not also as a fault of the list.
        assert lean == {(code, where) for code, where in layered if not where.endswith("/adBreaks")}, path


@settings(max_examples=200)
@given(data=st.data(), value=anything())
@pytest.mark.parametrize("name", ["roku", "search"])
def test_any_value_in_any_place_of_a_feed_is_judged(name: str, data: st.DataObject, value: object) -> None:
    bodies = [path.read_bytes() for path in INVALID_FILES if path.parent.name == name]
    root = json.loads(data.draw(st.sampled_from([body for body in bodies if body.startswith(b"{\n")])))
    holder, step = data.draw(st.sampled_from(list(places(root))))
    holder[step] = value
    assert all(issue.code in CODES[name] for issue in FORMATS[name].check(json.dumps(root).encode()))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield whatever holds something in a JSON value, with the name or number of what it holds."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield value, step
        yield from places(value[step])


HOSTILE = {
    "nested 100,000 deep": b"[" * 100_000,
    "nested 10,000 objects": b'{"movies":' * 10_000 + b"1" + b"}" * 10_000,
    "nested 300 deep in an item": b'{"movies":[{"tags":' + b"[" * 300 + b"]" * 300 + b"}]}",
    "elements nested 10,000 deep": b"<rss>" * 10_000,
    "NaN": b'{"movies":[NaN,Infinity,-Infinity]}',
    "a number of 5,000 digits": b'{"lastUpdated":' + b"9" * 5000 + b"}",
    "1e999": b'{"movies":[{"content":{"duration":1e999}}]}',
    "duplicate keys": b'{"movies":[],"movies":[{"id":1,"id":2}]}',
    "UTF-16": "<?xml version='1.0' encoding='UTF-16'?><rss/>".encode("utf-16"),
    "UTF-32": '{"movies":[]}'.encode("utf-32"),
    "10,000 byte order marks": b"\xef\xbb\xbf" * 10_000,
    "an entity bomb": b"<!DOCTYPE a [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '&a%d;&a%d;'>" % (n, n - 1, n - 1) for n in range(1, 40))
    + b"]><rss version='2.0'><channel><title a='&a39;'>&a39;</title></channel></rss>",
    "an external entity": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><title>&x;</title></rss>",
    "an attribute of a megabyte": b"<rss><channel><item><enclosure url='https://"
    + b"a" * 1_000_000
    + b" '/></item></channel></rss>",
    "10,000 names in one": b"<rss><channel><item>" + b"<media:group>" * 200 + b"</channel></rss>",
    "a web page": b"<!DOCTYPE html><html><body>Not found</body></html>",
}


@every_format
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_an_issue(fmt: Format, body: bytes) -> None:
    assert errors(fmt.check(body))
    assert "root:" not in repr(fmt.check(body))
