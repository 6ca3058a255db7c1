"""The running text of a page: whose it is, and what it is without."""

import json

import pytest

from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = (
    "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.",
    "Ships had been sent to the next port along the coast, which costs them half a day each way.",
    "Work on the second quay goes on until spring, and nobody at the port expects it to end sooner.",
    "The council will hear next week what the repairs cost and who is going to pay for all of them.",
)
SHOWN = "".join(f"<p>{p}</p>" for p in PROSE)
OTHER = tuple(p.replace("harbour", "airport").replace("port", "field") for p in PROSE)


def body(markup: str, **stated: object) -> tuple[str, ...]:
    news = {"@type": "NewsArticle", "headline": "Harbour opens", **stated}
    script = f'<script type="application/ld+json">{json.dumps(news)}</script>' if stated else ""
    html = f"<html><head><title>Harbour opens</title>{script}</head><body>{markup}</body></html>"
    return pages.read(html.encode(), URL).body


def test_a_whole_stated_text_is_taken() -> None:
    assert body("<p>Subscribe to read on.</p>", articleBody="\n".join(PROSE)) == PROSE


def test_a_stated_text_that_is_only_the_beginning_is_not() -> None:
    article = f"<article><h1>Harbour opens</h1>{SHOWN}</article>"
    assert body(article, articleBody=" ".join(PROSE[:2]) + " " + PROSE[2][:40]) == PROSE
    assert body(article, articleBody=" ".join(PROSE)[:-40] + "...") == PROSE


def test_a_stated_text_without_breaks_is_cut_where_the_pages_paragraphs_are() -> None:
    assert body(f"<article>{SHOWN}</article>", articleBody=" ".join(PROSE)) == PROSE


def test_a_stated_wall_of_text_is_cut_between_sentences() -> None:
    parts = body("", articleBody=" ".join(PROSE * 6))
    assert len(parts) > 2
    assert all(200 < len(p) <= 700 and p.endswith(".") for p in parts)


def test_stated_markup_even_escaped_becomes_paragraphs() -> None:
    assert body("", articleBody="".join(f"<p>{p.replace('city', '<b>city</b>')}</p>" for p in PROSE)) == PROSE
    assert (
        body("", articleBody="".join(f"&lt;p class=&quot;x&quot;&gt;{p}&lt;/p&gt;" for p in PROSE)) == PROSE
    )


def test_a_live_blog_is_its_entries() -> None:
    updates = [
        {"@type": "BlogPosting", "headline": f"Entry {n}", "articleBody": p} for n, p in enumerate(PROSE)
    ]
    html = json.dumps({"@type": "LiveBlogPosting", "headline": "Live", "liveBlogUpdate": updates})
    article = pages.read(f"<script type='application/ld+json'>{html}</script>".encode(), URL)
    assert article.title == "Live"
    assert article.body[:3] == ("Entry 0", PROSE[0], "Entry 1")


def test_the_shown_text_without_navigation_prompts_and_headline() -> None:
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(20))
    prompts = (
        "<p>Read more: Why the harbour was closed</p><p>Share this article</p><p>ADVERTISEMENT</p>"
        "<p>Sign up for our daily newsletter.</p><p>© 2026 City News</p>"
    )
    article = f"<article><h1>Harbour opens</h1><p>Harbour opens</p>{SHOWN}{prompts}</article>"
    assert (
        body(f"<nav><ul>{menu}</ul></nav>{article}<footer><p>Imprint and contact of the paper</p></footer>")
        == PROSE
    )


def test_prose_that_only_begins_like_a_prompt_stays() -> None:
    last = (
        "Read more slowly, the teacher told the children of the harbour school, and they did so until noon, "
        * 2
    )
    assert body(f"<article><h1>Harbour opens</h1>{SHOWN}<p>{last}</p></article>")[-1].startswith(
        "Read more slowly"
    )


def test_lists_tables_and_line_breaks_are_paragraphs_of_their_own() -> None:
    extra = "<ul><li>First the quay wall</li><li>Then the crane rails</li></ul>"
    article = f"<article><h1>Harbour opens</h1>{SHOWN}{extra}<p>{OTHER[0]}<br><br>{OTHER[1]}</p></article>"
    found = body(article)
    assert {"First the quay wall", "Then the crane rails", OTHER[0], OTHER[1]} <= set(found)


def test_a_wrapped_source_is_no_break_and_a_headline_of_two_lines_is_one() -> None:
    wrapped = f"{OTHER[0]}<br>{OTHER[1]}".replace(" on ", "\n   on ")
    article = f"<article><h1>Harbour<br>opens</h1>{SHOWN}<p>{wrapped}</p></article>"
    assert body(article) == (*PROSE, *OTHER[:2])


def test_a_story_cut_in_parts_is_whole() -> None:
    parts = "".join(
        f"<div class='chunk'><div class='body'><p>{p * 9}</p></div><aside>ad</aside></div>"
        for p in PROSE + OTHER
    )
    found = " ".join(body(f"<article><h1>Harbour opens</h1>{parts}</article>"))
    assert all(p in found for p in PROSE + OTHER)


def test_a_page_far_too_large_is_read_all_the_same() -> None:
    junk = "<div><i>x</i></div>" * 20_000
    assert body(f"<main>{SHOWN}{junk}</main>") == PROSE


def test_control_characters_are_left_out() -> None:
    article = f"<article><h1>Harbour opens</h1>{SHOWN}<p>{OTHER[0]}<br>&#1;{OTHER[1]}\x0b\x1f</p></article>"
    assert body(article)[-1] == OTHER[1]


@pytest.mark.parametrize(
    "boilerplate",
    [
        "<p>Share this on Facebook</p>",
        "<ul class='share-buttons'><li>Post it to friends</li><li>Mail it to friends</li></ul>",
        "<p>Sign up for our newsletter with the news of the harbour every week</p>",
        "<div class='newsletter-box'><h3>The letter</h3><p>What ships bring, every week, for you.</p></div>",
        "<section class='related'><h2>More of it</h2><ul><li>How the crane fell</li></ul></section>",
        "<p><b>Related:</b> How the crane fell into the sea</p>",
        "<h3>These, too</h3><ul><li><a href='/a'>The crane</a></li><li><a href='/b'>Who pays</a></li></ul>",
        "<figure><img src='/a.jpg'><figcaption>The quay on Monday, before noon.</figcaption></figure>",
        "<p class='wp-caption-text'>The quay on Monday, before the first ship came in.</p>",
        "<p>The mayor on the quay. (Photo: Jo Lund)</p>",
        "<div class='cookie-notice'><p>We would like to remember who you are while you read this.</p></div>",
        "<p>This site uses cookies to remember who you are.</p>",
        "<p>Diese Seite verwendet Cookies, damit sie sich an Sie erinnert.</p>",
        "<p>Find this story at https://news.example.org/world/harbour-opens?print=1</p>",
        "<p>Permalink: https://news.example.org/?p=17</p>",
        "<p>This article can be read at https://m.news.example.org/17</p>",
        "<p>Copyright 2026 Harbour City News. All rights reserved.</p>",
    ],
)
def test_what_is_not_the_story_s_text_is_left_out_wherever_it_stands(boilerplate: str) -> None:
    article = f"<article><h1>Harbour opens</h1>{SHOWN}{boilerplate}<p>{OTHER[0]}</p></article>"
    assert body(article) == (*PROSE, OTHER[0])


@pytest.mark.parametrize(
    "told",
    [
        "The port keeps a list of ships at https://port.example.org/ships",
        "The board of the port says that nobody who visits its pages has to accept cookies.",
        "Related or not, the two cranes fell in the same night and in the same storm.",
        "The film shows the quay as it was (and, for a moment, a photograph of the builders) before the war.",
    ],
)
def test_prose_that_speaks_of_such_things_stays(told: str) -> None:
    article = f"<article><h1>Harbour opens</h1>{SHOWN}<p>{told}</p><p>{OTHER[0]}</p></article>"
    assert body(article) == (*PROSE, told, OTHER[0])
