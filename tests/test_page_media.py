"""The pictures and videos of a page: which are the story's, in which rendition, with what said of them."""

import json

import pytest

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
        ('<video data-account="1" data-video-id="2"></video>', "Brightcove"),
        ('<iframe src="https://tv.example.org/player/embed/9"></iframe>', "tv.example.org"),
        (
            ld({"@type": "VideoObject", "embedUrl": "https://www.dailymotion.com/embed/video/x"}),
            "Dailymotion",
        ),
    ],
)
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
