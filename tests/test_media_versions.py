"""A film is probed once and asked about later: is it still the version that was probed?"""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.model import Issue, Video
from feedsvc.http import FetchError, Http, Validator
from feedsvc.media import probe, probed
from feedsvc.settings import HttpSettings
from tests import made_media
from tests.loopback import Loopback, Reply, Request, Route, redirect, tagged

OLD, NEW = "Sat, 21 Nov 2026 07:00:00 GMT", "Sun, 22 Nov 2026 07:00:00 GMT"
NOON = 1_795_435_200.0  # 2026-11-23 12:00 UTC


def client(now: float = NOON) -> Http:
    return Http(HttpSettings(allow_hosts=("127.0.0.1",), timeout=2.0, retries=0), clock=lambda: now)


def versioned(body: bytes, etag: str = "", modified: str = "", *, ranges: bool = True) -> Route:
    """Return a route that names its version and takes no conditions."""
    sent = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
    return Reply(body, headers=sent, ranges=ranges)


def test_a_probed_film_comes_with_its_version() -> None:
    film = made_media.mp4()
    with Loopback({"/film": versioned(film, '"1"', OLD)}) as site, client() as http:
        found = probed(Video(site.url("/film")), http.open)
        assert isinstance(found.found, Video)
        assert found.validator == Validator('"1"', OLD, NOON, size=len(film))
        assert found.found == probe(Video(site.url("/film")), http.open)


def test_a_film_that_does_not_play_has_a_version_too() -> None:
    with Loopback({"/film": versioned(b"<html>", '"1"')}) as site, client() as http:
        found = probed(Video(site.url("/film")), http.open)
        assert isinstance(found.found, Issue)
        assert found.validator.etag == '"1"'


def test_no_version_where_the_server_or_the_file_has_none() -> None:
    film = made_media.mp4()
    with Loopback({"/film": film}) as site, client() as http:
        assert probed(Video(site.url("/film")), http.open).validator == Validator()
        missing = probed(Video(site.url("/gone")), http.open)
        assert isinstance(missing.found, Issue)
        assert missing.validator == Validator()
    assert probed(Video("/media/a.mp4"), lambda url: io.BytesIO(film)).validator == Validator()


@pytest.mark.parametrize("known", [Validator('"1"', OLD, NOON), Validator('"1"', checked=NOON),
                                   Validator("", OLD, NOON)])  # fmt: skip
def test_an_unchanged_file_costs_one_request_and_no_body(known: Validator) -> None:
    with Loopback({"/film": tagged(bytes(1000), '"1"', OLD)}) as site, client() as http:
        assert http.unchanged(site.url("/film"), known)
        (asked,) = site.requests
        assert asked.headers["range"] == "bytes=0-0"
        assert asked.headers.get("if-none-match", "") == known.etag


@pytest.mark.parametrize(
    ("route", "same"),
    [
        (versioned(bytes(1000), '"1"', OLD), True),
        (versioned(bytes(1000), '"1"', NEW), True),
        (versioned(bytes(1000), '"2"', OLD), False),
        (versioned(bytes(1000), "", OLD), False),
        (versioned(bytes(999), '"1"', OLD), False),
        (versioned(bytes(1000), '"1"', OLD, ranges=False), True),
        (versioned(bytes(999), '"1"', OLD, ranges=False), False),
        (tagged(bytes(1000), '"2"', NEW), False),
        (bytes(1000), False),
    ],
)
def test_a_server_without_conditions_is_believed_by_tag_and_size(route: Route, same: bool) -> None:
    with Loopback({"/film": route}) as site, client() as http:
        assert http.unchanged(site.url("/film"), Validator('"1"', OLD, NOON, size=1000)) is same


@pytest.mark.parametrize(("modified", "same"), [(OLD, True), (NEW, False)])
def test_a_date_is_enough_where_there_is_no_tag(modified: str, same: bool) -> None:
    with Loopback({"/film": versioned(bytes(9), "", modified)}) as site, client() as http:
        assert http.unchanged(site.url("/film"), Validator("", OLD, NOON, size=9)) is same


def test_case_47_a_server_that_says_304_for_ever_is_asked_anew_once_a_day() -> None:
    def stuck(request: Request) -> Reply:
        asked = {"if-none-match", "if-modified-since"} & request.headers.keys()
        return Reply(status=304) if asked else Reply(bytes(1000), headers={"ETag": '"2"'})

    known = Validator('"1"', checked=NOON)
    with Loopback({"/film": stuck}) as site:
        with client(NOON + 3600) as http:
            assert http.unchanged(site.url("/film"), known)
        with client(NOON + 90_000) as http:
            assert not http.unchanged(site.url("/film"), known)


def test_nothing_to_ask_with_is_nothing_asked() -> None:
    with Loopback({"/film": bytes(9)}) as site, client() as http:
        assert not http.unchanged(site.url("/film"), Validator(checked=NOON, size=9))
        assert site.requests == []


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_file_that_cannot_be_asked_for_raises_as_usual(status: int) -> None:
    with Loopback({"/film": Reply(status=status)}) as site, client() as http, pytest.raises(FetchError):
        http.unchanged(site.url("/film"), Validator('"1"', checked=NOON))


def test_a_large_body_without_ranges_is_not_read() -> None:
    with Loopback({"/film": versioned(bytes(30_000_000), '"1"', ranges=False)}) as site, client() as http:
        assert http.unchanged(site.url("/film"), Validator('"1"', checked=NOON, size=30_000_000))


def test_what_a_manifest_names_is_relative_to_where_a_redirect_led(tmp_path: Path) -> None:
    made_media.hls(tmp_path, 4)
    routes: dict[str, Route] = {f"/deep/{p.name}": p.read_bytes() for p in tmp_path.iterdir()}
    with Loopback({**routes, "/watch": redirect("/deep/index.m3u8")}) as site, client() as http:
        found = probe(Video(site.url("/watch")), http.open)
        assert isinstance(found, Video), found
        assert found.url == site.url("/watch")


def test_a_signed_address_says_when_it_ends() -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    address = f"https://cdn.example.org/a.mp4?Expires={int(end.timestamp())}"
    film = made_media.mp4()
    signed = probe(Video(address), lambda url: io.BytesIO(film))
    assert isinstance(signed, Video)
    assert signed.expires == end
    told = probe(Video("/media/a.mp4", expires=end), lambda url: io.BytesIO(film))
    assert isinstance(told, Video)
    assert told.expires == end
