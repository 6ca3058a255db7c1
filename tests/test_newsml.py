"""The source of NewsML-G2 and NITF files; what each field becomes shows in the golden file of the samples."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Image
from feedsvc.sources import newsml
from tests.drop import MORNING, Drop, codes

SAMPLES = Path(__file__).parent / "data" / "sources" / "newsml"
LATER = MORNING + timedelta(minutes=5)
SPACE = "http://iptc.org/std/nar/2006-10-01/"
TEXT = "A storm hit the coast on Sunday, and thousands of people fled their homes, officials said."


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    (tmp_path / "drop").mkdir()
    return Drop(tmp_path / "drop", "newsml")


def item(
    guid: str = "storm",
    version: int = 1,
    kind: str = "text",
    meta: str = "",
    about: str = "",
    content: str = "",
) -> str:
    about = about or f"<headline>About {guid}</headline>"
    content = content or f"<inlineXML><html><body><p>{TEXT}</p></body></html></inlineXML>"
    return (
        f'<newsItem xmlns="{SPACE}" guid="{guid}" version="{version}" xml:lang="en"><itemMeta>'
        f'<itemClass qcode="ninat:{kind}"/><versionCreated>2026-11-22T07:00:00Z</versionCreated>{meta}'
        f"</itemMeta><contentMeta>{about}</contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


def picture(guid: str = "boats", href: str = "boats.jpg", **more: Any) -> str:
    return item(
        guid, kind="picture", content=f'<remoteContent href="{href}" contenttype="image/jpeg"/>', **more
    )


def film(guid: str = "film") -> str:
    content = '<remoteContent href="https://films.example/1.mp4" contenttype="video/mp4"/>'
    return item(guid, kind="video", content=content)


def package(groups: str, root: str = "root") -> str:
    return (
        '<packageItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="package" version="1">'
        f'<groupSet root="{root}">{groups}</groupSet></packageItem>'
    )


def group(id_: str, *refers: str, groups: tuple[str, ...] = ()) -> str:
    inner = "".join(f'<itemRef residref="{r}"/>' for r in refers)
    return f'<group id="{id_}">{inner}{"".join(f"<groupRef idref={g!r}/>" for g in groups)}</group>'


def nitf(docdata: str = "", body: str = f"<p>{TEXT}</p>", title: str = "Storm") -> str:
    return (
        f"<nitf><head><docdata>{docdata}</docdata></head><body><body.head><hedline><hl1>{title}</hl1></hedline>"
        f"</body.head><body.content>{body}</body.content></body></nitf>"
    )


def link(guid: str) -> str:
    return f'<link rel="irel:seeAlso" residref="{guid}"/>'


def test_samples(drop: Drop, golden: Callable[[str, bytes], None]) -> None:
    shutil.copytree(SAMPLES, drop.root, dirs_exist_ok=True)
    drop.put("2026-11-22/boats.jpg")
    pulled = drop.pull()
    assert pulled.complete
    golden(
        "source-newsml.json",
        msgspec.json.format(msgspec.json.encode((pulled.articles, pulled.issues))) + b"\n",
    )


# Versions and status.


@pytest.mark.parametrize("names", [("a.xml", "b.xml"), ("b.xml", "a.xml")])
def test_the_newer_version_counts_whichever_file_it_is_in(drop: Drop, names: tuple[str, str]) -> None:
    drop.put(names[0], item(version=2, about="<headline>Corrected</headline>"))
    drop.put(names[1], item(version=1))
    assert drop.article().title == "Corrected"


def test_a_version_without_a_number_goes_by_its_time(drop: Drop) -> None:
    drop.put("a.xml", nitf('<doc-id id-string="1"/><date.issue norm="20261122T0800Z"/>', title="New"))
    drop.put("b.xml", nitf('<doc-id id-string="1"/><date.issue norm="20261122T0700Z"/>', title="Old"))
    assert drop.article().title == "New"


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_an_item_taken_back_leaves(drop: Drop, status: str) -> None:
    drop.put("a.xml", item())
    drop.put("b.xml", item("other"))
    first = drop.pull()
    drop.put("c.xml", item(version=2, meta=f'<pubStatus qcode="stat:{status}"/>'))
    second = drop.pull(first)
    assert (second.complete, second.articles, set(second.kept)) == (True, (), {"other"})
    assert codes(second) == (["story_withheld"] if status == "withheld" else [])
    assert drop.pull(second).unchanged


@pytest.mark.parametrize("status", ["", '<pubStatus qcode="stat:withheld"/>'])
def test_an_embargo_opens_the_window(drop: Drop, status: str) -> None:
    drop.put("a.xml", item(meta=f"<embargoed>2026-11-23T06:00:00+01:00</embargoed>{status}"))
    assert drop.article().window.start == datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_an_embargo_without_an_end_withholds(drop: Drop) -> None:
    drop.put("a.xml", item(meta="<embargoed/>"))
    pulled = drop.pull()
    assert (pulled.articles, codes(pulled)) == ((), ["story_withheld"])
    assert pulled.issues[0].message.startswith("About storm is withheld")


@pytest.mark.parametrize(("status", "told"), [("usable", 1), ("canceled", 0), ("withheld", 0)])
def test_the_status_of_nitf(drop: Drop, status: str, told: int) -> None:
    drop.put("a.xml", nitf().replace("<docdata>", f'<docdata management-status="{status}">'))
    assert len(drop.pull().articles) == told


def test_nitf_says_from_when_to_when(drop: Drop) -> None:
    times = "".join(
        f'<date.{name} norm="202611{day}T070000Z"/>'
        for name, day in (("issue", 22), ("release", 23), ("expire", 25))
    )
    drop.put("a.xml", nitf(times))
    found = drop.article()
    assert found.published == MORNING
    assert (found.window.start, found.window.end) == (
        MORNING + timedelta(days=1),
        MORNING + timedelta(days=3),
    )


def test_an_item_without_a_time_has_that_of_its_file(drop: Drop) -> None:
    drop.put("a.xml", nitf())
    assert (drop.article().published, drop.article().guid) == (MORNING, "a")


# Pictures, films and packages.


def test_a_picture_alone_is_no_article(drop: Drop) -> None:
    drop.put("a.xml", item())
    drop.put("boats.xml", picture())
    assert drop.article().images == ()


def test_a_film_alone_is_one(drop: Drop) -> None:
    drop.put("a.xml", film())
    assert [v.url for v in drop.article().videos] == ["https://films.example/1.mp4"]


def test_a_text_with_what_it_refers_to(drop: Drop) -> None:
    drop.put("a.xml", item(meta=link("boats") + link("film") + link("missing") + link("other")))
    drop.put(
        "b/boats.xml", picture(about='<description role="drol:caption">Boats.</description><by>M. Mast</by>')
    )
    drop.put("b/boats.jpg")
    drop.put("film.xml", film())
    drop.put("other.xml", item("other"))
    story, other = drop.pull().articles
    assert story.images == (Image("/media/boats.jpg", caption="Boats.", credit="M. Mast"),)
    assert [v.url for v in story.videos] == ["https://films.example/1.mp4"]
    assert (other.guid, other.images) == ("other", ())


def test_each_group_of_a_package_belongs_to_its_text(drop: Drop) -> None:
    groups = (
        group("root", groups=("main", "side"))
        + group("main", "lead", "one")
        + group("side", "sidebar", groups=("pictures", "root"))
        + group("pictures", "two", "nowhere")
    )
    for guid in ("lead", "sidebar"):
        drop.put(f"{guid}.xml", item(guid))
    for guid in ("one", "two"):
        drop.put(f"{guid}.xml", picture(guid, f"https://pictures.example/{guid}.jpg"))
    drop.put("package.xml", package(groups))
    found = {a.guid: [i.url for i in a.images] for a in drop.pull().articles}
    assert found == {
        "lead": ["https://pictures.example/one.jpg"],
        "sidebar": ["https://pictures.example/two.jpg"],
    }


def test_a_package_of_a_film_and_pictures(drop: Drop) -> None:
    drop.put("film.xml", film())
    drop.put("boats.xml", picture(href="https://pictures.example/boats.jpg"))
    drop.put("package.xml", package(group("root", "boats", "film")))
    assert [i.url for i in drop.article().images] == ["https://pictures.example/boats.jpg"]


def test_the_widest_rendition_that_is_there(drop: Drop) -> None:
    content = "".join(
        f'<remoteContent href="{name}.jpg" contenttype="image/jpeg" rendition="r:{name}" width="{width}"/>'
        for name, width in (("small", 300), ("large", 3000), ("middle", 1200))
    )
    drop.put("a.xml", item(content=content))
    drop.put("middle.jpg")
    drop.put("small.jpg")
    first = drop.pull()
    assert [(i.url, i.width) for i in first.articles[0].images] == [("/media/middle.jpg", 1200)]
    drop.put("large.jpg")
    assert [i.url for i in drop.pull(first).articles[0].images] == ["/media/large.jpg"]


def test_a_file_named_apart_from_its_address(drop: Drop) -> None:
    content = (
        '<remoteContent href="https://agency.example/4711" contenttype="image/jpeg">'
        '<x:altId xmlns:x="http://agency.example/">4711_BOATS.JPG</x:altId></remoteContent>'
    )
    drop.put("in/a.xml", item(content=content))
    assert [i.url for i in drop.article().images] == ["https://agency.example/4711"]
    drop.put("in/4711_BOATS.JPG")
    assert [i.url for i in drop.article().images] == ["/media/4711_BOATS.JPG"]


def test_a_picture_that_is_named_and_missing(drop: Drop) -> None:
    drop.put("in/a.xml", item(meta=link("boats")))
    drop.put("in/boats.xml", picture())
    found = drop.article()
    assert [(i.code, i.where) for i in found.issues] == [("image_missing", "in/a.xml")]
    assert found.issues[0].message == "The picture in/boats.jpg is not in the folder."


@pytest.mark.parametrize(
    "href",
    [
        "../secret.jpg",
        "..%2fsecret.jpg",
        "/../secret.jpg",
        "out.jpg",
        "file:///secret.jpg",
        "away/secret.jpg",
    ],
)
def test_nothing_outside_the_folder_is_published(drop: Drop, href: str) -> None:
    secret = drop.root.parent / "secret.jpg"
    secret.write_bytes(b"secret")
    (drop.root / "out.jpg").symlink_to(secret)
    (drop.root / "away").symlink_to(drop.root.parent)
    drop.put("a.xml", item(content=f'<remoteContent href="{href}" contenttype="image/jpeg"/>'))
    assert (drop.article().images, drop.kept) == ((), [])


# Texts.


def test_a_plain_text_inside(drop: Drop) -> None:
    content = f"<inlineData contenttype='text/plain'>{TEXT}\n\nSecond paragraph of the story.</inlineData>"
    drop.put("a.xml", item(content=content))
    assert drop.article().body == (TEXT, "Second paragraph of the story.")


def test_html_in_a_plain_text(drop: Drop) -> None:
    html = f"<p>{TEXT}</p><p>Second &amp; last.</p>"
    content = f"<inlineData contenttype='text/plain'><![CDATA[{html}]]></inlineData>"
    drop.put("a.xml", item(content=content))
    assert drop.article().body == (TEXT, "Second & last.")


def test_the_longest_of_several_texts(drop: Drop) -> None:
    inner = nitf(title="Inner").replace("<nitf>", '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">')
    content = f"<inlineXML><html><body><p>Short.</p></body></html></inlineXML><inlineXML>{inner}</inlineXML>"
    drop.put("a.xml", item(content=content, about="<slugline>storm</slugline>"))
    assert (drop.article().title, drop.article().body) == ("Inner", (TEXT,))


@pytest.mark.parametrize(
    ("about", "title"),
    [
        ("<headline role='x:sub'>Sub</headline><headline>Main</headline>", "Main"),
        ("<headline xml:lang='de'>Sturm</headline><headline xml:lang='en'>Storm</headline>", "Storm"),
        ("<description>A storm hit.</description>", "A storm hit."),
        ("<slugline>storm-coast</slugline>", TEXT),
    ],
)
def test_headlines(drop: Drop, about: str, title: str) -> None:
    drop.put("a.xml", item(about=about))
    assert drop.article().title == title


@pytest.mark.parametrize(
    ("subjects", "section", "tags"),
    [
        ('<subject qcode="medtop:15000000"><name>sport</name></subject>', "Sport", ("Sport", "sport")),
        ('<subject uri="http://cv.iptc.org/newscodes/mediatopic/11000000"/>', "Politics", ("Politics",)),
        ('<subject qcode="subj:15054000"/><subject qcode="x:1" type="d:categ"><name>Hockey</name></subject>',
         "Hockey", ("Hockey",)),
        ('<subject qcode="p:1" type="cpnat:person"><name>Jane Doe</name></subject>', "", ("Jane Doe",)),
        ('<subject qcode="d:1" type="d:category"><name>ku</name></subject>', "", ()),
        ('<subject qcode="x:1"><name>Opera</name></subject>', "Opera", ("Opera",)),
    ],
)  # fmt: skip
def test_sections_and_tags(drop: Drop, subjects: str, section: str, tags: tuple[str, ...]) -> None:
    drop.put("a.xml", item(about=f"<headline>Storm</headline>{subjects}"))
    assert (drop.article().section, drop.article().tags) == ((section,) if section else (), tags)


def test_opinion_is_marked(drop: Drop) -> None:
    drop.put("a.xml", item(about='<headline>Storm</headline><genre qcode="genre:Opinion"/>'))
    assert drop.article().marks == ("opinion",)


# Files.


def test_unchanged_files_are_not_read_again(drop: Drop) -> None:
    drop.put("a.xml", item(meta=link("boats")))
    drop.put("boats.xml", picture())
    drop.put("boats.jpg")
    first = drop.pull()
    drop.kept.clear()
    second = drop.pull(first)
    assert (second.unchanged, second.articles, drop.kept) == (True, (), [])


@pytest.mark.parametrize("name", ["a.xml", "boats.xml", "boats.jpg", "package.xml"])
def test_a_change_to_any_file_of_a_story_is_seen(drop: Drop, name: str) -> None:
    files = {
        "a.xml": item(),
        "boats.xml": picture(),
        "boats.jpg": "x",
        "package.xml": package(group("root", "storm", "boats")),
    }
    for file, content in files.items():
        drop.put(file, content)
    drop.put("b.xml", item("other"))
    first = drop.pull()
    drop.put(name, files[name], LATER)
    second = drop.pull(first)
    assert ([a.guid for a in second.articles], set(second.kept)) == (["storm"], {"other"})
    assert drop.pull(second).unchanged


def test_an_article_whose_file_is_gone_was_withdrawn(drop: Drop) -> None:
    drop.put("a.xml", item())
    drop.put("b.xml", item("other"))
    first = drop.pull()
    (drop.root / "a.xml").unlink()
    second = drop.pull(first)
    assert (second.complete, second.articles, set(second.kept)) == (True, (), {"other"})


def test_a_half_written_file_keeps_what_it_told(drop: Drop) -> None:
    drop.put("a.xml", item())
    drop.put("b.xml", item("other"))
    first = drop.pull()
    drop.put("a.xml", item(version=2)[:200], LATER)
    second = drop.pull(first)
    assert (second.articles, set(second.kept), codes(second)) == ((), {"storm", "other"}, ["story_malformed"])
    assert second.issues[0].where == "a.xml"
    third = drop.pull(second)
    assert third.kept == {"storm", "other"}
    drop.put("a.xml", item(version=2, about="<headline>Whole</headline>"), LATER)
    assert [a.title for a in drop.pull(third).articles] == ["Whole"]


def test_a_correction_is_not_held_up_by_an_older_broken_file(drop: Drop) -> None:
    drop.put("a.xml", item(meta=link("boats")))
    drop.put("boats.xml", picture(href="https://pictures.example/boats.jpg"))
    first = drop.pull()
    drop.put("boats.xml", "<newsItem", LATER)
    second = drop.pull(first)
    assert second.kept == {"storm"}
    drop.put("b.xml", item(version=2, about="<headline>Corrected</headline>"), LATER + timedelta(minutes=1))
    assert [a.title for a in drop.pull(second).articles] == ["Corrected"]


def test_an_empty_folder_withdraws_nothing(drop: Drop) -> None:
    drop.put("a.xml", item())
    first = drop.pull()
    (drop.root / "a.xml").unlink()
    drop.put("boats.jpg")
    second = drop.pull(first)
    assert (second.failed, second.complete, codes(second)) == (True, False, ["source_no_articles"])


LAUGHS = '<!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + nitf(body="<p>&b;</p>")
OUTSIDE = '<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + nitf(body="<p>&a;</p>")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "story_empty"),
        (" \n", "story_empty"),
        ("not XML", "story_malformed"),
        (nitf()[:-9], "story_malformed"),
        ("<x>" * 300 + "</x>" * 300, "story_malformed"),
        (LAUGHS, "story_has_entities"),
        (OUTSIDE, "story_has_entities"),
        (LAUGHS.encode("utf-16"), "story_has_entities"),
        ("<NewsML Version='1.2'><NewsItem/></NewsML>", "story_newsml_1"),
        ("<rss><channel/></rss>", "story_not_news"),
        (nitf(body="", title=""), "story_empty"),
        (nitf(body=f"<p>{'x' * 60_000}</p>"), "story_too_large"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_story_is_one_issue(tmp_path: Path, content: str | bytes, code: str) -> None:
    drop = Drop(tmp_path / "drop", "newsml", max_listing=50_000)
    drop.put("a.xml", item())
    drop.put("bad.xml", content)
    pulled = drop.pull()
    assert ([a.guid for a in pulled.articles], codes(pulled)) == (["storm"], [code])
    assert pulled.issues[0].where == "bad.xml"


def test_knowledge_is_passed_over(drop: Drop) -> None:
    for kind in ("knowledgeItem", "conceptItem", "planningItem"):
        drop.put(f"{kind}.xml", f'<{kind} xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{kind}"/>')
    pulled = drop.pull()
    assert (pulled.articles, pulled.issues, pulled.failed) == ((), (), False)


def test_a_doctype_is_not_loaded_and_html_entities_are_understood(drop: Drop) -> None:
    (drop.root / "nitf.dtd").write_text("<!ENTITY nbsp 'LOADED'>")
    drop.put(
        "a.xml",
        '<!DOCTYPE nitf SYSTEM "nitf.dtd">' + nitf(body="<p>Storm&nbsp;hits &eacute;l&eacute;phants.</p>"),
    )
    assert drop.article().body == ("Storm hits éléphants.",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_nobody_may_read_is_tried_again(drop: Drop) -> None:
    drop.put("a.xml", item())
    drop.put("b.xml", item("other")).chmod(0)
    first = drop.pull()
    assert codes(first) == ["story_unreadable"]
    (drop.root / "b.xml").chmod(0o644)
    assert [a.guid for a in drop.pull(first).articles] == ["other"]


def test_groups_that_lead_round_and_deep(drop: Drop) -> None:
    chain = "".join(group(str(n), groups=(str(n + 1),)) for n in range(2_000))
    drop.put("a.xml", item())
    drop.put("package.xml", package(group("root", "storm", groups=("0", "root")) + chain))
    assert drop.article().guid == "storm"


NAMES = [
    *("newsItem", "itemMeta", "contentMeta", "contentSet", "inlineXML", "remoteContent", "headline", "nitf"),
    *(
        "docdata",
        "media",
        "media-reference",
        "body",
        "p",
        "packageItem",
        "groupSet",
        "group",
        "itemRef",
        "by",
    ),
    *("subject", "link", "embargoed", "versionCreated", "date.issue", "du-key", "figure", "img", "itemSet"),
]
ATTRIBUTES = [
    *("guid", "version", "href", "residref", "qcode", "width", "duration", "contenttype", "media-type"),
    *("source", "norm", "key", "root", "id", "idref", "src", "role"),
]
VALUES = st.one_of(
    st.sampled_from(["ninat:text", "root", "../x.jpg", "http://[", "9" * 30, "-1", "2026", "x://"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&'"), max_size=8),
)


def element(name: str, attributes: dict[str, str], children: list[str]) -> str:
    said = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{name}{said}>{''.join(children)}</{name}>"


TREES = st.recursive(
    VALUES,
    lambda inner: st.builds(
        element,
        st.sampled_from(NAMES),
        st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=3),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(
    root=st.sampled_from(["newsItem", "newsMessage", "packageItem", "nitf"]),
    inside=st.lists(TREES, max_size=5),
)
def test_any_tree_is_read_or_an_issue(root: str, inside: list[str]) -> None:
    space = "" if root == "nitf" else ' xmlns="http://iptc.org/std/nar/2006-10-01/"'
    found = newsml.items(f"<{root}{space}>{''.join(inside)}</{root}>".encode(), "in/a.xml")
    assert isinstance(found, list)
    assert all(one.guid for one in found)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_an_issue(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    drop = Drop(tmp_path_factory.mktemp("any") / "drop", "newsml")
    drop.put("a.xml", content)
    pulled = drop.pull()
    assert pulled.complete
    assert not pulled.articles
    assert len(pulled.issues) == 1
