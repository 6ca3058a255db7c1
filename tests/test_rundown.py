"""What is stored of a channel, lined up."""

from typing import Any

from msgspec.structs import replace

from feeds.model import Article, Channel, Issue
from feedsvc.publication import channel_of
from feedsvc.rundown import Rundown, Shown, look_of
from feedsvc.settings import ChannelSettings, SourceSettings
from feedsvc.store import Changes, Store, Stored
from tests.articles import NOON
from tests.desk import PUBLIC, Desk

SHORT = Issue("warning", "story_too_short", "", "It says too little.")


class Judge:
    """Finds stories unfit whose headline says so; remembers what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, article: Article, channel: Channel, minimum: int) -> Issue | None:
        self.asked.append(article.title)
        return SHORT if "short" in article.title else None


def keep(store: Store, *articles: Article) -> None:
    store.save("demo", Changes(saved=[Stored(a, a) for a in articles]), NOON)


def silent(number: int, title: str, **fields: Any) -> Article:
    return Article(id=f"a{number:015}", source="s0", guid=f"g{number}", title=title, published=NOON, **fields)


def lined_up(rundown: Rundown, **fields: Any) -> Shown:
    channel = ChannelSettings(
        id="demo", title="Demo", source=(SourceSettings(kind="rss", name="s0"),), **fields
    )
    return rundown.at(NOON, channel_of(channel, PUBLIC), channel)


def test_whether_a_story_can_be_told_is_asked_once_until_it_changes(desk: Desk) -> None:
    judge = Judge()
    rundown = Rundown(desk.store, PUBLIC, lambda settings: look_of(settings, PUBLIC), judge)
    one, other = silent(1, "Harbour opens"), silent(2, "Too short")
    keep(desk.store, one, other)
    first = lined_up(rundown)
    assert sorted(judge.asked) == ["Harbour opens", "Too short"]
    assert [job.id for job in first.jobs] == [one.id]
    judge.asked.clear()
    assert (lined_up(rundown).jobs, judge.asked) == (first.jobs, [])
    keep(desk.store, replace(one, body=("The mayor came.",)))
    assert [job.id for job in lined_up(rundown).jobs] == [one.id]
    assert judge.asked == ["Harbour opens"]
    judge.asked.clear()
    lined_up(rundown, story={"minimum_words": 9})
    assert sorted(judge.asked) == ["Harbour opens", "Too short"], "the settings changed, for all of them"
