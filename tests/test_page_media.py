"""The pictures and videos of a page: which are the story's, in which rendition, with what said of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
SITE = "https://news.example.org"
PROSE = "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said. " * 4
NEWS = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Harbour opens again"}
BIG = 'width="1280" height="720"'


def ld(*things: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things)


def og(**contents: str) -> str:
    names = {n if n == "site_name" else n.replace("_", ":"): content for n, content in contents.items()}
    return "".join(f'<meta property="og:{name}" content="{content}">' for name, content in names.items())


def read(body: str = "", head: str = "") -> Article:
    html = f"<head>{head}</head><body><article><h1>Harbour</h1><p>{PROSE}</p>{body}</article></body>"
    return pages.read(html.encode(), URL)


def images(body: str = "", head: str = "") -> list[str]:
    return [image.url.removeprefix(SITE) for image in read(body, head).images]


def videos(body: str = "", head: str = "") -> list[str]:
    return [video.url.removeprefix(SITE) for video in read(body, head).videos]


def test_case_51_the_lead_image_is_json_lds_then_open_graphs_then_twitters_then_the_texts() -> None:
    head = (
        ld({**NEWS, "image": ["/ld.jpg"]})
        + og(image="/og.jpg")
        + '<meta name="twitter:image" content="/tw.jpg">'
    )
    assert images('<img src="/text.jpg">', head) == ["/ld.jpg", "/og.jpg", "/tw.jpg", "/text.jpg"]


@pytest.mark.parametrize(
    "furniture",
    [
        '<img src="/favicon.png">', '<img src="/img/site-logo.png">', '<img src="/i/facebook-icon.png">',
        '<img src="/ada.jpg" class="avatar">', '<img src="/p.gif?u=1" width="1" height="1">',
        '<img src="/small.jpg" width="64" height="64">', '<img src="/drawing.svg">',
        '<img src="data:image/png;base64,x">',
        '<img src="https://b.scorecardresearch.com/p?c1=2">', '<img src="/spacer.gif">',
        '<img src="/teaser-80x80.jpg">',
        '<aside><img src="/other.jpg"></aside>', '<a href="/other-story"><img src="/other.jpg"></a>',
        '<img src="https://www.gravatar.com/x.jpg">',
    ],
)  # fmt: skip
def test_case_52_furniture_is_no_picture(furniture: str) -> None:
    assert images(f"{furniture}<img src='/quay.jpg'>") == ["/quay.jpg"]


def test_case_52_the_sites_own_picture_is_not_the_storys() -> None:
    head = og(image="/static/citynews_logo_1200x800_en.jpg", site_name="City News")
    assert images('<img src="/quay.jpg">', head) == ["/quay.jpg"]
    publisher = {
        "@type": "Organization",
        "name": "City News",
        "logo": {"@type": "ImageObject", "url": "/brand.png"},
    }
    assert images("", ld({**NEWS, "publisher": publisher, "image": "/brand.png"})) == []


def test_a_logo_in_the_news_is_a_picture() -> None:
    assert images("", og(image="/2026/03/apple-logo-on-building.jpg", site_name="City News")) != []


def test_drupals_folder_makes_no_logo_of_a_picture_named_like_the_site() -> None:
    assert images("", og(image="/sites/default/files/news.jpg", site_name="City News")) != []
    assert images("", og(image="/sites/default/files/city-news-logo.jpg", site_name="City News")) == []


def test_a_host_called_pixel_is_no_beacon() -> None:
    assert images("", og(image="https://pixel.example.org/2026/quay.w1200.jpg")) != []
    assert images("", og(image="https://stats.example.org/pixel?id=4711")) == []
    assert images("", og(image="/2026/img_1234.jpg", site_name="City News")) == ["/2026/img_1234.jpg"]


def test_sizes_belong_to_the_picture_they_follow() -> None:
    two = og(image="/a.jpg", image_width="1200", image_height="630") + og(image="/b.jpg")
    assert [(i.width, i.height) for i in read(head=two).images] == [(None, None), (None, None)]
    one = og(image="/a.jpg", image_width="1200", image_height="630")
    assert [(i.width, i.height) for i in read(head=one).images] == [(1200, 630)]


def test_of_several_shapes_the_wide_one_leads() -> None:
    shapes = [{"@type": "ImageObject", "url": f"/{w}.jpg", "width": w, "height": 1000} for w in (1000, 1778)]
    assert images("", ld({**NEWS, "image": shapes})) == ["/1778.jpg", "/1000.jpg"]


@pytest.mark.parametrize(
    ("img", "url", "width"),
    [
        ('<img src="/s.jpg" srcset="/m.jpg 640w, /l.jpg 1920w, /s.jpg 320w">', "/l.jpg", 1920),
        ('<img src="/s.jpg" srcset="/c/w_8,x/s.jpg 800w,/c/w_16,x/l.jpg 1600w">', "/c/w_16,x/l.jpg", 1600),
        ('<img src="/s.jpg" srcset="/s.jpg 1x, /l.jpg 2x">', "/l.jpg", None),
        ('<picture><source srcset="/l.webp 1600w"><img src="/s.jpg"></picture>', "/l.webp", 1600),
        ('<img src="data:image/gif;base64,R0" data-src="/lazy.jpg">', "/lazy.jpg", None),
        ('<img src="/tiny.jpg" data-srcset="/l.jpg 1200w">', "/l.jpg", 1200),
        (f'<img src="/a.jpg" {BIG}>', "/a.jpg", 1280),
    ],
)  # fmt: skip
def test_the_largest_rendition_and_lazy_pictures(img: str, url: str, width: int | None) -> None:
    found = read(img).images
    assert [(i.url.removeprefix(SITE), i.width) for i in found] == [(url, width)]


def test_renditions_are_one_picture_with_all_that_is_said_of_it() -> None:
    figure = (
        '<figure><img src="/up/quay-1024x576.jpg" width="1024" height="576">'
        '<figcaption>The new quay <span class="credit">Jo Lund</span></figcaption></figure>'
    )
    (image,) = read(figure, og(image="/up/quay-300x169.jpg", image_width="300", image_height="169")).images
    assert image.url == f"{SITE}/up/quay-1024x576.jpg"
    assert (image.width, image.height, image.caption, image.credit) == (1024, 576, "The new quay", "Jo Lund")


def test_the_videos_poster_is_the_last_resort() -> None:
    assert images('<video src="/a.mp4" poster="/poster.jpg"></video>', og(image="/og.jpg")) == [
        "/og.jpg",
        "/poster.jpg",
    ]


def test_a_video_object_standing_alone_nested_and_with_renditions() -> None:
    alone = {"@type": "VideoObject", "contentUrl": "/alone.mp4", "duration": "PT2M", "thumbnailUrl": "/t.jpg"}
    assert videos("", ld(NEWS, alone)) == ["/alone.mp4"]
    encoding = [
        {"@type": "MediaObject", "contentUrl": f"/{n}.mp4", "height": n, "bitrate": "3500k"}
        for n in (720, 1080)
    ]
    nested = {**NEWS, "video": {"@type": ["VideoObject"], "duration": "PT2M", "encoding": encoding}}
    found = read(head=ld(alone, {"@graph": [nested]})).videos
    assert [(v.url.removeprefix(SITE), v.height, v.bitrate, v.duration) for v in found] == [
        ("/720.mp4", 720, 3500, 120), ("/1080.mp4", 1080, 3500, 120), ("/alone.mp4", None, None, 120),
    ]  # fmt: skip


def test_a_video_object_named_by_id() -> None:
    graph = [{**NEWS, "video": {"@id": "#v"}}, {"@type": "VideoObject", "@id": "#v", "contentUrl": "/v.m3u8"}]
    assert videos("", ld({"@graph": graph})) == ["/v.m3u8"]


@pytest.mark.parametrize(
    "url", ["https://player.example.org/embed/12", "/watch.html", "https://youtu.be/abc", URL, ""]
)
def test_a_content_url_that_is_a_page_is_no_video(url: str) -> None:
    assert videos("", ld({"@type": "VideoObject", "contentUrl": url})) == []


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        ('<video src="clip.mp4"></video>', ["/world/clip.mp4"]),
        ('<video><source src="/a.m3u8"><source src="/a.mp4"></video>', ["/a.m3u8", "/a.mp4"]),
        ('<video><source src="/stream?id=1" type="video/mp4"></video>', ["/stream?id=1"]),
        ('<video data-src="/a.mp4"></video>', ["/a.mp4"]),
        ('<div data-video-url="/a.mp4"></div>', ["/a.mp4"]),
        ("<div data-setup='{\"sources\":[{\"src\":\"https:\\/\\/cdn.example.org\\/a.mpd\"}]}'></div>",
         ["https://cdn.example.org/a.mpd"]),
        ('<a href="/files/Talk.MP4">Watch the talk</a>', ["/files/Talk.MP4"]),
        ('<news-player hls-url="/a.m3u8" poster="/a.jpg"></news-player>', ["/a.m3u8"]),
        ("<div onclick=\"play('https://cdn.example.org/a.mp4')\"></div>", ["https://cdn.example.org/a.mp4"]),
        ('<iframe src="/player.html?file=https%3A%2F%2Fcdn.example.org%2Fa.mp4%3Fx%3D1&skin=b"></iframe>',
         ["https://cdn.example.org/a.mp4?x=1"]),
        ('<object><param name="flashvars" value="file=https://cdn.example.org/a.mp4&image=/a.jpg"></object>',
         ["https://cdn.example.org/a.mp4"]),
        ('<div itemscope><meta itemprop="contentUrl" content="/a.mp4"></div>', ["/a.mp4"]),
        ('<div itemscope><link itemprop="contentUrl" href="/a.mp4"></div>', ["/a.mp4"]),
        ('<img src="/moving.mp4">', []),
        ('<video src="/a.webm"></video><video src="/a.mp4"></video>', ["/a.mp4", "/a.webm"]),
        ('<video loop muted autoplay src="/mood.mp4"></video><video src="/a.mp4"></video>', ["/a.mp4",
        "/mood.mp4"]),
        ('<aside><video src="/promo.mp4"></video></aside>', []),
        ('<video src="/ads/preroll.mp4"></video>', []),
        ('<a href="/about.html">About</a><video src="blob:https://x"></video>', []),
    ],
)  # fmt: skip
def test_videos_in_the_markup(body: str, urls: list[str]) -> None:
    assert videos(body) == urls


def test_a_link_beside_the_story_leads_to_its_film_when_it_is_the_only_one() -> None:
    def found(beside: str) -> list[str]:
        html = f"<div><article><h1>Harbour</h1><p>{PROSE}</p></article></div><div>{beside}</div>"
        return [v.url.removeprefix(SITE) for v in pages.read(html.encode(), URL).videos]

    assert found("<a href='/a.mp4'>Film</a><a href='/a.mp4'>MP4</a>") == ["/a.mp4"]
    assert found("<a href='/a.mp4'>One film</a><a href='/b.mp4'>and another</a>") == []
    assert found("<nav><a href='/a.mp4'>Film of the week</a></nav>") == []


def test_open_graph_videos_only_when_they_are_files() -> None:
    file = og(video="/a.mp4", video_type="video/mp4", video_width="1280", video_height="720")
    (video,) = read(head=file).videos
    assert (video.url, video.width, video.height) == (f"{SITE}/a.mp4", 1280, 720)
    assert videos("", og(video="https://news.example.org/player/embed/1", video_type="video/mp4")) == []
    assert videos("", og(video_url="https://www.youtube.com/embed/x", video_type="text/html")) == []


def test_one_video_named_twice_is_one_with_all_its_facts() -> None:
    head = ld({"@type": "VideoObject", "contentUrl": "/a.mp4", "duration": "PT1M"})
    (video,) = read('<video src="/a.mp4" width="640" height="360"></video>', head).videos
    assert (video.duration, video.width) == (60, 640)


@pytest.mark.parametrize(
    ("duration", "length"),
    [("PT1M30S", 90), ("PT1H", 3600), ("P0DT0H0M12.5S", 12.5), ("1:30", 90), ("1:01:30", 3690), (45, 45),
     ("45.5", 45.5), ("PT0S", None), ("P", None), ("soon", None), (True, None), ({}, None),
     ("9" * 400, None)],
)  # fmt: skip
def test_lengths(duration: object, length: float | None) -> None:
    (video,) = read(head=ld({"@type": "VideoObject", "contentUrl": "/a.mp4", "duration": duration})).videos
    assert video.duration == length


def test_captions_beside_a_video() -> None:
    tracks = (
        '<track kind="captions" src="a.vtt" srclang="en"><track src="a.es.vtt" srclang="es">'
        '<track kind="chapters" src="c.vtt"><track kind="subtitles" src="file:///x.vtt">'
    )
    found = [
        (c.url.rsplit("/", 1)[-1], c.language, c.kind)
        for c in read(f"<video src=a.mp4>{tracks}</video>").captions
    ]
    assert found == [("a.vtt", "en", "CLOSED_CAPTION"), ("a.es.vtt", "es", "SUBTITLE")]


@pytest.mark.parametrize(
    ("embed", "name"),
    [
        ('<iframe src="//www.youtube.com/embed/x"></iframe>', "YouTube"),
        ('<iframe src="about:blank" data-src="https://player.vimeo.com/video/1"></iframe>', "Vimeo"),
        ('<amp-youtube data-videoid="x"></amp-youtube>', "YouTube"),
        ('<iframe src="https://www.facebook.com/plugins/video.php?href=x"></iframe>', "Facebook"),
        ('<iframe src="https://www.tiktok.com/embed/v2/7"></iframe>', "TikTok"),
        # Players that a rule leads from to a stream, but here without what the rule needs.
        ('<video data-account="1" data-video-id="2"></video>', "Brightcove"),
        ('<video-js data-video-id="6105449714001"></video-js>', "Brightcove"),
        ('<iframe src="https://players.brightcove.net/2540076170001/x_default/index.html?playlistId=1"></iframe>',
         "Brightcove"),
        ('<amp-jwplayer data-playlist-id="482jsTAr"></amp-jwplayer>', "JW Player"),
        ('<iframe src="https://cdnapisec.kaltura.com/p/123/embed?entry_id=soon"></iframe>', "Kaltura"),
        ('<div class="powa" data-org="tbt" data-uuid="no-uuid"></div>', "Arc XP"),
        ('<iframe src="https://tv.example.org/player/embed/9"></iframe>', "tv.example.org"),
        (
            ld({"@type": "VideoObject", "embedUrl": "https://www.dailymotion.com/embed/video/x"}),
            "Dailymotion",
        ),
    ],
)  # fmt: skip
def test_an_embedded_player_is_told_but_is_no_video(embed: str, name: str) -> None:
    article = read(embed)
    (issue,) = [i for i in article.issues if i.code == "video_embed"]
    assert article.videos == ()
    assert issue.severity == "info"
    assert name in issue.message


def test_two_embeds_of_one_provider_are_one_issue_and_widgets_none() -> None:
    twice = '<iframe src="https://youtu.be/a"></iframe><iframe src="https://youtu.be/b"></iframe>'
    widget = '<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>'
    assert [i.code for i in read(twice + widget).issues].count("video_embed") == 1


JW = "https://cdn.jwplayer.com/manifests/AbCd1234.m3u8"
KALTURA = (
    "https://cdnapisec.kaltura.com/p/811441/sp/81144100/playManifest/entryId/1_a2b3c4d5"
    "/format/applehttp/protocol/https/a.m3u8"
)
BRIGHTCOVE = "https://edge.api.brightcove.com/playback/v1/accounts/2540076170001/videos/6105449714001"
UUID = "8c99cb6e-b29c-4bc9-9173-7bf9979225ab"
FIND = f"v1/ansvideos/findByUuid?uuid={UUID}"
INDEX = "players.brightcove.net/2540076170001/Ab_default/index"


@pytest.mark.parametrize(
    ("embed", "address"),
    [
        ('<script src="//cdn.jwplayer.com/players/AbCd1234-XyZw9876.js"></script>', JW),
        ('<iframe src="https://content.jwplatform.com/players/AbCd1234-XyZw9876.html"></iframe>', JW),
        ('<div data-jw-media-id="AbCd1234"></div>', JW),
        ('<div class="jwplayer" data-media-id="AbCd1234"></div>', JW),
        ('<amp-jwplayer data-media-id="AbCd1234" data-player-id="XyZw9876"></amp-jwplayer>', JW),
        ('<div id="botr_AbCd1234_XyZw9876_div"></div>', JW),
        ('<script>jwplayer("a").setup({playlist: "https:\\/\\/cdn.jwplayer.com\\/v2\\/media\\/AbCd1234"})'
         "</script>", JW),
        (ld({"@type": "VideoObject", "embedUrl": "https://cdn.jwplayer.com/players/AbCd1234-XyZw9876"}), JW),
        ('<iframe src="https://cdnapisec.kaltura.com/p/811441/sp/81144100/embedIframeJs/uiconf_id/2/partner_id/'
         '811441?iframeembed=true&entry_id=1_a2b3c4d5"></iframe>', KALTURA),
        ('<iframe src="https://www.kaltura.com/index.php/extwidget/preview/partner_id/811441/uiconf_id/3/'
         'entry_id/1_a2b3c4d5/embed/iframe"></iframe>', KALTURA),
        ('<amp-kaltura-player data-partner="811441" data-entryid="1_a2b3c4d5"></amp-kaltura-player>',
         KALTURA),
        ('<script>kWidget.embed({targetId: "k", wid: "_811441", uiconf_id: 3, entry_id: "1_a2b3c4d5"});'
         "</script>", KALTURA),
        ('<script>/* kaltura */ p = setup({provider: {partnerId: 811441}}); p.loadMedia({entryId: '
         "'1_a2b3c4d5'})</script>", KALTURA),
        (f'<iframe src="https://{INDEX}.html?videoId=6105449714001&autoplay"></iframe>', BRIGHTCOVE),
        ('<video-js data-account="2540076170001" data-video-id="6105449714001"></video-js>', BRIGHTCOVE),
        (f'<video data-video-id="6105449714001"></video><script src="//{INDEX}.min.js"></script>',
         BRIGHTCOVE),
        ('<amp-brightcove data-account="2540076170001" data-video-id="6105449714001"></amp-brightcove>',
         BRIGHTCOVE),
        (f'<div class="powa" data-org="tbt" data-uuid="{UUID}" data-env="prod"></div>',
         f"https://video-api-cdn.tbt.arcpublishing.com/api/{FIND}"),
        (f'<div class="powa" data-org="wapo" data-uuid="{UUID}"></div>',
         f"https://video-api-cdn.washpost.arcpublishing.com/api/{FIND}"),
        (f'<div class="powa" data-org="cmg" data-uuid="{UUID}"></div>',
         f"https://cmg-config-prod.api.cdn.arcpublishing.com/video/{FIND}"),
        (f'<div class="powa" data-org="gray" data-uuid="{UUID}" data-api="sandbox"></div>',
         f"https://gray-sandbox-cdn.video-api.arcpublishing.com/api/{FIND}"),
    ],
)  # fmt: skip
def test_an_embed_with_a_public_rule_is_its_provider_s_address(embed: str, address: str) -> None:
    article = read(embed)
    assert [video.url for video in article.videos] == [address]
    assert [i.code for i in article.issues if i.code == "video_embed"] == []


@pytest.mark.parametrize(
    "embed",
    [
        '<script src="//cdn.jwplayer.com/libraries/AbCd1234.js"></script>',
        '<script src="//cdn.jwplayer.com/players/AbCd1234.js"></script>',
        '<script>jwplayer("a").setup({playlist: "https://cdn.jwplayer.com/v2/playlists/AbCd1234"})</script>',
        "<script>x=[{}]</script>".format(
            ",".join(f'"https://cdn.jwplayer.com/v2/media/AbCd123{n}"' for n in range(4))
        ),
        '<aside><div data-jw-media-id="AbCd1234"></div></aside>',
        f'<div class="comments" data-org="tbt" data-uuid="{UUID}"></div>',
        '<div data-media-id="AbCd1234"></div>',
        '<div id="botr_short_div"></div>',
        '<video data-video-id="6105449714001"></video>',
    ],
)
def test_what_only_looks_like_an_embed(embed: str) -> None:
    article = read(embed)
    assert article.videos == ()
    assert [i.code for i in article.issues if i.code == "video_embed"] == []


def test_an_embed_comes_after_the_files_a_page_names_itself() -> None:
    head = ld({**NEWS, "video": {"@type": "VideoObject", "contentUrl": "/own.mp4"}})
    assert videos('<div data-jw-media-id="AbCd1234"></div><a href="/talk.mp4">Talk</a>', head) == [
        "/own.mp4",
        JW,
        "/talk.mp4",
    ]


@pytest.mark.parametrize(
    ("script", "urls"),
    [
        ('player.setup({file: "https://cdn.example.org/a.m3u8"})', ["https://cdn.example.org/a.m3u8"]),
        ('p({"sources":[{"src":"https:\\/\\/cdn.example.org\\/a.mp4?e=1\\u0026h=2","type":"video\\/mp4"}]})',
         ["https://cdn.example.org/a.mp4?e=1&h=2"]),
        ("p({file:'/films/a.mp4'})", ["/films/a.mp4"]),
        (r'S = JSON.parse("{\"src\":\"https:\\u002F\\u002Fcdn.example.org\\u002Fa.mp4\"}")',
         ["https://cdn.example.org/a.mp4"]),
        ('config = {live: "https://cdn.example.org/live/news.m3u8"}', []),
        ('p("https://x.example/a.ism/manifest(format=m3u8-aapl)")',
         ["https://x.example/a.ism/manifest(format=m3u8-aapl)"]),
        ("".join(f'add("https://cdn.example.org/film_{h}p.mp4");' for h in (1080, 720, 480, 360, 240)),
         [f"https://cdn.example.org/film_{h}p.mp4" for h in (1080, 720, 480, 360, 240)]),
        ('p("https://ads.example.com/a.mp4", "https://cdn.example.org/preroll/a.mp4")', []),
        ('load("https://cdn.example.org/plugins/blank.mp4")', []),
        ('f(a, "file.mp4"); types.mp4 = `https://x.example/${id}.mp4`', []),
        ("".join(f'add("https://cdn.example.org/{name}.mp4");' for name in ("fire", "goal", "port", "rain")),
         []),
    ],
)  # fmt: skip
def test_videos_a_player_is_set_up_with(script: str, urls: list[str]) -> None:
    html = f"<body><article><h1>Harbour</h1><p>{PROSE}</p></article><script>{script}</script></body>"
    found = pages.read(html.encode(), URL).videos
    assert [video.url.removeprefix(SITE) for video in found] == urls


def test_a_script_in_the_story_may_name_several_films() -> None:
    names = ("fire", "goal", "mayor", "rain")
    script = "".join(f'add("https://cdn.example.org/{name}.mp4");' for name in names)
    assert len(videos(f"<script>{script}</script>")) == 4
    assert videos(f'<script type="text/template">{script}</script>') == []
    assert videos(f"<aside><script>{script}</script></aside>") == []


def state(**of_the_story: object) -> str:
    """Return a page whose state holds the videos of ten stories, one of them its own."""
    others = [
        {"url": f"/world/story-{name}", "video": {"src": f"https://cdn.example.org/{name}.m3u8"}}
        for name in ("fire", "goal", "mayor", "rain", "port", "ship", "quay", "dock", "tide", "mole")
    ]
    own = {"featured": {"m3u8": "https://cdn.example.org/own.m3u8"}, "related": others, **of_the_story}
    packed = json.dumps({"app": {"others": others, "page": {"content": own}}}).replace("/", "\\/")
    return (
        f"<body><article><h1>Harbour</h1><p>{PROSE}</p></article><script>window.S = {packed};</script></body>"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"url": URL},
        {"canonical_url": "/world/harbour-opens/"},
        {"link": {"x": 1}, "webUrl": f"{URL}?ref=home"},
    ],
)
def test_of_a_state_only_the_story_s_own_part_counts(said: dict[str, object]) -> None:
    found = pages.read(state(**said).encode(), URL).videos
    assert [video.url for video in found] == ["https://cdn.example.org/own.m3u8"]


def test_a_state_s_part_may_be_told_by_the_id_in_the_address() -> None:
    found = pages.read(state(id=14030671).encode(), f"{URL}/14030671/").videos
    assert [video.url for video in found] == ["https://cdn.example.org/own.m3u8"]


def test_a_state_that_does_not_name_the_story_says_nothing() -> None:
    assert pages.read(state(url="/", id=1, uri="https://[").encode(), URL).videos == ()


@given(
    st.text(),
    st.lists(st.sampled_from(["{", "[", '"', "//a.b/", ".mp4", "= {", "\\u002f", "kaltura", ":", "="])),
)
def test_no_script_raises(text: str, pieces: list[str]) -> None:
    script = f"jwplayer.com kaltura {''.join(pieces)} .mp4 {text}".replace("<", "")
    pages.read(f"<body><p>{PROSE}</p><script>{script}</script></body>".encode("utf-8", "replace"), URL)
