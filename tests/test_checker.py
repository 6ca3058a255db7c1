"""`check` as people use it: any file or address, told on a terminal, as JSON, as a page; mended."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.model import Issue
from feedsvc.checker.findings import grouped
from tests.loopback import Loopback, Reply, redirect
from tests.made_media import jpeg, mp4, png
from tests.test_cli import Desk
from tests.tv_feeds import clip, feed, tagged


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Loopback() as site:
        yield Desk(site, tmp_path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"\x00\xff", "text, but no feed"),
        (b"<html><p>Error 500</p>", "a web page"),
        (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", "an Atom feed"),
        (b"#EXTM3U\n", "an HLS playlist"),
        (gzip.compress(b'{"movies":[]}', mtime=0), "gzip-compressed"),
        (b"{", "neither a Direct Publisher nor a Search feed"),
        (b"[]", "neither a Direct Publisher nor a Search feed"),
        (b'{"version":"https://jsonfeed.org/version/1.1","items":[]}', "a JSON Feed"),
    ],
)
def test_check_says_what_is_no_feed(desk: Desk, tmp_path: Path, body: bytes, said: str) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(body)
    result = desk.run("check", str(path))
    assert result.exit_code == 2
    assert f"This is {said}" in result.stderr or said in result.stderr
    assert desk.run("check", str(path), "--format", "roku").exit_code == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<rss/>",
        b'\xef\xbb\xbf{"movies":[]}',
        b'{"movies":[',
        '{"movies":[]}'.encode("utf-16"),
        b"<rss><channel>" + b"<item>" * 10_000,
        b'{"movies":' * 5_000,
    ],
)
def test_check_takes_any_bytes(desk: Desk, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(body)
    for more in ((), ("--fix", str(tmp_path / "out.json"), "--html", str(tmp_path / "page.html"))):
        result = desk.run("check", str(path), *more)
        assert result.exit_code == 1
        assert "problems" in result.stdout


def test_a_file_that_no_tv_would_take_is_not_read_whole(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    result = desk.run("check", str(path))
    assert result.exit_code == 2
    assert "has more than 150 MB" in result.stderr


def test_check_follows_no_redirects_without_end(desk: Desk) -> None:
    desk.newsroom.serves("/loop.json", redirect("/loop.json"))
    result = desk.run("check", desk.site.url("/loop.json"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error ")


def test_check_tells_a_program_and_a_colleague(desk: Desk, tmp_path: Path) -> None:
    items = [{**clip(f"a{n}"), "rating": "PG", "title": f"<script>alert({n})</script>"} for n in range(3)]
    path, page = tmp_path / "roku.json", tmp_path / "page.html"
    path.write_text(json.dumps(tagged(*items)))
    told = json.loads(desk.run("check", str(path), "--json", "--html", str(page)).stdout)
    rating = next(f for f in told["findings"] if f["code"] == "bad_rating")
    assert (rating["severity"], rating["count"], rating["items"]) == ("error", 3, 3)
    assert rating["message"].endswith("`rating` is text.")
    assert rating["places"][0]["where"] == "/shortFormVideos/0/rating"
    assert rating["places"][1]["item"] == "a1"
    assert [(s["reader"], s["items"], s["crash"]) for s in told["shown"]] == [
        ("template", 3, None),
        ("wizard", 3, None),
    ]
    assert [f["severity"] for f in told["findings"]] == sorted(f["severity"] for f in told["findings"])
    written = page.read_text("utf-8")
    assert "<script" not in written
    assert "&lt;script&gt;alert(1)" in written
    assert "<code>rating</code> is text" in written
    assert not re.search(r"(?:src|href)=\"(?!data:)", written)


def test_check_mends(desk: Desk, tmp_path: Path) -> None:
    path, out = tmp_path / "roku.json", tmp_path / "mended.json"
    items = [clip("a1", rating="PG", genres=None), clip("a2", content={"videos": []})]
    path.write_text(json.dumps(feed(*items, categories=None)))
    result = desk.run("check", str(path), "--fix", str(out))
    assert "the template shows nothing: crash at a1" in result.stdout
    assert "the wizard shows nothing: crash at categories" in result.stdout
    assert "An item has no video that could be played, and was left out" in result.stdout
    after = desk.json("check", str(out))
    assert [(s["items"], s["crash"]) for s in after["shown"]] == [(1, None), (1, None)]
    told = desk.json("check", str(path), "--fix", str(out))
    assert told["fixed"]["files"] == [str(out)]
    assert "mended_genre" in {f["code"] for f in told["fixed"]["findings"]}
    nowhere = desk.run("check", str(path), "--fix", str(tmp_path / "no" / "where.json"))
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr


def test_check_makes_new_thumbnails_for_what_is_unfit(desk: Desk, tmp_path: Path) -> None:
    film = mp4(seconds=2)
    desk.newsroom.serves("/square.png", Reply(png(600, 600)))
    desk.newsroom.serves("/good.jpg", Reply(jpeg(1280, 720)))
    desk.newsroom.serves("/film.mp4", Reply(film))
    films = {**clip("a1")["content"], "duration": 0, "videos": [{"url": desk.site.url("/film.mp4")}]}
    pictures = {
        "a1": desk.site.url("/square.png"),
        "a2": desk.site.url("/good.jpg"),
        "a3": None,
        "a4": "http://tv/x",
    }
    items = [clip(name, thumbnail=url, content=films) for name, url in pictures.items()]
    path, out = tmp_path / "roku.json", tmp_path / "mended.json"
    path.write_text(json.dumps(feed(*items)))
    told = desk.json(
        "check", str(path), "--media", "--fix", str(out), "--base-url", "https://tv.example.org/feeds"
    )
    found = {f["code"]: [p["where"] for p in f["places"]] for f in told["findings"]}
    assert found["picture_small"] == found["picture_ratio"] == ["a1"]
    assert sorted(found["picture_missing"]) == ["a3", "a4"]
    mended = json.loads(out.read_text())["shortFormVideos"]
    assert mended[1]["thumbnail"] == pictures["a2"]
    for item in (mended[0], mended[2], mended[3]):
        name = item["thumbnail"].removeprefix("https://tv.example.org/feeds/mended-media/")
        assert (tmp_path / "mended-media" / name).read_bytes().startswith(b"\xff\xd8")
    assert [item["content"]["duration"] for item in mended] == [2, 2, 2, 2]
    assert told["fixed"]["thumbnails"] == 2


def test_what_is_wrong_is_told_once_the_worst_first_with_what_differs() -> None:
    def issue(severity: str, n: int, detail: str) -> Issue:
        return Issue(severity, "bad_x", f"/movies/{n}/x", f"X must be a number: {detail}.", "Mend it.")  # type: ignore[arg-type]

    warnings = [issue("warning", n, "it is text") for n in range(30)]
    errors = [issue("error", n, f"`{n}` is no number") for n in (1, 1, 2, 3)]
    error, warning = grouped([*warnings, *errors])
    assert (error.count, error.items, warning.count, warning.items) == (4, 3, 30, 30)
    assert error.message == "X must be a number."
    assert error.details[0] == ("`1` is no number", 2)
    assert warning.message == "X must be a number: it is text."
    assert len(warning.places) == 20
