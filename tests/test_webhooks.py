"""Webhooks: what a refresh changed is told once, signed, with patience, and never costs a refresh."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.model import Issue, Video
from feedsvc.app import build
from feedsvc.publication import Outcome
from feedsvc.report import Report, failing
from feedsvc.settings import Settings, SettingsError, load
from feedsvc.sources import Pulled
from feedsvc.store import Hold
from feedsvc.webhooks import PAUSES, Known, Webhooks, known, messages, signed
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.loopback import Loopback, Reply, in_turn, redirect
from tests.newsroom import Newsroom, Story

MINUTE = timedelta(minutes=1)
PUBLIC = "https://tv.example.org"


@pytest.fixture
def chat() -> Iterator[Loopback]:
    with Loopback({"/hook": Reply(b"", status=204)}) as site:
        yield site


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_SECRET", "s3cret")


def hooks(desk: Desk, chat: Loopback, pauses: list[float] | None = None, **fields: Any) -> Webhooks:
    """Return the webhooks of settings with one; how long each pause was goes into `pauses`."""
    hook = {"url": chat.url("/hook"), "secret": "CHAT_SECRET", **fields}
    settings = Settings(webhook=(hook,), channel=(desk.channel(FakeSource())[0].model_dump(),))

    def pause(seconds: float) -> bool:
        if pauses is not None:
            pauses.append(seconds)
        return False

    return Webhooks(desk.http, desk.store, settings.webhook, PUBLIC, pause=pause)


def heard(chat: Loopback) -> list[Any]:
    return [json.loads(request.body) for request in chat.requests]


def report(published: bool = False, held: str | None = None, **fields: Any) -> Report:
    outcome = Outcome(100, 2, "etag", published, held)
    return Report("demo", "unchanged", on_air=2, documents={"roku": outcome, "mrss": outcome}, **fields)


def test_a_chat_hears_of_what_happens_over_a_day(desk: Desk, film: Video, chat: Loopback) -> None:
    told = hooks(desk, chat)
    source = FakeSource(story(1, film), story(2, film))
    channel, pipeline = desk.channel(source)

    def refreshed(minutes: int) -> list[str]:
        chat.forget()
        now = NOON + minutes * MINUTE
        told.tell(channel, pipeline.refresh(channel, now), now)
        return [message["text"] for message in heard(chat)]

    assert refreshed(0) == ["Demo: 2 articles are on air; 2 new, 0 changed."]
    assert refreshed(1) == []
    source.down = True
    assert refreshed(2) == ["Demo: source s0 fails. It is down."]
    assert refreshed(3) == []
    source.down = False
    assert refreshed(4) == ["Demo: source s0 can be read again."]
    desk.store.desk.hold("demo", Hold(NOON, "Ann"))
    source.articles = (*source.articles, story(7, film))
    (held,) = refreshed(5)
    assert held.startswith("Demo: a newer feed is held back (roku, roku_mrss, mrss, search). ")
    assert refreshed(6) == []


def test_what_was_told_is_remembered_by_the_next_process(desk: Desk, chat: Loopback) -> None:
    channel = desk.channel(FakeSource())[0]
    for _ in range(2):
        hooks(desk, chat).tell(channel, report(failing={"a": "It is down."}), NOON)
    assert len(chat.requests) == 1


def test_a_message_is_signed_with_its_time(desk: Desk, chat: Loopback) -> None:
    hooks(desk, chat).tell(desk.channel(FakeSource())[0], report(published=True, new=2), NOON)
    (sent,) = chat.requests
    stamp = sent.headers["x-feedsvc-timestamp"]
    wanted = hmac.new(b"s3cret", stamp.encode() + b"." + sent.body, hashlib.sha256).hexdigest()
    assert sent.headers["x-feedsvc-signature"] == f"sha256={wanted}"
    assert int(stamp) == NOON.timestamp()
    assert (sent.method, sent.headers["content-type"]) == ("POST", "application/json")
    assert json.loads(sent.body) == {
        "event": "published",
        "channel": "demo",
        "title": "Demo",
        "text": "Demo: 2 articles are on air; 2 new, 0 changed.",
        "time": "2026-11-22T12:00:00Z",
        "counts": {"on_air": 2, "new": 2, "changed": 0, "withdrawn": 0, "left_out": 0},
        "link": "https://tv.example.org/preview/demo",
        "concerns": ["roku", "mrss"],
    }


def test_another_body_or_time_has_another_signature() -> None:
    name = "X-Feedsvc-Signature"
    one = signed(b"{}", "s", NOON)
    assert one[name] not in {
        signed(b"[]", "s", NOON)[name],
        signed(b"{}", "t", NOON)[name],
        signed(b"{}", "s", NOON + MINUTE)[name],
    }


def test_only_what_is_wanted_is_told(desk: Desk, chat: Loopback) -> None:
    some = hooks(desk, chat, events=["held"])
    channel = desk.channel(FakeSource())[0]
    some.tell(channel, report(published=True), NOON)
    assert chat.requests == []
    some.tell(channel, report(held="It has shrunk."), NOON)
    assert [message["event"] for message in heard(chat)] == ["held"]


@pytest.mark.parametrize(
    ("replies", "tries"),
    [
        ([Reply(status=500), Reply(status=500), Reply(status=204)], 3),
        ([Reply(drop=True), Reply(status=204)], 2),
        ([Reply(status=429), Reply(status=204)], 2),
        ([Reply(status=503)], 3),
        ([Reply(status=404)], 1),
        ([redirect("/elsewhere")], 1),
    ],
)
def test_a_chat_that_is_away_is_asked_again_one_that_refuses_is_not(
    desk: Desk, chat: Loopback, replies: list[Reply], tries: int
) -> None:
    chat.routes["/hook"] = in_turn(*replies)
    pauses: list[float] = []
    hooks(desk, chat, pauses).tell(desk.channel(FakeSource())[0], report(published=True), NOON)
    assert chat.paths() == ["/hook"] * tries
    assert pauses == [*PAUSES][: tries - 1]
    assert len({request.headers["x-feedsvc-signature"] for request in chat.requests}) == 1


def test_a_chat_that_stays_away_is_logged_once_until_it_is_back(
    desk: Desk, chat: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    told, channel = hooks(desk, chat), desk.channel(FakeSource())[0]
    for status in (404, 404, 200, 404):
        chat.routes["/hook"] = Reply(b"", status=status)
        told.tell(channel, report(published=True), NOON)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 2
    assert "127.0.0.1" in warnings[0]
    assert "/hook" not in warnings[0], "the address may be a secret"


def test_no_second_try_once_the_service_stops(desk: Desk, chat: Loopback) -> None:
    chat.routes["/hook"] = Reply(b"", status=500)
    hook = {"url": chat.url("/hook"), "secret": "CHAT_SECRET"}
    settings = Settings(webhook=(hook,), channel=(desk.channel(FakeSource())[0].model_dump(),))
    told = Webhooks(desk.http, desk.store, settings.webhook, PUBLIC)
    told.stop()
    told.tell(settings.channel[0], report(published=True), NOON)
    assert len(chat.requests) == 1


def test_many_failing_sources_are_one_message(desk: Desk) -> None:
    channel = desk.channel(FakeSource())[0]
    down = {f"s{number}": "It is down." for number in range(500)}
    (one,) = messages(channel, Known(), report(failing=down), PUBLIC, NOON)
    assert one.text == "Demo: sources s0, s1, s2 and 497 more fail. It is down."
    assert len(one.concerns) == 500
    channel = desk.channel(FakeSource(), FakeSource())[0]
    (back,) = messages(channel, Known(failing=("s0", "s1", "gone")), report(), PUBLIC, NOON)
    assert (back.event, back.text) == ("source_recovered", "Demo: sources s0, s1 can all be read again.")


def test_a_login_in_an_address_stays_here(desk: Desk) -> None:
    channel = desk.channel(FakeSource())[0]
    down = {"https://ann:pw@news.example/rss": "It is down."}
    (one,) = messages(channel, Known(), report(failing=down), PUBLIC, NOON)
    assert "ann:pw" not in one.text + "".join(one.concerns)
    assert "https://news.example/rss" in one.text


def test_what_is_held_longer_is_no_news_but_another_format_is(desk: Desk) -> None:
    channel = desk.channel(FakeSource())[0]
    now = report(held="It has shrunk.")
    assert list(messages(channel, known(now), now, PUBLIC, NOON)) == []
    more = replace(now, documents={**now.documents, "search": Outcome(1, 1, "e", False, "It is invalid.")})
    (one,) = messages(channel, known(now), more, PUBLIC, NOON)
    assert one.text == "Demo: a newer feed is held back (search). It is invalid."


def test_what_a_source_said_is_told_of_it() -> None:
    down = Pulled(issues=(Issue("error", "fetch_unreachable", "x", "It is down."),), failed=True)
    assert failing({"a": Pulled(), "b": down, "c": Pulled(failed=True)}) == {"b": "It is down.", "c": ""}


def settings_with(root: Any, chat: Loopback, newsroom: Newsroom) -> Settings:
    (root / "settings.toml").write_text(
        f"""
        [http]
        allow_hosts = ["{chat.host}", "{newsroom.site.host}"]
        [[webhook]]
        url = "{chat.url("/hook")}"
        secret = "CHAT_SECRET"
        [[channel]]
        id = "news"
        title = "News"
        story = "never"
        [[channel.source]]
        kind = "rss"
        url = "{newsroom.site.url("/rss.xml")}"
        """
    )
    return load(root / "settings.toml")


def test_a_refresh_by_hand_tells_before_the_command_ends(
    tmp_path: Any, chat: Loopback, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1, title="The bridge opens"))
    chat.routes["/hook"] = Reply(b"", delay=0.2)
    service = build(settings_with(tmp_path, chat, newsroom))
    service.refresh("news")
    service.close()
    assert [message["text"] for message in heard(chat)] == ["News: 1 article is on air; 1 new, 0 changed."]


def test_a_hook_without_its_secret_is_a_mistake_in_the_settings(
    tmp_path: Any, chat: Loopback, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAT_SECRET")
    with pytest.raises(SettingsError, match="the environment has no CHAT_SECRET"):
        settings_with(tmp_path, chat, newsroom)
    wrong = {"url": "chat", "secret": "X", "events": ["publishd"]}
    with pytest.raises(ValueError, match="must be an address such as") as error:
        Settings(webhook=(wrong,), channel=({"id": "a", "title": "A", "source": ({"kind": "demo"},)},))
    assert "publishd" in str(error.value)
