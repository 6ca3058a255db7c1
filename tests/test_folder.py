import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Caption, Image, Video
from feedsvc.blobs import LocalBlobs
from feedsvc.settings import SourceSettings
from feedsvc.sources import Seen, folder
from tests.drop import MORNING, Drop, codes

SAMPLES = Path(__file__).parent / "data" / "sources" / "folder"
STORY = "Storm hits the coast\n\nA storm hit the coast on Sunday, and thousands of people fled their homes.\n"
PAGE = """<html><head><meta property="og:title" content="Storm">
<meta property="article:published_time" content="2026-11-22T07:00:00Z"></head><body><article><h1>Storm</h1>
<p>A storm hit the coast on Sunday, and thousands of people fled their homes, officials said.</p>{}
</article></body></html>"""


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    (tmp_path / "drop").mkdir()
    return Drop(tmp_path / "drop")


def test_samples(drop: Drop, golden: Callable[[str, bytes], None]) -> None:
    shutil.copytree(SAMPLES, drop.root, dirs_exist_ok=True)
    drop.put("harbour.jpg")
    drop.put("sport/final.jpg")
    drop.put("film/final.mp4")
    for path in drop.root.rglob("*.*"):
        os.utime(path, (MORNING.timestamp(), MORNING.timestamp()))
    pulled = drop.pull()
    assert pulled.complete
    golden(
        "source-folder.json",
        msgspec.json.format(msgspec.json.encode((pulled.articles, pulled.issues))) + b"\n",
    )


# Stories.


def test_a_text_and_its_media(drop: Drop) -> None:
    drop.put("world/storm.txt", f"News / World / Europe\n{STORY}Caption: Boats in the harbour. Photo: AFP\n")
    for name in ("storm.jpg", "storm.mp4", "storm.en.vtt", "storm.pt-BR.srt", "storms.jpg", "other.mp4"):
        drop.put(f"world/{name}")
    assert drop.article() == Article(
        guid="world/storm",
        title="Storm hits the coast",
        summary="A storm hit the coast on Sunday, and thousands of people fled their homes.",
        body=("A storm hit the coast on Sunday, and thousands of people fled their homes.",),
        section=("World", "Europe"),
        published=MORNING,
        images=(Image("/media/storm.jpg", caption="Boats in the harbour.", credit="AFP"),),
        videos=(Video("/media/storm.mp4"),),
        captions=(Caption("/media/storm.en.vtt", "en"), Caption("/media/storm.pt-BR.srt", "pt-BR")),
    )


def test_a_story_with_a_folder_of_its_own(drop: Drop) -> None:
    drop.put("storm.txt", STORY)
    for name in ("10.jpg", "2.jpg", "film/720.m3u8", "film/seg-1.mp4", "film/index.m3u8", "en.vtt"):
        drop.put(f"storm/{name}")
    drop.put("storm/film/index.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720.m3u8\n")
    drop.put("storm/film/720.m3u8", '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\nseg-1.mp4\n')
    found = drop.article()
    assert [i.url for i in found.images] == ["/media/2.jpg", "/media/10.jpg"]
    assert [v.url for v in found.videos] == ["/media/index.m3u8"]
    assert found.captions == (Caption("/media/en.vtt", "en"),)


def test_a_story_in_another_storys_folder_has_its_own_media(drop: Drop) -> None:
    drop.put("storm.txt", STORY)
    drop.put("storm/harbour.txt", STORY)
    drop.put("storm/harbour.jpg")
    drop.put("storm/boats.jpg")
    found = {a.guid: [i.url for i in a.images] for a in drop.pull().articles}
    assert found == {"storm": ["/media/boats.jpg"], "storm/harbour": ["/media/harbour.jpg"]}


def test_a_page_and_the_media_it_names(drop: Drop) -> None:
    media = '<img src="../img/boats%20here.jpg" width="900" height="600"><video src="storm.mp4"></video><img src="https://cdn.example/x.jpg">'
    drop.put("world/storm.html", PAGE.format(media))
    drop.put("img/boats here.jpg")
    drop.put("world/storm.mp4")
    found = drop.article()
    assert drop.read == ["https://folder.invalid/world/storm.html"]
    assert found.url == ""
    assert (
        {"/media/boats here.jpg", "https://cdn.example/x.jpg"}
        >= {i.url for i in found.images}
        >= {"/media/boats here.jpg"}
    )
    assert [v.url for v in found.videos] == ["/media/storm.mp4"]
    assert sorted(set(drop.kept)) == ["img/boats here.jpg", "world/storm.mp4"]
    assert found.issues == ()


def test_a_page_may_say_where_it_stands_on_the_web(drop: Drop) -> None:
    drop.put(
        "storm.html",
        PAGE.replace("<head>", '<head><link rel="canonical" href="https://news.example/world/storm">').format(
            ""
        ),
    )
    assert drop.article().url == "https://news.example/world/storm"


def test_a_file_that_is_named_and_missing(drop: Drop) -> None:
    drop.put("storm.html", PAGE.format('<video src="storm.mp4"></video>'))
    found = drop.article()
    assert found.videos == ()
    (issue,) = found.issues
    assert (issue.severity, issue.code, issue.where) == ("error", "video_missing", "storm.html")
    assert issue.message == "The video storm.mp4 is not in the folder."


def test_a_file_that_cannot_be_published(drop: Drop, tmp_path: Path) -> None:
    drop.put("storm.txt", STORY)
    drop.put("storm.jpg")
    drop.put("storm.m3u8", "#EXTM3U\n#EXTINF:4,\nnot-there.ts\n")
    kept = msgspec.structs.replace(drop.tools, keep=LocalBlobs(tmp_path / "media").keep)
    (article,) = folder.open_source(SourceSettings(kind="folder", path="drop"), kept).pull(Seen()).articles
    assert article.images[0].url.startswith("/media/")
    (issue,) = article.issues
    assert issue.code == "video_unreadable"
    assert issue.message.startswith("The video storm.m3u8 cannot be published: storm.m3u8 names not-there.ts")


def test_a_segment_that_comes_late(drop: Drop, tmp_path: Path) -> None:
    drop.put("storm.txt", STORY)
    drop.put("storm.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhls/720.m3u8\n")
    drop.put("hls/720.m3u8", "#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\nhttps://cdn.example/2.ts\n")
    tools = msgspec.structs.replace(drop.tools, keep=LocalBlobs(tmp_path / "media").keep)
    source = folder.open_source(SourceSettings(kind="folder", path="drop"), tools)
    first = source.pull(Seen())
    assert [i.code for i in first.articles[0].issues] == ["video_unreadable"]
    drop.put("hls/1.ts")
    second = source.pull(Seen(first.validators))
    assert (second.articles[0].issues, len(second.articles[0].videos)) == ((), 1)
    assert source.pull(Seen(second.validators)).unchanged


# What is outside stays outside.


OUTSIDE = (
    "../secret.jpg", "../../../../../../secret.jpg", "%2e%2e/secret.jpg", "..%2fsecret.jpg",
    "..%5csecret.jpg", "/../secret.jpg", "out.jpg", "away/secret.jpg", ".hidden.jpg", "%00.jpg",
    "https://folder.invalid/../secret.jpg",
)  # fmt: skip


@pytest.mark.parametrize("source", OUTSIDE)
def test_nothing_outside_the_folder_is_published(drop: Drop, source: str) -> None:
    secret = drop.root.parent / "secret.jpg"
    secret.write_bytes(b"secret")
    (drop.root / "out.jpg").symlink_to(secret)
    (drop.root / "away").symlink_to(drop.root.parent)
    (drop.root / "round.txt").symlink_to(drop.root / "round.txt")
    drop.put(".hidden.jpg")
    drop.put("storm.html", PAGE.format(f'<img src="{source}" width="900" height="600">'))
    pulled = drop.pull()
    assert drop.kept == []
    assert pulled.articles[0].images == ()
    assert codes(pulled) == ["file_outside"]


def test_a_story_that_is_a_link_out_of_the_folder(drop: Drop) -> None:
    (drop.root.parent / "secret.txt").write_text(STORY)
    (drop.root / "secret.txt").symlink_to(drop.root.parent / "secret.txt")
    drop.put("storm.txt", STORY)
    (drop.root / "again.txt").symlink_to(drop.root / "storm.txt")
    pulled = drop.pull()
    assert [a.guid for a in pulled.articles] == ["again", "storm"]
    assert codes(pulled) == ["file_outside"]


# What changed and what did not.


def test_unchanged_files_are_not_read_again(drop: Drop) -> None:
    drop.put("a.html", PAGE.format("<img src='a.jpg' width='900' height='600'>"))
    drop.put("a.jpg")
    drop.put("b.txt", STORY)
    first = drop.pull()
    drop.read.clear()
    drop.kept.clear()
    second = drop.pull(first)
    assert (second.unchanged, second.articles, set(second.kept), second.complete) == (
        True,
        (),
        {"a", "b"},
        True,
    )
    assert (second.validators, drop.read, drop.kept) == (first.validators, [], [])


@pytest.mark.parametrize("name", ["a.html", "a.jpg", "a.en.vtt", "img/named.jpg", "img/missing.jpg"])
def test_a_change_to_any_file_of_a_story_is_seen(drop: Drop, name: str) -> None:
    image = "<img src='img/{}.jpg' width='900' height='600'>"
    page = PAGE.format(image.format("named") + image.format("missing"))
    drop.put("a.html", page)
    drop.put("img/named.jpg")
    drop.put("b.txt", STORY)
    first = drop.pull()
    drop.put(name, page if name == "a.html" else b"y", MORNING.replace(minute=1))
    second = drop.pull(first)
    assert [a.guid for a in second.articles] == ["a"]
    assert (set(second.kept), second.unchanged) == ({"b"}, False)
    assert drop.pull(second).unchanged


@pytest.mark.parametrize("name", ["a.jpg", "b.txt"])
def test_a_file_that_is_gone(drop: Drop, name: str) -> None:
    drop.put("a.txt", STORY)
    drop.put("a.jpg")
    drop.put("b.txt", STORY)
    first = drop.pull()
    (drop.root / name).unlink()
    second = drop.pull(first)
    assert not second.unchanged
    assert ([a.guid for a in second.articles], set(second.kept)) == (
        (["a"], {"b"}) if name == "a.jpg" else ([], {"a"})
    )


def test_an_empty_folder_withdraws_nothing(drop: Drop) -> None:
    drop.put("a.txt", STORY)
    first = drop.pull()
    (drop.root / "a.txt").unlink()
    second = drop.pull(first)
    assert (second.failed, second.complete, codes(second)) == (True, False, ["source_no_articles"])
    assert second.validators == first.validators


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    pulled = Drop(tmp_path / "nowhere").pull()
    assert (pulled.failed, codes(pulled)) == (True, ["source_no_folder"])


# Bad files.


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bad.txt", b"", "story_empty"),
        ("bad.txt", b" \r\n\t\n", "story_empty"),
        ("bad.txt", b"Share\nFollow us on X\n", "story_empty"),
        ("bad.html", b"", "story_empty"),
        ("bad.txt", bytes(range(256)) * 10, "story_not_text"),
        (
            "bad.txt",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x05\x00\x00\x00\x02\xd0\x08\x02",
            "story_not_text",
        ),
        ("bad.txt", STORY.encode() * 10_000, "story_too_large"),
        ("bad.html", b"<p>" + b"x" * 1_000_001, "story_too_large"),
    ],
)
def test_a_file_that_is_no_story_is_one_issue(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    drop = Drop(tmp_path / "drop", max_page=1_000_000)
    drop.put("a.txt", STORY)
    drop.put(name, content)
    first = drop.pull()
    assert ([a.guid for a in first.articles], codes(first), first.issues[0].where) == (["a"], [code], name)
    # What was on air of it stays, and it is tried again.
    assert first.kept == {"bad"}
    second = drop.pull(first)
    assert (set(second.kept), codes(second), second.unchanged) == ({"a", "bad"}, [code], False)


def test_a_reader_that_fails_costs_one_story(drop: Drop) -> None:
    def fail(data: bytes, url: str) -> Article:
        raise RuntimeError("deep inside")

    drop.put("a.txt", STORY)
    drop.put("b.html", PAGE)
    tools = msgspec.structs.replace(drop.tools, read=fail)
    pulled = folder.open_source(SourceSettings(kind="folder", path="drop"), tools).pull(Seen())
    assert ([a.guid for a in pulled.articles], codes(pulled)) == (["a"], ["story_unreadable"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_nobody_may_read(drop: Drop) -> None:
    drop.put("a.txt", STORY)
    drop.put("b.txt", STORY).chmod(0)
    assert codes(drop.pull()) == ["story_unreadable"]


def test_two_files_of_one_name(drop: Drop) -> None:
    drop.put("storm.html", PAGE)
    drop.put("storm.txt", STORY)
    pulled = drop.pull()
    assert ([a.title for a in pulled.articles], codes(pulled)) == (["Storm"], ["story_twice"])


@pytest.mark.parametrize(
    "name", [".storm.txt", ".git/storm.txt", "storm.txt.part", "storm.txt~", "storm.docx", "storm.jpg"]
)
def test_files_that_are_no_stories(drop: Drop, name: str) -> None:
    drop.put(name, STORY)
    assert codes(drop.pull()) == ["source_no_articles"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_texts_as_windows_writes_them(drop: Drop, codec: str, newline: str) -> None:
    words = "Une tempête frappe la côte\n\nLe président a déclaré que près de 200 000 élèves étaient là.\n"
    drop.put("a.txt", words.replace("\n", newline).encode(codec))
    found = drop.article()
    assert [found.title, *found.body] == words.strip().split("\n\n")


def test_a_name_in_any_script(drop: Drop) -> None:
    drop.put("monde/tempête à 100 % & #1?.txt", STORY)
    drop.put("monde/tempête à 100 % & #1?.jpg")
    found = drop.article()
    assert (found.guid, len(found.images)) == ("monde/tempête à 100 % & #1?", 1)


def test_a_name_that_is_no_text(drop: Drop) -> None:
    (drop.root / os.fsdecode(b"caf\xe9.txt")).write_text(STORY)
    pulled = drop.pull()
    assert [a.guid for a in pulled.articles] == ["caf"]
    msgspec.json.encode(pulled.validators)
    assert drop.pull(pulled).unchanged


@given(name=st.sampled_from(["a.txt", "a.html"]), content=st.binary(max_size=300))
def test_any_bytes_are_a_story_or_an_issue(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    drop = Drop(tmp_path_factory.mktemp("any") / "drop")
    drop.put(name, content)
    pulled = drop.pull()
    assert len(pulled.articles) + len(pulled.issues) == 1
    assert pulled.complete
