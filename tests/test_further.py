"""The further pages of a Search feed: from page to page by HTTP, and the ids of all of them together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import FORMATS, paging
from feedsvc.checker.further import MOST, follow
from feedsvc.http import FetchError
from tests.bench.write import news
from tests.feeds_strategies import small
from tests.loopback import Loopback, Reply
from tests.test_cli import Desk

SEARCH = FORMATS["search"]
SERVED = {"Content-Type": "application/json", "Cache-Control": "public, max-age=60"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Loopback() as site:
        yield Desk(site, tmp_path)


def page(name: str, following: str = "", /, **first: object) -> bytes:
    """Return a page of two items whose ids begin with `name`; `first` changes the first of them."""
    root: Any = json.loads(SEARCH.write(small()).body)
    for number, asset in enumerate(root["assets"]):
        asset["id"] = asset["content"]["playOptions"][0]["playId"] = f"{name}{number}"
    root["assets"][0].update(first)
    return json.dumps({**root, "nextPageUrl": following} if following else root).encode()


def put(desk: Desk, **pages: bytes) -> str:
    """Serve the pages by their names; return the address of the first one."""
    for name, body in pages.items():
        desk.newsroom.serves(f"/{name}.json", Reply(body, headers=SERVED))
    return desk.site.url(f"/{next(iter(pages))}.json")


def codes(told: Any) -> dict[str, list[str]]:
    return {f["code"]: [place["where"] for place in f["places"]] for f in told["findings"]}


def test_a_feed_is_checked_page_by_page_to_its_end(desk: Desk) -> None:
    two, three = desk.site.url("/two.json"), desk.site.url("/three.json")
    first = put(
        desk, one=page("a", two), two=page("b", three, genres=["News"], id="a1"), three=page("c", id="a1")
    )
    told = desk.json("check", first)
    assert [(p["name"], p["items"]) for p in told["pages"]] == [(first, 2), (two, 2), (three, 2)]
    assert codes(told) == {
        "unknown_genre": [f"{two}#/assets/0/genres/0"],
        "duplicate_id": [f"{two}#/assets/0/id", f"{three}#/assets/0/id"],
    }
    assert [(f["count"], f["items"]) for f in told["findings"]] == [(2, 2), (1, 1)]
    assert told["findings"][1]["places"][0]["title"] == "Story 1"
    assert f"is also in {first}" in told["findings"][0]["places"][0]["message"]
    printed = desk.run("check", first)
    assert "3 pages, 6 items" in printed.stdout
    assert printed.exit_code == 1


def test_a_good_feed_in_pages_is_fine(desk: Desk) -> None:
    put(desk, one=page("a", desk.site.url("/two.json")), two=page("b"))
    assert desk.json("check", desk.site.url("/one.json"))["findings"] == []
    assert desk.run("check", desk.site.url("/one.json")).exit_code == 0


def test_a_feed_that_leads_back_is_not_followed_for_ever(desk: Desk) -> None:
    one, two = desk.site.url("/one.json"), desk.site.url("/two.json")
    told = desk.json("check", put(desk, one=page("a", two), two=page("b", one)))
    assert codes(told) == {"page_loop": [two]}
    assert desk.site.paths() == ["/one.json", "/two.json"]


def test_a_page_that_is_not_there_is_told(desk: Desk) -> None:
    gone = desk.site.url("/gone.json")
    told = desk.json("check", put(desk, one=page("a", gone)))
    assert codes(told) == {"page_missing": [gone]}
    assert not told["fine"]


@pytest.mark.parametrize("address", ["ftp://tv.example.org/2.json", "file:///etc/passwd", "2.json"])
def test_what_is_no_address_is_a_fault_and_not_followed(desk: Desk, address: str) -> None:
    told = desk.json("check", put(desk, one=page("a", address)))
    assert codes(told) == {"bad_next_page": ["/nextPageUrl"]}
    assert len(told["pages"]) == 1


def test_a_page_on_a_private_host_that_nobody_named_is_not_fetched(desk: Desk) -> None:
    with Loopback({"/two.json": page("b")}) as elsewhere:
        told = desk.json("check", put(desk, one=page("a", elsewhere.url("/two.json"))))
        assert codes(told) == {"page_missing": [elsewhere.url("/two.json")]}
        assert elsewhere.requests == []


def test_no_more_than_so_many_pages_are_looked_at(desk: Desk) -> None:
    addresses = [desk.site.url(f"/p{n}.json") for n in range(MOST + 2)]
    pages = {f"p{n}": page(f"p{n}_", addresses[n + 1]) for n in range(MOST + 1)}
    told = desk.json("check", put(desk, **pages))
    assert codes(told) == {"pages_unseen": [addresses[MOST - 1]]}
    assert len(told["pages"]) == len(desk.site.requests) == MOST


def test_a_page_that_is_something_else_is_told_by_its_address(desk: Desk) -> None:
    two = desk.site.url("/two.json")
    told = desk.json("check", put(desk, one=page("a", two), two=b"<html>Not found</html>"))
    assert codes(told)["not_json"] == [two]


def test_of_a_file_the_report_says_that_pages_were_not_looked_at(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "search.json"
    path.write_bytes(page("a", desk.site.url("/two.json")))
    told = desk.json("check", str(path))
    assert codes(told) == {"pages_unseen": [str(path)]}
    assert (told["fine"], told["findings"][0]["severity"]) == (True, "info")
    assert desk.site.requests == []


def test_what_this_service_publishes_in_pages_is_fine() -> None:
    written = paging.write(news(30), replace(SEARCH, page=5))
    pages = {f"https://tv.example.org/feeds/demo/{path}": body for path, body in written.pages.items()}
    found = follow(written.body, "https://tv.example.org/feeds/demo/search.json", SEARCH, pages.__getitem__)
    assert found.issues == ()
    assert len(found.sheets) == len(pages) + 1 > 2
    assert sum(sheet.items for sheet in found.sheets) == 30


@given(body=st.binary(max_size=200), more=st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_any_page_is_followed_without_an_exception(body: bytes, more: object) -> None:
    def fetch(url: str) -> bytes:
        if url.endswith("3"):
            raise FetchError(url, "fetch_unreachable", "x.org", "it is down")
        return (
            body
            if url.endswith("2")
            else json.dumps({"assets": more, "nextPageUrl": "https://x.org/3"}).encode()
        )

    for following in ("https://x.org/1", "https://x.org/2", "https://x.org/3"):
        assert follow(page("a", following), "https://x.org/0", SEARCH, fetch).sheets
