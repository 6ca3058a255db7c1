"""Which articles get a story video, under which key, and what each has so far."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Caption, Image, Issue, TrickPlay, Video
from feedsvc.settings import StorySettings
from feedsvc.store import Rendered
from feedsvc.stories import Job, Look, excerpt, job, story_key, tell, wants_story
from tests.articles import NOON, article, channel

FILM = Video("https://cdn.example.org/1.mp4", "MP4", "HD", 2500, 1280, 720, 63.4)
STORY = Video("/media/0/story.mp4", "MP4", "HD", 1500, 1280, 720, 40.0)
SHORT = Issue("warning", "story_too_short", "a", "It says too little.")


def silent(number: int = 1, **fields: Any) -> Article:
    return article(number, **{"videos": (), **fields})


def look(**story: Any) -> Look:
    return Look(channel(), StorySettings(**story))


def rendered(of: Article, key: str, **fields: Any) -> Rendered:
    return Rendered(**{"id": of.id, "key": key, "made": NOON, "video": STORY, "folder": "/media/0", **fields})


def told(one: Article, *has: Rendered, unfit: Issue | None = None, **story: Any) -> Any:
    wanted = {one.id: found} if (found := job(one, look(**story), NOON)) else {}
    return tell([one], wanted, {one.id: has}, NOON, lambda _: unfit)


@pytest.mark.parametrize(
    ("fields", "story", "wanted"),
    [
        ({"videos": ()}, {}, True),
        ({"videos": (FILM,)}, {}, False),
        ({"videos": (FILM,)}, {"policy": "always"}, True),
        ({"videos": ()}, {"policy": "never"}, False),
        ({"videos": (Video("http://cdn.example.org/1.mp4", "MP4", duration=60),)}, {}, True),
        ({"videos": (Video("https://cdn.example.org/1.mp4"),)}, {}, True),
        ({"videos": ()}, {"sections": ("world",)}, True),
        ({"videos": ()}, {"sections": ("sport", "WORLD")}, True),
        ({"videos": ()}, {"sections": ("sport",)}, False),
    ],
)
def test_who_gets_a_story(fields: dict[str, Any], story: dict[str, Any], wanted: bool) -> None:
    assert wants_story(article(**fields), StorySettings(**story), NOON) is wanted


def test_a_video_whose_address_has_run_out_gives_way_to_a_story() -> None:
    signed = Video(FILM.url, "MP4", duration=60, expires=NOON)
    assert wants_story(article(videos=(signed,)), StorySettings(), NOON)
    assert not wants_story(article(videos=(signed,)), StorySettings(), NOON - timedelta(seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"summary": "Another."},
        {"body": ("Another.",)},
        {"section": ("Sport",)},
        {"language": "de"},
        {"published": NOON - timedelta(days=2)},
        {"images": (Image("https://x.example/1.jpg"),)},
    ],
)
def test_what_a_story_tells_changes_its_key(change: dict[str, Any]) -> None:
    assert story_key(silent(**change), look()) != story_key(silent(), look())


@pytest.mark.parametrize("story", [{"motion": False}, {"narrator": "say"}, {"trickplay": True}])
def test_how_a_story_looks_and_sounds_changes_its_key(story: dict[str, Any]) -> None:
    assert story_key(silent(), look(**story)) != story_key(silent(), look())


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ("x",)},
        {"updated": NOON},
        {"authors": ("Jo",)},
        {"url": "https://news.example.org/moved"},
        {"thumbnail": None},
        {"published": NOON - timedelta(minutes=30)},
    ],
)
def test_what_it_does_not_tell_does_not(change: dict[str, Any]) -> None:
    assert story_key(silent(**change), look()) == story_key(silent(), look())


def test_a_live_blog_that_grows_at_its_end_keeps_its_story() -> None:
    long = ("What happened first, at some length. " * 40,) * 4
    assert story_key(silent(body=long), look()) == story_key(silent(body=(*long, "And now.")), look())
    assert sum(map(len, excerpt(silent(body=long)).body)) == 4000


@given(st.lists(st.text(max_size=3000), max_size=8))
def test_an_excerpt_is_a_beginning(body: list[str]) -> None:
    cut = excerpt(silent(body=tuple(body))).body
    assert "".join(body).startswith("".join(cut))
    assert len("".join(cut)) == min(4000, len("".join(body)))


def test_before_it_is_rendered_an_article_waits_and_keeps_a_place() -> None:
    one = silent()
    found = told(one)
    assert found.jobs == (Job(one.id, "story", story_key(one, look())),)
    assert found.waiting == {one.id}
    assert found.articles[0].videos[0].duration


def test_rendered_it_plays_its_story_with_captions() -> None:
    one = silent()
    captions = (Caption("/media/0/story.srt", "en"),)
    troubles = (Issue("warning", "narrator_failed", one.id, "The narrator failed."),)
    found = told(one, rendered(one, story_key(one, look()), captions=captions, issues=troubles))
    assert (found.jobs, found.waiting, found.refused) == ((), frozenset(), ())
    assert (found.articles[0].videos, found.articles[0].captions) == ((STORY,), captions)
    assert found.articles[0].issues == troubles


def test_a_changed_article_plays_the_old_story_until_the_new_one_is_there() -> None:
    one = silent()
    found = told(one, rendered(one, "the key it had before"))
    assert len(found.jobs) == 1
    assert found.waiting == frozenset()
    assert found.articles[0].videos == (STORY,)


def test_what_can_have_no_story_says_so_and_is_asked_once() -> None:
    one = silent()
    found = told(one, unfit=SHORT)
    assert (found.jobs, found.waiting) == ((), frozenset())
    assert found.articles[0].issues == (SHORT,)
    again = told(one, *found.refused)
    assert (again.refused, again.articles) == ((), found.articles)


def test_an_article_that_no_longer_says_enough_loses_the_story_it_had() -> None:
    one = silent()
    found = told(one, rendered(one, "the key it had before"), unfit=SHORT)
    assert found.articles[0].videos == ()
    assert found.articles[0].issues == (SHORT,)


def test_an_article_with_a_video_is_left_alone() -> None:
    one = article()
    found = told(one, rendered(one, "the key of a story it had"))
    assert (found.articles, found.jobs, found.waiting) == ((one,), (), frozenset())


def test_a_long_video_gets_trick_play_and_does_not_wait_for_it() -> None:
    long = article(videos=(Video(FILM.url, "MP4", "HD", 2500, 1280, 720, 1200.0),))
    found = told(long)
    assert [job.kind for job in found.jobs] == ["trickplay"]
    assert (found.waiting, found.articles) == (frozenset(), (long,))
    wound = (TrickPlay("/media/0/trickplay.bif"),)
    done = told(long, rendered(long, found.jobs[0].key, video=None, trickplay=wound))
    assert (done.jobs, done.articles[0].trickplay, done.articles[0].videos) == ((), wound, long.videos)
    assert job(article(videos=(FILM,)), look(), NOON) is None
