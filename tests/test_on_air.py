"""What the settings say of series, rows and ads, from articles to what the readers show."""

import json
from datetime import timedelta
from typing import Any

from feeds.model import Article, Video
from feeds.readers import Tile, template, wizard
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource

DAY = timedelta(days=1)
EVENING = {"title": "Evening News", "pattern": "^Evening News (?P<date>.+)$", "description": "The day."}


def bulletin(day: int, film: Video, **fields: object) -> Article:
    date = NOON - day * DAY
    usual = {"title": f"Evening News {date:%-d %b}", "published": date, "section": ("Bulletins",)}
    return story(day, film, **{**usual, **fields})


def numbers(desk: Desk) -> dict[str, int]:
    """Return the numbers of the episodes on air by title."""
    series = json.loads(desk.body())["series"]
    seasons = [season for one in series for season in one["seasons"]]
    return {e["title"]: e["episodeNumber"] for season in seasons for e in season["episodes"]}


def leaves(tiles: tuple[Tile, ...]) -> list[str]:
    """Return the titles of what can be played of tiles."""
    return [title for t in tiles for title in (leaves(t.episodes) if t.episodes else [t.title])]


def test_a_recurring_programme_becomes_a_series_that_both_readers_show(desk: Desk, film: Video) -> None:
    source = FakeSource(*(bulletin(n, film) for n in range(4)), story(9, film))
    report = desk.told(source, series=(EVENING,))
    assert (report.status, report.on_air) == ("published", 5)
    assert numbers(desk) == {f"Evening News {22 - n} Nov": 4 - n for n in range(4)}
    titles = {f"Evening News {22 - n} Nov" for n in range(4)} | {"Story 9"}
    for screen in (template(desk.body()), wizard(desk.body(), "roku.json")):
        assert {title for row in screen.rows for title in leaves(row.tiles)} == titles
    rows = {row.title.removeprefix("Playlist: "): row for row in wizard(desk.body(), "roku.json").rows}
    assert [tile.title for tile in rows["Bulletins"].tiles] == ["Evening News"]
    # Where there are no series, the episodes are items of their own.
    mrss = {row.title: row for row in wizard(desk.body("roku_mrss"), "roku.xml").rows}
    assert len(mrss["Bulletins"].tiles) == 4
    search = json.loads(desk.body("search"))["assets"]
    assert sorted(a["type"] for a in search) == [*["episode"] * 4, "series", "shortForm"]
    ids = {a["id"] for a in search if a["type"] != "series"}
    assert ids == {tile.id for row in mrss.values() for tile in row.tiles}


def test_numbers_stay_when_a_bulletin_is_withdrawn_comes_back_or_comes_late(desk: Desk, film: Video) -> None:
    def refresh(now: int, *days: int) -> dict[str, int]:
        source = FakeSource(*(bulletin(n, film) for n in days), complete=True)
        desk.told(source, series=(EVENING,), max_drop=1.0, now=NOON + now * DAY)
        return numbers(desk)

    assert refresh(0, 3, 5) == {"Evening News 17 Nov": 1, "Evening News 19 Nov": 2}
    assert refresh(1, 5, 2) == {"Evening News 17 Nov": 1, "Evening News 20 Nov": 3}
    assert refresh(2, 5, 2, 3, 4) == {
        "Evening News 17 Nov": 1, "Evening News 18 Nov": 4, "Evening News 19 Nov": 2,
        "Evening News 20 Nov": 3,
    }  # fmt: skip


def test_what_has_not_been_on_air_has_no_number_yet(desk: Desk, film: Video) -> None:
    source = FakeSource(bulletin(3, film), bulletin(2, film, videos=()), bulletin(1, film))
    desk.told(source, series=(EVENING,))
    assert numbers(desk) == {"Evening News 19 Nov": 1, "Evening News 21 Nov": 2}


def test_numbers_do_not_wait_for_what_is_rendered(desk: Desk, film: Video) -> None:
    words = "The council met in the old town hall. The mayor spoke of the harbour and of the two new ferries."
    told = [bulletin(3, film, videos=(), body=(words,)), bulletin(2, film)]
    channel, pipeline = desk.channel(FakeSource(*told), series=(EVENING,), story="auto")
    report = pipeline.refresh(channel, NOON)
    assert [out.code for out in report.left_out] == ["rendering"]
    assert numbers(desk) == {"Evening News 20 Nov": 2}


def test_a_series_that_is_taken_out_of_the_settings_leaves_its_stories(desk: Desk, film: Video) -> None:
    source = FakeSource(bulletin(1, film))
    desk.told(source, series=(EVENING,))
    report = desk.told(source, now=NOON + DAY)
    assert (report.status, report.on_air) == ("published", 1)
    assert "series" not in json.loads(desk.body())


def test_rows_say_what_stands_where(desk: Desk, film: Video) -> None:
    rows: Any = (
        {"title": "Top", "pins": ("https://news.example.org/3",)},
        {"title": "Sport", "tags": ("football",), "limit": 1},
        {"title": "Wires", "sources": ("s1",), "max_age": "every 1 day", "order": "oldest_first"},
        {"title": "Bulletins", "series": ("Evening News",)},
    )
    newsroom = FakeSource(
        story(1, film, tags=("Football",)),
        story(2, film, tags=("Football",)),
        story(3, film, url="https://news.example.org/3"),
        story(4, film),
        bulletin(1, film, guid="b1"),
    )
    wires = FakeSource(
        *(story(n, film, title=f"Wire {n}", guid=f"w{n}", body=(f"Text {n}.",)) for n in (5, 6, 2000))
    )
    report = desk.told(newsroom, wires, row=rows, series=(EVENING,))
    shown = {row.title.removeprefix("Playlist: "): row.tiles for row in wizard(desk.body(), "roku.json").rows}
    assert {title: [tile.title for tile in tiles] for title, tiles in shown.items()} == {
        "Top": ["Story 3"],
        "Sport": ["Story 1"],
        "Wires": ["Wire 6", "Wire 5"],
        "Bulletins": ["Evening News"],
        "Latest": ["Story 4"],
    }
    assert {out.title: out.code for out in report.left_out} == {
        "Story 2": "row_full",
        "Wire 2000": "row_too_old",
    }


def test_ads_go_where_the_settings_say(desk: Desk, film: Video) -> None:
    desk.told(FakeSource(story(1, film)), ads={"pre_roll": True})
    assert json.loads(desk.body())["shortFormVideos"][0]["content"]["adBreaks"] == ["00:00:00"]
    desk.told(FakeSource(story(1, film)), ads={"pre_roll": True, "shortest": 600}, now=NOON + DAY)
    assert "adBreaks" not in json.loads(desk.body())["shortFormVideos"][0]["content"]


def test_the_report_says_what_each_item_costs(desk: Desk, film: Video) -> None:
    report = desk.told(FakeSource(story(1, film), bulletin(1, film)), series=(EVENING,))
    spent = {one.format: one for one in report.spent}
    assert set(spent) == {"roku", "roku_mrss"}
    for name, room in spent.items():
        assert room.used == sum(room.costs.values())
        assert len(room.costs) == 2
        assert 0 <= len(desk.body(name)) - room.used < 1000
