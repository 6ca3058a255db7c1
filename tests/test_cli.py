"""The commands, as a person types them: output, exit codes, sentences instead of tracebacks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedsvc.blobs import LocalBlobs
from feedsvc.cli import main, settings_first
from feedsvc.export import export
from feedsvc.store import Document, Leaf
from tests.articles import NOON
from tests.loopback import Loopback, Reply, redirect
from tests.newsroom import Newsroom, Story


class Desk:
    """A newsroom, its settings and the command line."""

    def __init__(self, site: Loopback, root: Path) -> None:
        self.newsroom = Newsroom(site)
        self.site = site
        self.root = root
        self.settings = root / "settings.toml"
        self.settings.write_text(
            f"""
            [http]
            allow_hosts = ["{site.host}"]
            timeout = 2
            retries = 0
            [[channel]]
            id = "news"
            title = "Example News"
            story = "never"
            [[channel.source]]
            kind = "rss"
            url = "{site.url("/rss.xml")}"
            """
        )

    def run(self, *words: str) -> Result:
        result = CliRunner().invoke(main, ["--settings", str(self.settings), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Loopback() as site:
        yield Desk(site, tmp_path)


def test_refresh_reports_and_exits_0(desk: Desk) -> None:
    desk.newsroom.tells(Story(1, title="Bridge [opens] & closes"), Story(2, title="No [film]", video=""))
    result = desk.run("refresh")
    assert result.exit_code == 0
    assert "news published: 1 on air, 1 left out; 2 seen, 2 new" in result.stdout
    assert "No [film]: The article has no video." in result.stdout


def test_refresh_json_has_the_shape_others_rely_on(desk: Desk) -> None:
    desk.newsroom.tells(Story(1), Story(2, video=""))
    report = desk.json("refresh", "news")
    assert {k: report[k] for k in ("channel", "status", "seen", "new", "changed", "on_air")} == {
        "channel": "news",
        "status": "published",
        "seen": 2,
        "new": 2,
        "changed": 0,
        "on_air": 1,
    }
    assert set(report["left_out"][0]) >= {"id", "url", "title", "code", "message"}
    roku = report["documents"]["roku"]
    assert (roku["items"], roku["published"], roku["held_because"]) == (1, True, None)
    assert roku["bytes"] > 100
    assert report["seconds"] > 0


def test_refresh_with_problems_exits_1(desk: Desk) -> None:
    desk.newsroom.serves("/rss.xml", Reply(b"", status=404))
    result = desk.run("refresh")
    assert result.exit_code == 1
    assert "news held" in result.stdout
    assert "fetch_not_found" in result.stdout


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (["refresh", "--settings", "x", "news"], (["--settings", "x"], ["refresh", "news"])),
        (["--settings=x", "--port", "1"], (["--settings=x"], ["--port", "1"])),
        (["why", "x"], ([], ["why", "x"])),
    ],
)
def test_settings_may_stand_anywhere(line: list[str], parts: tuple[list[str], list[str]]) -> None:
    assert settings_first(line) == parts


def test_settings_after_the_command_are_read(desk: Desk) -> None:
    desk.newsroom.tells(Story(1))
    result = CliRunner().invoke(main, ["refresh", "news", "--settings", str(desk.settings)])
    assert result.exit_code == 0, result.output


def test_no_command_is_serve_and_an_unknown_one_is_a_sentence(desk: Desk) -> None:
    desk.settings.write_text("")
    assert "channel: is needed and missing." in desk.run("--no-schedule").stderr
    result = desk.run("refrsh")
    assert result.exit_code == 2
    assert "No such command 'refrsh'" in result.stderr


def test_an_unknown_channel_exits_2_with_a_sentence(desk: Desk) -> None:
    result = desk.run("refresh", "nws")
    assert result.exit_code == 2
    assert "There is no channel 'nws'. Did you mean 'news'?" in result.stderr


@pytest.mark.parametrize("command", [("refresh",), ("serve",), (), ("why", "x"), ("export", "out")])
def test_bad_settings_exit_2_with_every_mistake(desk: Desk, command: tuple[str, ...]) -> None:
    desk.settings.write_text("[server]\nprot = 1\n")
    result = desk.run(*command)
    assert result.exit_code == 2
    assert "server.prot: there is no such setting. Did you mean 'port'?" in result.stderr
    assert "channel: is needed and missing." in result.stderr


def test_why_tells_where_an_article_stands(desk: Desk) -> None:
    desk.newsroom.tells(Story(1), Story(2, title="Silent", video=""), Story(3, video="/none.mp4"))
    desk.run("refresh")
    on_air = desk.run("why", desk.site.url("/world/story-1?utm_source=mail"))
    assert on_air.exit_code == 0
    assert "On air in roku, roku_mrss, mrss, search." in on_air.stdout
    silent = desk.run("why", "guid-2")
    assert silent.exit_code == 1
    assert "no_video The article has no video." in silent.stdout
    broken = desk.json("why", desk.site.url("/world/story-3"))
    assert broken[0]["code"].startswith("video_")
    assert broken[0]["troubles"]
    by_id = desk.json("why", broken[0]["id"])
    assert by_id == broken
    assert "No channel has seen" in desk.run("why", "https://nowhere.example/").stdout


def test_case_26_and_27_export_is_a_static_tree_to_share(desk: Desk, tmp_path: Path) -> None:
    nothing = desk.run("export", str(tmp_path / "out"))
    assert nothing.exit_code == 2
    assert "Nothing has been published yet" in nothing.stderr
    desk.newsroom.tells(Story(1))
    desk.run("refresh")
    result = desk.run("export", str(tmp_path / "out"))
    assert result.exit_code == 0
    feed = json.loads((tmp_path / "out/feeds/news/roku.json").read_bytes())
    picture = feed["shortFormVideos"][0]["thumbnail"].removeprefix("http://127.0.0.1:8080/")
    assert (tmp_path / "out" / picture).read_bytes().startswith(b"\xff\xd8")
    assert (tmp_path / "out/feeds/news/roku.xml").read_bytes().startswith(b"<?xml")
    assert not list((tmp_path / "out").rglob(".*"))


def test_older_pages_are_exported_too(tmp_path: Path) -> None:
    picture = f"{0:040x}.jpg"
    leaf = Leaf("mrss/a1.xml", NOON, "b", f"<rss>/media/{picture}</rss>".encode(), b"")
    document = Document("news", "mrss", NOON, "a", (), b"<rss/>", b"", (leaf,))
    blobs = LocalBlobs(tmp_path / "media")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / picture).write_bytes(b"picture")
    assert export([document], blobs, tmp_path / "out") == 3
    assert (tmp_path / "out/feeds/news/mrss/a1.xml").read_bytes() == leaf.body
    assert (tmp_path / "out/media" / picture).read_bytes() == b"picture"


def test_check_of_our_own_feed_is_fine(desk: Desk, tmp_path: Path) -> None:
    desk.newsroom.tells(Story(1), Story(2))
    desk.run("refresh")
    desk.run("export", str(tmp_path / "out"))
    for path in ("roku.json", "roku.xml", "mrss.xml"):
        result = desk.run("check", str(tmp_path / "out/feeds/news" / path))
        assert result.exit_code == 0, result.stdout
        assert "fine" in result.stdout
    assert (
        "the template shows 2 items" in desk.run("check", str(tmp_path / "out/feeds/news/roku.json")).stdout
    )


def test_check_over_http_sees_how_a_feed_is_served(desk: Desk) -> None:
    body = b'{"providerName": "x"}'
    desk.newsroom.serves(
        "/feed.json", Reply(body, headers={"Cache-Control": "max-age=60, stale-if-error=86400"})
    )
    desk.newsroom.serves("/old.json", redirect("/feed.json"))
    result = desk.run("check", desk.site.url("/old.json"))
    assert result.exit_code == 1
    assert "feed_redirected" in result.stdout
    assert "feed_cache_control" in result.stdout
    assert "problems found" in result.stdout


def test_check_with_media_fetches_pictures_and_films(desk: Desk, tmp_path: Path) -> None:
    desk.newsroom.tells(Story(1), Story(2))
    desk.run("refresh")
    desk.run("export", str(tmp_path / "out"))
    feed = (tmp_path / "out/feeds/news/roku.json").read_text()
    for file in (tmp_path / "out/media").iterdir():
        desk.newsroom.serves(f"/media/{file.name}", file.read_bytes())
    good = tmp_path / "good.json"
    good.write_text(feed.replace("http://127.0.0.1:8080", desk.site.url().rstrip("/")))
    assert desk.run("check", "--media", str(good)).exit_code == 0
    desk.newsroom.serves("/film.mp4", b"<html>gone</html>")
    result = desk.run("check", "--media", str(good))
    assert result.exit_code == 1
    assert "video_" in result.stdout


@pytest.mark.parametrize("name", ["none.json", "http://127.0.0.1:1/feed.json", "http://[bad/feed.json"])
def test_check_of_what_cannot_be_had_exits_2(desk: Desk, name: str) -> None:
    result = desk.run("check", name)
    assert result.exit_code == 2
    assert result.stderr.startswith("error ")
    assert "Traceback" not in result.stderr


def test_codes_are_said(desk: Desk) -> None:
    assert "bad_rating A rating must be an object" in desk.run("codes").stdout
    told = {code["code"]: code for code in json.loads(desk.run("codes", "--json").stdout)}
    assert told["bad_rating"]["severity"] == "error"
    assert told["bad_rating"]["formats"] == ["roku"]
    assert told["no_guid"]["formats"] == ["roku_mrss", "mrss"]
