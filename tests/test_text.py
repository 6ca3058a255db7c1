"""Any input, fit to print."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from feeds import text
from feeds.model import Article, Image

ANY = st.text(st.characters())  # lone surrogates and control characters included


@given(ANY)
@example("a\x00b\x0bc\ud800d\ufffee\u202ef\u2066g\U0001ffff")
def test_any_text_survives_xml_and_json(raw: str) -> None:
    safe = text.safe(raw)
    element = etree.Element("a")
    element.text = safe
    body = etree.tostring(element, encoding="utf-8")
    assert (etree.fromstring(body).text or "") == safe.replace("\r", "\r")
    assert json.loads(json.dumps(safe).encode("utf-8")) == safe


def test_safe_keeps_what_scripts_need_and_drops_what_leaks() -> None:
    assert text.safe("نص\u200f (2) مع\u200dرابط 👩‍🚀") == "نص\u200f (2) مع\u200dرابط 👩‍🚀"
    assert text.safe("open\u202eoverride\u2067isolate") == "openoverrideisolate"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>One</p><p>Two&nbsp;three</p>", "One Two three"),
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips &amp;quot;now&amp;quot;", 'Fish & chips "now"'),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("I <3 you", "I <3 you"),
        ("a<br>b<script>alert(1)</script>c", "a bc"),
        ("<!-- hidden -->seen", "seen"),
        ("“Quoted” — naïve 😀", "“Quoted” — naïve 😀"),
        ("x<b>y</b>z", "xyz"),
        ("", ""),
    ],
)
def test_plain_is_what_a_reader_would_read(markup: str, words: str) -> None:
    assert text.plain(markup) == words


@given(ANY)
def test_plain_takes_anything(raw: str) -> None:
    words = text.plain(raw)
    assert words == text.line(words)


@given(
    st.lists(st.sampled_from(["<p>", "</b>", "<a href='", "<![CDATA[", "]]>", "&amp", "&#xD800;", "<!", "x"]))
)
def test_plain_takes_broken_markup(parts: list[str]) -> None:
    assert "\n" not in text.plain("".join(parts))


@given(ANY, st.integers(1, 60))
def test_clip_keeps_its_limit_and_whole_graphemes(raw: str, limit: int) -> None:
    line = text.line(raw)
    clipped = text.clip(line, limit)
    assert len(clipped) <= limit
    if clipped != line:
        kept = clipped.removesuffix("…")
        assert line.startswith(kept)
        whole = "".join(regex.findall(r"\X", line)[: len(regex.findall(r"\X", kept))])
        assert kept == whole or not kept


def test_clip_cuts_after_a_word() -> None:
    assert text.clip("The quick brown fox jumps", 16) == "The quick brown…"
    assert text.clip("The quick brown, fox", 17) == "The quick brown…"
    assert text.clip("short", 5) == "short"
    assert text.clip("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 10) == "👨‍👩‍👧‍👦…"[:8]
    assert text.clip("漢字仮名交じり文", 5) == "漢字仮名…"


def test_tags_are_one_word_that_no_reader_splits() -> None:
    assert text.tag("Arts and Culture") == "arts_and_culture"
    assert text.tag("Rock ’n’ Roll / Live!") == "rock_n_roll_live"
    assert len(text.tag("x" * 50)) == 20
    assert text.tag("Überblick: العالم") == "überblick_العالم"


@given(st.lists(ANY, min_size=1, max_size=3))
def test_ids_are_stable_and_of_one_shape(parts: list[str]) -> None:
    name = text.stable_id(*parts)
    assert name == text.stable_id(*parts)
    assert regex.fullmatch("[a-z][a-z0-9]{15}", name)


def test_ids_do_not_run_together() -> None:
    assert text.stable_id("a", "bc") != text.stable_id("ab", "c")


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.org:8443/a b?q=ü#part", "https://example.org:8443/a%20b?q=%C3%BC"),
        ("https://exämple.org/ä", "https://xn--exmple-cua.org/%C3%A4"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("ftp://example.org/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://exa mple.org/", None),
        ("https://example.org:port/", None),
        ("/relative", None),
        ("", None),
    ],
)
def test_web_url(raw: str, url: str | None) -> None:
    assert text.web_url(raw) == url


@given(ANY)
def test_web_url_takes_anything_and_is_stable(raw: str) -> None:
    for candidate in (raw, f"https://example.org/{raw}", f"https://{raw}/"):
        url = text.web_url(candidate)
        assert url is None or (url.isascii() and text.web_url(url) == url)


def test_loopback() -> None:
    assert text.on_loopback("http://127.0.0.1:8080/x")
    assert text.on_loopback("http://localhost/x")
    assert not text.on_loopback("http://127.0.0.1.example.org/x")


def test_dates_are_said_as_each_reader_wants_them() -> None:
    moment = datetime(2026, 11, 22, 9, 0, 0, 5, timezone(timedelta(hours=2)))
    assert text.iso(moment) == "2026-11-22T07:00:00+00:00"
    assert text.iso_z(moment) == "2026-11-22T07:00:00Z"
    assert text.rfc822(moment.astimezone(UTC)) == "Sun, 22 Nov 2026 07:00:00 +0000"


def test_scrub_reaches_every_string() -> None:
    article = Article(title="a\x00b", body=("c\ud800d",), images=(Image("u\x01", caption="e\x02"),))
    clean = text.scrub(article)
    assert clean == Article(title="ab", body=("cd",), images=(Image("u", caption="e"),))


@given(ANY, ANY)
def test_same_compares_letters(one: str, other: str) -> None:
    assert text.same(one, one.upper().lower()) or one.casefold() != one.upper().lower().casefold()
    assert text.same(one, other) == text.same(other, one)
