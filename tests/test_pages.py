"""An article page understood: every field, from every place a newsroom may have put it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Window
from feedsvc import pages

SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)
URL = "https://news.example.org/world/2026/harbour-opens"
PROSE = (
    "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.",
    "Ships had been sent to the next port along the coast, which costs them half a day each way.",
    "Work on the second quay goes on until spring, and nobody at the port expects it to end sooner.",
    "The council will hear next week what the repairs cost and who is going to pay for all of them.",
)
PARAGRAPHS = "".join(f"<p>{p}</p>" for p in PROSE)
NEWS = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Harbour opens again"}


def ld(*things: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things)


def meta(**contents: str) -> str:
    names = {name.replace("__", ".").replace("_", ":", 1): content for name, content in contents.items()}
    return "".join(f'<meta property="{name}" content="{content}">' for name, content in names.items())


def read(
    head: str = "", body: str = f"<article><h1>Harbour opens again</h1>{PARAGRAPHS}</article>"
) -> Article:
    html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    return pages.read(html.encode(), URL)


def codes(article: Article) -> list[str]:
    return [issue.code for issue in article.issues]


def test_a_whole_article() -> None:
    article = read(
        ld(
            {
                **NEWS,
                "description": "Three weeks of repairs are over.",
                "author": [{"@type": "Person", "name": "Ada Berg"}, {"@type": "Person", "name": "Li Wei"}],
                "publisher": {"@type": "Organization", "name": "Harbour City News"},
                "datePublished": "2026-03-02T08:00:00+01:00",
                "dateModified": "2026-03-02T09:30:00+01:00",
                "articleSection": "World",
                "keywords": ["harbour", "trade"],
                "inLanguage": "en",
                "articleBody": "\n\n".join(PROSE),
                "image": {
                    "@type": "ImageObject", "url": "/img/quay.jpg", "width": 1920, "height": 1080,
                    "caption": "The new quay", "creditText": "Jo Lund",
                },
                "video": {
                    "@type": "VideoObject", "contentUrl": "/v/quay.m3u8", "duration": "PT1M30S",
                    "width": 1280, "height": 720,
                    "caption": {"contentUrl": "/v/quay.srt", "inLanguage": "en"},
                },
            }
        )
    )  # fmt: skip
    assert article.title == "Harbour opens again"
    assert article.summary == "Three weeks of repairs are over."
    assert article.body == PROSE
    assert article.authors == ("Ada Berg", "Li Wei")
    assert article.published == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert article.updated == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert article.section == ("World",)
    assert article.tags == ("harbour", "trade")
    assert article.language == "en"
    image, video, caption = article.images[0], article.videos[0], article.captions[0]
    assert (image.url, image.width, image.height) == ("https://news.example.org/img/quay.jpg", 1920, 1080)
    assert (image.caption, image.credit) == ("The new quay", "Jo Lund")
    assert (video.url, video.duration, video.height) == ("https://news.example.org/v/quay.m3u8", 90, 720)
    assert video.type is None
    assert (caption.url, caption.language) == ("https://news.example.org/v/quay.srt", "en")
    assert article.issues == ()
    assert (article.id, article.source, article.guid, article.first_seen) == ("", "", "", None)


def test_a_page_that_is_no_article_says_what_it_lacks() -> None:
    assert set(codes(read(body="<p>.</p>"))) == {
        "page_without_title",
        "page_without_date",
        "page_without_text",
    }


@pytest.mark.parametrize(
    "title",
    [
        "Harbour opens again | Harbour City News",
        "Harbour opens again - Harbour City News",
        "Harbour opens again – harbourcitynews",
        "Harbour City News: World | Harbour opens again",
        "Harbour opens again",
    ],
)
def test_the_title_is_without_the_sites_name(title: str) -> None:
    head = meta(og_title=title, og_site_name="Harbour City News") + f"<title>{title}</title>"
    assert read(head, f"<article>{PARAGRAPHS}</article>").title == "Harbour opens again"


def test_a_bar_in_the_headline_itself_stays() -> None:
    title = "Opinion – Why the harbour matters"
    assert read(meta(og_title=title, og_site_name="City News"), PARAGRAPHS).title == title


def test_the_title_two_sources_agree_on_wins() -> None:
    article = read(ld({**NEWS, "headline": "Port SEO headline"}) + meta(og_title="Harbour opens again"))
    assert article.title == "Harbour opens again"


def test_a_title_cut_short_is_completed() -> None:
    article = read(ld({**NEWS, "headline": "Harbour opens…"}), f"<h1>Harbour opens again</h1>{PARAGRAPHS}")
    assert article.title == "Harbour opens again"


def test_the_sites_own_heading_is_no_headline() -> None:
    body = f"<h1>City News</h1><h1>Harbour opens again</h1>{PARAGRAPHS}"
    assert read("<title>Harbour opens again - City News</title>", body).title == "Harbour opens again"


def test_without_a_summary_the_text_begins() -> None:
    assert read().summary == " ".join(PROSE[:2])


def test_a_summary_cut_short_is_the_beginning_of_the_text() -> None:
    assert read(meta(og_description=f"{PROSE[0][:60]}...")).summary.startswith(PROSE[0])


def test_a_summary_that_repeats_the_title_is_none() -> None:
    assert read(meta(og_description="Harbour opens again!")).summary.startswith(PROSE[0])


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (meta(article_published_time="2026-03-02T08:00:00+01:00"), SEVEN),
        (meta(article_published_time="2026-03-02T08:00:00"), datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ('<meta name="parsely-pub-date" content="2026-03-02T07:00:00Z">', SEVEN),
        ('<meta name="pubdate" content="Mon, 02 Mar 2026 07:00:00 GMT">', SEVEN),
        ('<meta name="dc.date" content="2026-03-02">', datetime(2026, 3, 2, tzinfo=UTC)),
        ('<meta name="x-release-date" content="2026-03-02">', datetime(2026, 3, 2, tzinfo=UTC)),
        (ld({**NEWS, "datePublished": "2026-03-02"}) + meta(article_published_time="2026-03-02T07:00:00Z"),
         SEVEN),
    ],
)  # fmt: skip
def test_the_date_where_pages_have_it(head: str, published: datetime) -> None:
    assert read(head).published == published


def test_the_date_in_a_time_element_in_microdata_and_in_the_address() -> None:
    element = '<time datetime="2026-03-02T07:00Z">x</time>'
    microdata = '<b itemprop="datePublished" content="2026-03-02T07:00Z">x</b>'
    for shown in (element, microdata):
        assert read(body=f"<article>{shown}{PARAGRAPHS}</article>").published == SEVEN
    address = "https://news.example.org/2026/03/02/harbour"
    assert pages.read(PARAGRAPHS.encode(), address).published == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_date_only_the_words_tell() -> None:
    assert read(body=f"<h1>Harbour</h1><p class='date'>March 2, 2026</p>{PARAGRAPHS}").published == datetime(
        2026, 3, 2, tzinfo=UTC
    )


def test_a_change_before_the_publication_is_none() -> None:
    article = read(ld({**NEWS, "datePublished": "2026-03-02T08:00Z", "dateModified": "2026-03-02"}))
    assert article.updated is None


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "By Ada Berg"}, ("Ada Berg",)),
        ("Ada Berg and Li Wei", ("Ada Berg", "Li Wei")),
        (["Ada Berg", "https://news.example.org/by/ada"], ("Ada Berg",)),
        (
            [{"@type": "Organization", "name": "City News"}, {"@type": "Person", "name": "Ada Berg"}],
            ("Ada Berg",),
        ),
        ("Ada Berg, City News", ("Ada Berg",)),
        ("ADA BERG", ("Ada Berg",)),
        ("Berg, Ada", ("Ada Berg",)),
        ("Ada Berg ada@example.org", ("Ada Berg",)),
        ({"@type": "Organization", "name": "City News"}, ("City News",)),
        ("admin", ()),
    ],
)
def test_authors_are_people(author: object, names: tuple[str, ...]) -> None:
    assert read(ld({**NEWS, "author": author}) + meta(og_site_name="City News")).authors == names


def test_authors_in_meta_and_byline() -> None:
    assert read('<meta name="author" content="Ada Berg">').authors == ("Ada Berg",)
    body = f'<article><h1>H</h1><div class="byline">By Ada Berg</div>{PARAGRAPHS}</article>'
    assert read(body=body).authors == ("Ada Berg",)


def test_the_section_is_the_breadcrumb() -> None:
    crumbs = [("Home", 1), ("Europe", 3), ("World", 2), ("Harbour opens again", 4)]
    items = [{"@type": "ListItem", "position": n, "item": {"@id": "/x", "name": name}} for name, n in crumbs]
    head = ld(NEWS, {"@type": "BreadcrumbList", "itemListElement": items}) + meta(article_section="Elsewhere")
    assert read(head).section == ("World", "Europe")


def test_sections_beside_the_first_are_tags() -> None:
    article = read(ld({**NEWS, "articleSection": ["World", "Trade"], "keywords": "port, world"}))
    assert (article.section, article.tags) == (("World",), ("port", "Trade"))


def test_the_section_and_tags_in_meta_elements_and_links() -> None:
    head = meta(article_section="World") + meta(article_tag="port") + meta(article_tag="trade")
    article = read(head + '<meta name="keywords" content="Port; quay, internal_tag">')
    assert article.section == ("World",)
    assert article.tags == ("Port", "trade", "quay")


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="pt-br">', "pt-BR"), ('<html xml:lang="zh-Hans-CN">', "zh-Hans-CN"),
        ('<meta property="og:locale" content="de_DE">', "de-DE"), ("<p>", ""), ('<html lang="{{lang}}">', ""),
        (ld({**NEWS, "inLanguage": {"@type": "Language", "name": "fi"}}), "fi"),
    ],
)  # fmt: skip
def test_the_language(html: str, language: str) -> None:
    assert pages.read(html.encode(), URL).language == language


def test_the_canonical_address_unless_it_only_names_the_site() -> None:
    assert read('<link rel="canonical" href="/a?b=1#c">').url == "https://news.example.org/a?b=1"
    assert read('<link rel="canonical" href="/">').url == URL
    assert read(meta(og_url="https://news.example.org/b")).url == "https://news.example.org/b"


def test_the_window_of_a_drop_folder_page_and_of_json_ld() -> None:
    end = datetime(2026, 3, 9, tzinfo=UTC)
    start = '<meta name="window-start" content="2026-03-02T08:00:00+01:00">'
    assert read(start + '<meta name="window-end" content="2026-03-09">').window == Window(SEVEN, end)
    film = {"@type": "VideoObject", "contentUrl": "/a.mp4", "expires": "2026-03-09T00:00:00Z"}
    assert read(ld({**NEWS, "video": film})).window == Window(None, end)
    assert read(ld({**NEWS, "expires": "2026-03-09T00:00:00Z"})).window == Window()
    assert read().window == Window()


def test_addresses_are_resolved_as_browsers_do_and_name_the_web_only() -> None:
    body = f'<h1>H</h1><video src="clip.mp4"></video><article>{PARAGRAPHS}<img src="../a/b.jpg"></article>'
    article = read('<base href="https://cdn.example.org/x/y/">', body)
    assert article.videos[0].url == "https://cdn.example.org/x/y/clip.mp4"
    assert article.images[0].url == "https://cdn.example.org/x/a/b.jpg"
    hostile = (
        '<base href="file:///"><video src="file:///etc/a.mp4"></video><video src="javascript:a.mp4"></video>'
    )
    article = read(hostile + meta(og_image="file:///etc/b.jpg"), '<video src="/media/x.mp4"></video>')
    assert [v.url for v in article.videos] == ["https://news.example.org/media/x.mp4"]
    assert article.images == ()


@pytest.mark.parametrize("url", ["", "http://[", "file:///etc/page.html", "/media/x.html", "\ud800"])
def test_a_page_from_nowhere_names_nothing_relative(url: str) -> None:
    html = f'<h1>H</h1><video src="clip.mp4"></video><video src="https://cdn.example.org/a.mp4"></video>{PARAGRAPHS}'
    article = pages.read(html.encode(), url)
    assert (article.url, [v.url for v in article.videos]) == ("", ["https://cdn.example.org/a.mp4"])


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "shift_jis", "x", "\0"]))
def test_any_bytes_make_an_article(html: bytes, charset: str) -> None:
    assert isinstance(pages.read(html, URL, charset), Article)


FRAGMENTS = st.sampled_from(
    [
        "<article>", "</article>", "<h1>T</h1>", "<p>Some words. ", "<title>|", "<base href='//['>",
        "<svg><title>",
        "<meta property=og:image content='http://[::1'>", "<meta name=date content='99999999999'>",
        "<meta name=author content='by '>", "<img srcset='a 1w, b 9999999999w' src=x>",
        "<table><tr><td>x",
        "<script type=application/ld+json>",
        "{'@type':'NewsArticle','image':[[{}]],'video':{'@type':'VideoObject',",
        "\"contentUrl\":[1,null,'/a.mp4'],\"duration\":{}}}</script>", "</script>",
        '{"@graph":[{"@id":"a","author":{"@id":"a"}}]}', "<iframe src=//youtube.com/embed/x>",
        "\ud800", "\0",
        "<div data-v='{\"u\":\"//a.b/c.mp4\"}'>", "<track src=a.vtt>", "<li><ul><li>x", "<br>" * 5, "&#0;",
    ]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=25), st.text(max_size=20))
def test_any_markup_makes_an_article(fragments: list[str], url: str) -> None:
    article = pages.read("".join(fragments).encode("utf-8", "surrogatepass"), url)
    urls = [image.url for image in article.images] + [video.url for video in article.videos]
    assert all(u.startswith(("http:", "https:")) for u in urls)
