"""Settings: one file, all mistakes at once."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Ads, RowRule, Series
from feedsvc.publication import channel_of
from feedsvc.settings import Selection, Settings, SettingsError, SourceSettings, every, load, with_port

GOOD = """
[server]
public_url = "https://tv.example.org/"
[[channel]]
id = "demo"
title = "Demo"
[[channel.source]]
kind = "rss"
url = "https://news.example.org/rss.xml"
"""


def loaded(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    return load(
        path, kinds=frozenset({"rss", "folder"}), formats=frozenset({"roku", "roku_mrss", "mrss", "search"})
    )


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    return [problem.removeprefix(f"{tmp_path}/settings.toml: ") for problem in caught.value.problems]


def test_good_settings_are_read_with_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path, GOOD)
    assert settings.server.public_url == "https://tv.example.org"
    assert settings.channel[0].formats == ("roku", "roku_mrss", "mrss", "search")
    assert settings.root == tmp_path
    assert settings.named("demo").title == "Demo"


def test_the_shipped_settings_are_valid() -> None:
    assert load(Path(__file__).parent.parent / "settings.toml").channel[0].id == "demo"


def test_every_mistake_is_reported_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    text = GOOD.replace("[server]", "[server]\nprot = 1\nport = 70000").replace(
        'kind = "rss"', 'kind = "rss"\nulr = "x"'
    )
    found = problems(tmp_path, text + '\n[http]\ntimeout = "soon"\n')
    assert "server.prot: there is no such setting. Did you mean 'port'?" in found
    assert any(p.startswith("server.port: should be less than or equal to 65535") for p in found)
    assert "channel.0.source.0.ulr: there is no such setting. Did you mean 'url'?" in found
    assert any(p.startswith("http.timeout:") for p in found)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind = "rss"', 'kind = "rrs"', "channel demo: there is no source kind 'rrs'. Did you mean 'rss'?"),
        ('title = "Demo"', 'title = "Demo"\nformats = ["roko"]', "Did you mean 'roku'?"),
        ('title = "Demo"', 'title = "Demo"\nrefresh = "often"', "'every 5 minutes' or a cron line"),
        ('title = "Demo"', 'title = "Demo"\nrefresh = "every 0 minutes"', "'every 5 minutes' or a cron line"),
        ('id = "demo"', 'id = "De mo"', "channel.0.id:"),
        ("https://tv.example.org/", "tv.example.org", "absolute address"),
        ('title = "Demo"\n', "", "channel.0.title: is needed and missing."),
        ("[server]", "[server", "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_plain_sentence(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = problems(tmp_path, GOOD.replace(old, new))
    assert len(found) == 1
    assert expected in found[0]


def test_two_channels_with_one_id_are_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[channel]]") :]
    assert "two channels have the id 'demo'" in problems(tmp_path, twice)[0]


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_an_unknown_channel_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'demo'"):
        loaded(tmp_path, GOOD).named("dmo")


@pytest.mark.parametrize(
    "line", ["every 5 minutes", "every minute", "every 2 days", "*/5 * * * *", "0 6 * * 1-5"]
)
def test_refresh_is_an_interval_or_a_cron_line(tmp_path: Path, line: str) -> None:
    text = GOOD.replace('title = "Demo"', f'title = "Demo"\nrefresh = "{line}"')
    assert loaded(tmp_path, text).channel[0].refresh == line


def test_every_says_how_long() -> None:
    assert every("every 90 seconds") == timedelta(seconds=90)
    assert every("every hour") == timedelta(hours=1)
    assert every("sometimes") is None


def test_a_loopback_public_url_follows_the_port(tmp_path: Path) -> None:
    local = loaded(tmp_path, GOOD.replace("https://tv.example.org/", "http://127.0.0.1:8080"))
    assert with_port(local, 9000).server.public_url == "http://127.0.0.1:9000"
    assert with_port(loaded(tmp_path, GOOD), 9000).server.public_url == "https://tv.example.org"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_sentences(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8", errors="replace")
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert all(problem.endswith((".", ")")) for problem in caught.value.problems)


def test_a_login_that_the_environment_lacks_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        '[[channel]]\nid = "a"\ntitle = "A"\n'
        '[[channel.source]]\nkind = "rss"\nurl = "https://x.example/rss"\ncredentials = "WIRE_LOGIN"\n'
    )
    monkeypatch.delenv("WIRE_LOGIN", raising=False)
    with pytest.raises(SettingsError, match="the environment has no WIRE_LOGIN, which the source https"):
        load(path)
    monkeypatch.setenv("WIRE_LOGIN", "desk:secret")
    assert load(path).channel[0].source[0].secret == "desk:secret"


def on_air(table: str) -> str:
    return f"{GOOD}\n{table}\n"


def test_what_is_on_air_is_read_with_defaults(tmp_path: Path) -> None:
    channel = loaded(
        tmp_path,
        on_air(
            """
            [[channel.series]]
            title = "Evening News"
            pattern = '^Evening News (?P<date>.+)$'
            sources = ["https://news.example.org/rss.xml"]
            [[channel.live]]
            title = "Harbour live"
            url = "https://cdn.example.org/live.m3u8"
            [[channel.row]]
            title = "Latest"
            max_age = "every 7 days"
            [channel.ads]
            mid_roll = "every 10 minutes"
            """
        ),
    ).channel[0]
    told = channel_of(channel, "https://tv.example.org")
    assert told.rows == (RowRule("Latest", max_age=timedelta(days=7)),)
    assert told.series == (Series("Evening News"),)
    assert (told.ads, told.movies) == (Ads(mid_roll=timedelta(minutes=10)), None)
    assert list(channel.sources) == ["https://news.example.org/rss.xml", "channel.live"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('[[channel.series]]\ntitle = "A"', "series.0: needs a pattern, sections, tags or sources"),
        (
            '[[channel.series]]\ntitle = "A"\npattern = "(?P<year>.)"',
            "series.0.pattern: may have the groups season, episode and date, and no 'year'",
        ),
        ('[[channel.series]]\ntitle = "A"\npattern = "("', "series.0.pattern: must be a regular"),
        (
            '[[channel.series]]\ntitle = "A"\ntags = ["a"]\n[[channel.series]]\ntitle = "a"\ntags = ["b"]',
            "series: two have the title 'A'; give each its own",
        ),
        ('[[channel.row]]\ntitle = "A"\n[[channel.row]]\ntitle = "A"', "row: two have the title 'A'"),
        ('[[channel.row]]\ntitle = "A"\norder = "newest"', "row.0.order: should be 'most_recent' or"),
        ('[[channel.row]]\ntitle = "A"\nlimit = 0', "row.0.limit: should be greater than or equal to 1"),
        ('[[channel.row]]\ntitle = "A"\nmax_age = "old"', "row.0.max_age: must be like 'every 36"),
        ('[[channel.row]]\ntitle = "A"\nsources = ["rss"]', "'A' names no source: 'rss'. "),
        ('[[channel.live]]\ntitle = "A"\nurl = "live.m3u8"', "live.0.url: must be an absolute address"),
        ('[[channel.live]]\ntitle = "A"', "live.0.url: is needed and missing."),
        ('[channel.ads]\nmid_roll = "every 30 seconds"', "ads.mid_roll: must be like 'every 10 minutes'"),
        ('[channel.movies]\nsection = ["A"]', "movies.section: there is no such setting. Did you mean"),
    ],
)
def test_a_mistake_about_what_is_on_air_is_one_plain_sentence(
    tmp_path: Path, table: str, expected: str
) -> None:
    (found,) = problems(tmp_path, on_air(table))
    assert found.removeprefix("channel.0.").removeprefix("channel demo: ").startswith(expected)
    assert found.endswith(("?", "."))


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://x.example/story", "desk:secret"),
        ("https://X.example/robots.txt", "desk:secret"),
        ("http://x.example/story", ""),
        ("https://x.example:8443/story", ""),
        ("https://cdn.x.example/story", ""),
        ("https://x.example@evil.example/", ""),
        ("x", ""),
    ],
)
def test_the_login_is_for_the_sources_own_host(url: str, login: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRE_LOGIN", "desk:secret")
    source = SourceSettings(kind="sitemap", url="https://x.example/sitemap.xml", credentials="WIRE_LOGIN")
    assert source.login(url) == login


def test_patterns_let_addresses_through_or_not() -> None:
    include, exclude = Selection(urls=("/news/", "/sport/")), Selection(urls=(r"\.pdf$",))
    source = SourceSettings(kind="sitemap", include=include, exclude=exclude)
    wanted = ["https://x.example/news/a", "https://x.example/sport/b"]
    assert [
        url for url in (*wanted, "https://x.example/shop/c", f"{wanted[0]}.pdf") if source.wants(url)
    ] == wanted
    assert SourceSettings(kind="sitemap").wants("https://x.example/any")
