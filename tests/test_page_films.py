"""The ways newsrooms name a film in their markup, and what stands there and is not the story's."""

import json
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import pages
from feedsvc.pages import files

SITE = "https://news.example.org"
URL = f"{SITE}/world/harbour-opens"
PROSE = "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said. " * 4
HEADLINE = "Harbour opens again"
NEWS = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": HEADLINE, "url": URL}
MP4, HLS = "https://cdn.example.org/a.mp4", "https://cdn.example.org/a.m3u8"
PLAYER = {"sources": [{"src": MP4, "type": "video/mp4"}]}


def films(body: str = "", head: str = "", after: str = "") -> list[str]:
    html = (
        f"<head><title>{HEADLINE}</title>{head}</head><body class='has-sidebar related'><article>"
        f"<h1>{HEADLINE}</h1><p>{PROSE}</p>{body}<p>{PROSE}</p></article>{after}</body>"
    )
    return [video.url.removeprefix(SITE) for video in pages.read(html.encode(), URL).videos]


def ld(*things: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things)


def film(of: object = MP4, **more: object) -> dict[str, object]:
    return {"@type": "VideoObject", "name": "Film", "contentUrl": of, **more}


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape(content)}">'


def attribute(said: object) -> str:
    return f'<div data-player="{escape(said if isinstance(said, str) else json.dumps(said))}"></div>'


@pytest.mark.parametrize(
    "things",
    [
        [{**NEWS, "video": [film()]}],
        [{"@graph": [NEWS, film()]}],
        [{**NEWS, "hasPart": [film()]}],
        [{**NEWS, "video": {"contentUrl": MP4}}],
        [{**NEWS, "video": MP4}],
        [{**NEWS, "video": {"@type": "Clip", "contentUrl": MP4}}],
        [{**NEWS, "associatedMedia": {"@type": "MediaObject", "contentUrl": MP4}}],
        [{"@type": "TVEpisode", "video": film()}],
        [{"@type": "WebPage", "url": URL, "mainEntity": film()}],
        [{"@type": "SocialMediaPosting", "url": URL, "sharedContent": film()}],
        [{**NEWS, "@type": "LiveBlogPosting",
          "liveBlogUpdate": [{"@type": "BlogPosting", "headline": "Noon", "video": film()}]}],
        [film("//cdn.example.org/a.mp4")],
        [{"@type": "VideoObject", "contenturl": MP4}],
        [film("", embedUrl=MP4)],
        [film("", url=MP4)],
        [film("", embedUrl=f"https://news.example.org/embed/player.html?file={MP4}")],
    ],
)  # fmt: skip
def test_structured_data(things: list[object]) -> None:
    assert films(head=ld(*things)) == [MP4]


def test_structured_data_in_html_say_and_by_amp() -> None:
    assert films(head=ld(film(f"{MP4}?a=1&amp;b=2"))) == [f"{MP4}?a=1&b=2"]


OTHERS = [film(f"https://cdn.example.org/{name}.mp4") for name in ("fire", "goal", "mayor", "rain")]


@pytest.mark.parametrize(
    "beside",
    [
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": other} for other in OTHERS]},
        {"@type": "NewsArticle", "headline": "Another story", "url": f"{SITE}/other", "video": OTHERS[0]},
        {**NEWS, "mentions": OTHERS},
        {**NEWS, "audio": {"@type": "AudioObject", "contentUrl": "https://cdn.example.org/a.mp4"}},
    ],
)
def test_structured_data_of_other_stories(beside: object) -> None:
    assert films(head=ld(NEWS, beside)) == []
    assert films(head=ld({**NEWS, "video": film()}, beside)) == [MP4]


def test_a_list_of_films_without_any_article_is_the_page_s_when_short() -> None:
    def listed(*of: object) -> list[str]:
        return films(head=ld({"@type": "ItemList", "itemListElement": list(of)}))

    assert listed(film()) == [MP4]
    assert listed(*OTHERS) == []
    assert listed(*OTHERS, film(url=URL)) == [MP4]


@pytest.mark.parametrize(
    "head",
    [
        meta("og:video", MP4), meta("og:video:url", MP4), meta("twitter:player", MP4),
        meta("twitter:player:stream", MP4), meta("sailthru.video", MP4), meta("video_src", MP4),
        meta("og:video", f"{SITE}/player.swf?file={MP4}&autostart=true"),
        meta("og:video", f"{SITE}/embed?url={quote(MP4, safe='')}"),
        f'<link rel="video_src" href="{MP4}">',
        f'<link rel="enclosure" type="video/mp4" href="{MP4}">',
        f'<link rel="alternate" type="video/mp4" href="{MP4}">',
    ],
)  # fmt: skip
def test_what_the_head_of_a_page_names(head: str) -> None:
    assert films(head=head) == [MP4]


@pytest.mark.parametrize(
    "body",
    [
        f'<span itemprop="contentUrl">{MP4}</span>', f'<span itemprop="contentURL" content="{MP4}"></span>',
        f'<a itemprop="contentURL" href="{MP4}">Film</a>', f'<meta itemprop="embedURL" content="{MP4}">',
        f'<div typeof="VideoObject"><span property="contentUrl" content="{MP4}"></span></div>',
        f'<video data-lazy-src="{MP4}"></video>', f'<video><source data-src="{MP4}"></video>',
        f'<video src="data:video/mp4;base64,AAAA" data-src="{MP4}"></video>',
        f'<noscript><video src="{MP4}"></video></noscript>',
        f'<noscript>&lt;video src="{MP4}"&gt;</noscript>',
        f'<amp-ima-video data-tag="https://ads.example.com/vast"><source src="{MP4}"></amp-ima-video>',
        f'<amp-video-iframe src="https://play.example.org/embed?file={MP4}"></amp-video-iframe>',
        f'<media-player src="{MP4}"></media-player>',
        f'<a class="play" href="/player?file={MP4}">Watch</a>',
        f'<iframe src="https://play.example.org/embed/?video={MP4}&skin=b"></iframe>',
        f'<iframe src="/player.html#file={MP4}"></iframe>',
        f'<iframe src="/player?config={quote(json.dumps(PLAYER))}"></iframe>',
        f"<iframe srcdoc=\"<video src='{MP4}'></video>\"></iframe>",
        f'<embed src="/p.swf" flashvars="file={MP4}&autostart=1">',
        attribute(PLAYER), attribute(escape(json.dumps(PLAYER))), attribute(quote(MP4, safe="")),
        attribute(quote(json.dumps(PLAYER))), attribute(json.dumps(PLAYER).replace("/", "\\u002F")),
        attribute(f'<video src="{MP4}"></video>'),
        attribute({"preview": {"src": "https://cdn.example.org/short.mp4"}, **PLAYER}),
        attribute({"previewUrl": "https://cdn.example.org/short.mp4", **PLAYER}),
        attribute({"preroll": "https://cdn.example.org/car.mp4", **PLAYER}),
        f"<textarea hidden>{escape(json.dumps(PLAYER))}</textarea>",
        f"<div class='config' hidden>{escape(json.dumps(PLAYER))}</div>",
        f"<p>[video mp4='{MP4}'][/video]</p>",
    ],
)  # fmt: skip
def test_what_the_markup_of_the_story_names(body: str) -> None:
    assert films(body) == [MP4]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<video src="/get.php?film=7"></video>', ["/get.php?film=7"]),
        ('<video src="/watch.html"></video>', []),
        ('<video><source type="video/youtube" src="https://youtu.be/abc"></video>', []),
        ('<video><source src="/up/a.mp4?_=1"><a href="/up/a.mp4">a</a></video>', ["/up/a.mp4"]),
        (attribute({"sources": [{"src": "/films/a.mp4"}]}), ["/films/a.mp4"]),
        (attribute({"file": "films/a.mp4"}), ["/world/films/a.mp4"]),
        ('<news-player src="/a.m3u8?token=1"></news-player>', ["/a.m3u8?token=1"]),
        ('<iframe src="/player?file=%2Ffilms%2Fa.mp4"></iframe>', ["/films/a.mp4"]),
        ('<video data-setup=\'{"sources":[{"src":"https://cdn.example.org/play/1","type":"application/x-mpegURL"}]'
         "}'></video>", ["https://cdn.example.org/play/1"]),
        ('<video src="https://cdn.example.org/2026/campaign-ad-attack.mp4"></video>',
         ["https://cdn.example.org/2026/campaign-ad-attack.mp4"]),
        ('<video src="/point-blank-shooting.mp4"></video>', ["/point-blank-shooting.mp4"]),
        ('<video src="/ads/car.mp4"></video><video src="/ad_1.mp4"></video>', []),
        ('<video src="/images-banners/car.mp4"></video>', []),
        ('<img src="/a.jpg" data-hover="/a.mp4">', []),
        ('<div data-preview="/a.mp4"></div>', []),
        ('<div class="hero-bg"><video autoplay loop muted src="/mood.mp4"></video></div>', []),
        ('<div class="video-player carousel"><video src="/a.mp4"></video></div>', ["/a.mp4"]),
        ('<meta itemprop="embedURL" content="https://tv.example.org/e/123">', []),
        ('<div class="with-sidebar watch-video"><video src="/a.mp4"></video></div>', ["/a.mp4"]),
        ('<article class="media"><video src="/a.mp4"></video></article>', ["/a.mp4"]),
    ],
)  # fmt: skip
def test_which_addresses_are_films(body: str, found: list[str]) -> None:
    assert films(body) == found


@pytest.mark.parametrize(
    "rail",
    [
        '<div class="related-videos"><video src="/o.mp4"></video></div>',
        '<div id="MoreStories"><div class="card" data-video="/o.mp4"></div></div>',
        '<section class="most-watched"><script>play({file: "/o.mp4"})</script></section>',
        '<div class="cards"><a href="/another"><video muted src="/o.mp4"></video></a></div>',
        '<article><h3><a href="/another">Another</a></h3><video src="/o.mp4"></video></article>',
        '<div class="ad-slot"><video src="/o.mp4"></video></div>',
        '<div class="related"><meta itemprop="contentUrl" content="/o.mp4"></div>',
        '<div data-vast="https://news.example.org/o.mp4"></div>',
        '<div id="secondary"><div class="widget"><video src="/o.mp4"></video></div></div>',
    ],
)
def test_the_films_of_other_stories_beside_it(rail: str) -> None:
    assert films(after=rail) == []
    assert films('<video src="/a.mp4"></video>', after=rail) == ["/a.mp4"]


def test_of_a_list_of_films_in_an_attribute_the_first_plays() -> None:
    listed = [{"hls": f"https://a.example/{n}.m3u8", "mp4": f"https://x.example/{n}x.mp4"} for n in "abcd"]
    assert films(attribute(listed)) == ["https://a.example/a.m3u8", "https://x.example/ax.mp4"]


SIZES = [f"https://cdn.example.org/{name}/main.mp4" for name in "abcde"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("p({f: 'https:\\x2f\\x2fcdn.example.org\\x2fa.mp4'})", [MP4]),
        ("p({f: 'https%3A%2F%2Fcdn.example.org%2Fa.mp4'})", [MP4]),
        (r'p("{\\\"f\\\":\\\"https:\\\\\/\\\\\/cdn.example.org\\\\\/a.mp4\\\"}")', [MP4]),
        (f'p("&lt;video src=&quot;{MP4}&quot;&gt;")', [MP4]),
        (f'p({{file: "{MP4}?a=1&amp;b=2"}})', [f"{MP4}?a=1&b=2"]),
        ("jwplayer('p').setup({file: 'films/a.mp4'})", ["/world/films/a.mp4"]),
        ("p({src: 'https://cdn.example.org/a.ism/Manifest'})", ["https://cdn.example.org/a.ism/Manifest"]),
        (f"p({{preroll: {{src: 'https://cdn.example.org/car.mp4'}}, file: '{MP4}'}})", [MP4]),
        (f"p({{file: '{MP4}', nextVideo: 'https://cdn.example.org/other.mp4'}})", [MP4]),
        (f"p({{file: '[360p]{MP4},[720p]{SITE}/a_720.mp4'}})", [MP4, "/a_720.mp4"]),
        ("ima = {adUrl: 'https://cdn.example.org/car.mp4'}", []),
        (f"p({{sources: {json.dumps([{'src': one} for one in SIZES])}}})", SIZES),
    ],
)  # fmt: skip
def test_how_scripts_write_addresses(script: str, found: list[str]) -> None:
    assert films(after=f"<script>{script}</script>") == found


@pytest.mark.parametrize(
    "script",
    [
        "p.src({src: 'https://cdn.example.org/play/1', type: 'application/x-mpegURL'})",
        'p({"type":"video/mp4","src":"https:\\/\\/cdn.example.org\\/play\\/1"})',
    ],
)
def test_an_address_without_an_ending_stands_beside_its_type(script: str) -> None:
    found = films("<video id='p'></video>", after=f"<script>{script}</script>")
    assert found == ["https://cdn.example.org/play/1"]


@pytest.mark.parametrize(
    "kind",
    [
        "", "module", "text/plain", "a1b2-text/javascript", "rocketlazyloadscript", "application/json",
        "text/json", "application/vnd.player+json",
    ],
)  # fmt: skip
def test_what_kinds_of_scripts_say(kind: str) -> None:
    assert films(after=f'<script type="{kind}">{json.dumps(PLAYER)}</script>') == [MP4]


RAIL = [
    {"url": f"/world/{n}", "title": f"Story {n}", "video": f"https://cdn.example.org/{n}.m3u8"}
    for n in "bcdef"
]


def packed(**story: object) -> str:
    return json.dumps({"rail": RAIL, "page": {"featured": {"m3u8": HLS}, "related": RAIL, **story}})


def streamed(text: str) -> str:
    return f"self.__next_f.push({json.dumps([1, text])})"


LITERAL = packed(url=URL).replace('"url"', "url").replace('"rail"', "rail").replace("[{", "[undefined,{")
REFERRED = {
    **{f"Article:{n}": {**other, "video": {"__ref": f"Video:{n}"}} for n, other in enumerate(RAIL)},
    **{f"Video:{n}": {"src": other["video"]} for n, other in enumerate(RAIL)},
    "Article:9": {"url": URL, "video": {"__ref": "Video:9"}}, "Video:9": {"src": HLS},
}  # fmt: skip
NUMBERED = [
    {"story": 1, "rail": 4}, {"url": 2, "video": 3}, URL, HLS, [5, 8, 11, 14],
    *(one for n in range(4) for one in ({"url": 3 * n + 6, "video": 3 * n + 7}, f"/{n}", f"https://x.example/{n}x.mp4")),
]  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        f"window.S = {packed(slug='harbour-opens')}", f"window.S = {packed(headline=HEADLINE)}",
        f"window.S = {LITERAL}", f"start({packed(url=URL)})",
        f"window.S = {json.dumps(packed(url=URL))};", f"S = JSON.parse({json.dumps(packed(url=URL))});",
        f"S = JSON.parse('{packed(url=URL)}');",
        f"S = decodeURIComponent('{quote(packed(url=URL), safe='')}')",
        f"window.__APOLLO_STATE__ = {json.dumps(REFERRED)}", json.dumps(NUMBERED),
        f"{streamed('1:HL[]')}</script><script>{streamed(chr(10) + '5:' + packed(url=URL)[:200])}"
        f"</script><script>{streamed(packed(url=URL)[200:])}",
    ],
)  # fmt: skip
def test_how_a_state_is_written(script: str) -> None:
    assert films(after=f"<script>{script}</script>") == [HLS]


@pytest.mark.parametrize("story", [{}, {"slug": "other-story"}, {"headline": "Another story of today"}])
def test_a_state_that_tells_of_another_story(story: dict[str, str]) -> None:
    assert films(after=f"<script>S = {packed(**story)}</script>") == []


PIECES = [
    "{", "}", "[", "]", '"', "'", "\\", "\\x2f", "//a.b/", ".mp4", ".ism/manifest", "mpegurl", "src:", "=",
    "(", "%3A%2F%2F", "sources", "ad", "&amp;", "undefined", "5:", " ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60))
def test_whatever_is_written_is_read(pieces: list[str]) -> None:
    said = "".join(pieces).replace("<", "").replace("\x00", "").encode("utf-8", "replace").decode()
    assert all(file.address for file in [*files.named(said), *files.in_value("data-x", said)])
    films(attribute(said), after=f"<script>S = {said}</script>")


@pytest.mark.parametrize(
    "said",
    [
        ".mp4" * 300_000, "https://" * 150_000 + ".mp4", "\\" * 1_000_000 + ".mp4", "{" * 500_000 + ".mp4",
        'a = {"' * 100_000 + ".mp4", '"//a.b/a.mp4",' * 80_000, "[" * 300_000 + '"//a.b/a.mp4"',
        "= '{" * 200_000 + ".mp4", "mpegurl" * 100_000, "{src:" * 200_000 + "mpegurl}",
        "\n0:" * 300_000 + ".mp4", "a:" * 400_000 + ".mp4",
    ],
    ids=range(12),
)  # fmt: skip
def test_a_hostile_script_is_read(said: str) -> None:
    films(attribute(said), after=f"<script>S = {said}</script><script>{json.dumps(RAIL)};S = {said}</script>")


def test_a_state_whose_parts_name_each_other_for_ever_is_read() -> None:
    wheel = [{str(k): (n * 7 + k) % 3000 for k in range(20)} | {"url": 3000} for n in range(3000)]
    assert films(after=f"<script>{json.dumps([*wheel, URL, *(r['video'] for r in RAIL)])}</script>") == []
