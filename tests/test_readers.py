"""What both readers make of a feed, and what `unseen` says of it."""

import json
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.readers import CODES, READERS, Tile, template, unseen, wizard
from tests.tv_feeds import IDS, clip, code, entry, feed, ids, mrss, read


def test_both_show_a_clean_json_feed() -> None:
    screen = read("template", feed(clip("a1"), clip("a2")))
    assert ids(screen) == {"shortFormVideos": ["a1", "a2"]}
    assert screen.rows[0].tiles[0] == Tile(
        "a1", "Title a1", "Short a1", "http://tv/a1.jpg", "http://tv/a1.mp4"
    )
    screen = read("wizard", feed(clip("a1"), clip("a2")))
    assert ids(screen) == {"Playlist: World": ["a1", "a2"]}
    assert screen.rows[0].tiles[0] == Tile(
        "a1", "Title a1", "Long a1", "http://tv/a1.jpg", "http://tv/a1.mp4", short="Short a1"
    )


def test_both_show_a_clean_mrss_feed() -> None:
    screen = template(mrss(entry("a1"), entry("a2")), "roku.xml")
    assert [tile.title for tile in screen.rows[0].tiles] == ["Title a1", "Title a2"]
    assert screen.rows[0].tiles[0] == Tile("", "Title a1", "Short a1", "http://tv/a1.jpg", "http://tv/a1.mp4")
    tile = wizard(mrss(entry("a1")), "roku.xml").rows[0].tiles[0]
    assert tile == Tile(
        "a1", "Title a1", "Short a1", "http://tv/a1.jpg", "http://tv/a1.mp4", short="Short a1"
    )


def test_c10_unseen_finds_the_mistaken_identity() -> None:
    body = json.dumps(feed(clip("story-1-b"), clip("story-1"))).encode()
    issues = unseen(body, "roku.json", ["story-1-b", "story-1"])
    assert [(issue.code, issue.where) for issue in issues] == [("reader_hides", "story-1")]


def test_case_08_c12_the_root_is_a_list() -> None:
    for root in ([feed(clip("a1"))], [], "x", 5, True):
        assert [code(read(reader, root)) for reader in READERS] == ["reader_shape"] * 2
    assert [code(read(reader, None)) for reader in READERS] == ["reader_json"] * 2


def test_c12_a_list_that_is_null_is_an_empty_row() -> None:
    root = {**feed(clip("a1")), "movies": None}
    assert ids(read("template", root)) == {"movies": [], "shortFormVideos": ["a1"]}
    assert ids(read("wizard", root)) == {"Playlist: World": ["a1"]}


@pytest.mark.parametrize("bad", [None, 5, "x"])
def test_c12_an_item_that_is_no_object(bad: object) -> None:
    assert [code(read(reader, feed(clip("a1"), bad))) for reader in READERS] == ["reader_shape"] * 2


def test_c19_white_space_elsewhere_and_comments_are_harmless() -> None:
    spaced = (
        entry("a1").replace("<guid", "<!-- c --><?pi x?><guid").replace('duration="60">', 'duration="60"> ')
    )
    body = mrss("\n", spaced, "\n")
    assert unseen(body, "roku.xml", ["a1"]) == []


TEXTS = ['"quoted" & <b>', "Zürich – naïve 😀", "مرحبا", "tab\tnew\nline", "&amp; twice"]


@pytest.mark.parametrize("text", TEXTS)
def test_c22_texts_arrive_as_written(text: str) -> None:
    for reader in READERS:
        assert read(reader, feed(clip("a1", title=text))).rows[0].tiles[0].title == text
    xml = mrss(
        entry(
            "a1",
            title=f"<title>{escape(text)}</title>",
            media_title=f"<media:title>{escape(text)}</media:title>",
        )
    )
    for reader in READERS:
        assert READERS[reader](xml, "roku.xml").rows[0].tiles[0].title == text


def test_a_number_for_a_text_is_shown_and_a_list_is_not() -> None:
    for reader in READERS:
        tile = read(reader, feed(clip("a1", title=7, thumbnail=["x"]))).rows[0].tiles[0]
        assert (tile.title, tile.picture) == ("7", "")


def test_a_lone_surrogate_can_be_stored() -> None:
    body = json.dumps(feed(clip("a1", title="\ud800!"), clip("\udfff", genres=None))).encode()
    for screen in (template(body), wizard(body)):
        msgspec.json.encode(screen)


def test_a_forgotten_namespace_plays_on_the_tv() -> None:
    assert unseen(mrss(entry("a1"), namespace=""), "roku.xml", ["a1"]) == []


@pytest.mark.parametrize(
    "body",
    [
        mrss(entry("a1"))[:-3],
        mrss(entry("a1", title="<title>Fish & chips</title>")),
        mrss(entry("a1", title="<title>caf&eacute;</title>")),
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e "x">]><rss>&e;</rss>',
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss>&e;</rss>',
        b'<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><rss a="&e;">&e;</rss>',
        b'<?xml version="1.0"?>' + b"<rss>" * 40_000 + b"</rss>" * 40_000,
        b"<?xml",
    ],
)
def test_xml_that_is_none(body: bytes) -> None:
    assert [code(READERS[reader](body, "roku.xml")) for reader in READERS] == ["reader_xml"] * 2


@pytest.mark.parametrize(
    "body", [b"{", b'{"a": NaN}', b"[" * 100_000, b'{"a": 1} x', b"\x1f\x8b\x08gzip", "{}".encode("utf-16")]
)
def test_json_that_is_none(body: bytes) -> None:
    assert [code(READERS[reader](body, "roku.json")) for reader in READERS] == ["reader_json"] * 2


def test_unseen_says_what_is_lacking() -> None:
    items = [
        clip("a1"), clip("a2", title=""), clip("a3", thumbnail=None), clip("a4", title=None),
        clip("a5", content={"videos": [{"url": ""}]}),
    ]  # fmt: skip
    found = unseen(
        json.dumps(feed(*items)).encode(), "roku.json", ["a1", "a2", "a3", "a4", "a5", "a6"], ["wizard"]
    )
    assert [(issue.where, issue.code) for issue in found] == [
        ("a2", "reader_no_title"), ("a3", "reader_no_picture"), ("a4", "reader_no_title"),
        ("a5", "reader_no_play"), ("a6", "reader_hides"),
    ]  # fmt: skip


def test_unseen_knows_mrss_items_in_the_template_by_their_guid() -> None:
    one = entry("a1", content='<media:content url="http://tv/same.mp4"/>')
    two = entry(
        "a2",
        content='<media:content url="http://tv/same.mp4"><media:thumbnail url="http://x"/></media:content>',
    )
    found = unseen(mrss(one, two, "<item>a3</item>"), "roku.xml", IDS, ["template"])
    assert [(issue.where, issue.code) for issue in found] == [
        ("a1", "reader_no_picture"),
        ("a3", "reader_hides"),
    ]
    assert all(tile.id == "" for tile in template(mrss(one, two)).rows[0].tiles)


def test_unseen_tells_a_crash_once_and_only_the_readers_asked() -> None:
    body = json.dumps(feed(clip("a1"), clip("a2", genres=None), clip("a3", content=None))).encode()
    assert [issue.code for issue in unseen(body, "roku.json", IDS, ["template"])] == ["reader_genres"]
    assert [(issue.code, issue.where) for issue in unseen(body, "roku.json", IDS, ["wizard"])] == [
        ("reader_hides", "a3")
    ]
    assert unseen(body, "roku.json", IDS, []) == []


def test_every_code_is_explained() -> None:
    assert all(name.startswith("reader_") and meaning.endswith(".") for name, meaning in CODES.items())


NAMES = [
    *clip("a1"), *feed(), "url", "videos", "name", "query", "order", "playlistName", "itemIds", "seasons",
    "episodes", "seasonNumber", "captions", "credits", "role", "count", "movies", "series", "audioOnly",
]  # fmt: skip
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*IDS, "news"])
)
SHAPES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
)
FEEDS = st.fixed_dictionaries(
    {},
    optional={
        "movies": SHAPES
        | st.lists(st.builds(clip, st.sampled_from(IDS), tags=SHAPES, content=SHAPES), max_size=3),
        "series": st.lists(
            st.builds(clip, st.sampled_from(IDS), seasons=SHAPES, episodes=SHAPES), max_size=3
        ),
        "categories": SHAPES
        | st.just([{"name": "World", "query": "news", "playlistName": "p", "order": "most_recent"}]),
        "playlists": SHAPES
        | st.fixed_dictionaries({"name": st.just("p"), "itemIds": SHAPES}).map(lambda p: [p]),
    },
)
TAGS = [
    "rss", "channel", "item", "title", "guid", "pubDate", "media:title", "media:thumbnail", "media:content",
    "media:category", "media:group",
]  # fmt: skip
TREES = st.recursive(
    st.text("a &<]>\n\x00é", max_size=4) | st.text(max_size=4).map(escape),
    lambda inner: st.builds(
        lambda tag, parts, url: f'<{tag} url="{escape(url)}">{"".join(parts)}</{tag}>',
        st.sampled_from(TAGS), st.lists(inner, max_size=4), st.text("/a", max_size=3),
    ),
)  # fmt: skip
XML = TREES.map(lambda tree: f"<?xml version='1.0'?><rss><channel>{tree}</channel></rss>".encode())


@given(
    st.binary()
    | SHAPES.map(lambda value: json.dumps(value).encode())
    | FEEDS.map(lambda value: json.dumps(value).encode())
    | XML
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(["roku.json", "roku.xml", "feed"]),
)
@example(
    b'{"categories": [{"name": "\\ud800", "query": ""}], "movies": [{"tags": ["\\ud800"]}]}', "roku.json"
)
def test_no_bytes_raise(body: bytes, path: str) -> None:
    for reader, look in READERS.items():
        screen = look(body, path)
        assert screen.reader == reader
        assert not screen.crash or screen.crash.code in CODES
        msgspec.json.encode(screen)
    msgspec.json.encode(unseen(body, path, IDS))


@given(
    st.lists(st.from_regex(r"[a-z][a-z0-9_]{5}", fullmatch=True), min_size=1, max_size=6, unique=True),
    st.text(min_size=1).filter(lambda t: t.strip() and t.isprintable()),
)
def test_clean_feeds_are_seen_whole(names: list[str], title: str) -> None:
    body = json.dumps(feed(*(clip(name, title=title) for name in names))).encode()
    assert unseen(body, "roku.json", names) == []
    told = {
        "title": f"<title>{escape(title)}</title>",
        "media_title": f"<media:title>{escape(title)}</media:title>",
    }
    assert unseen(mrss(*(entry(name, **told) for name in names)), "roku.xml", names) == []
