"""Pages made to hurt: any of them is read, and in a time the suite does not notice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said. "
TAGS = (
    "div",
    "p",
    "b",
    "a",
    "td",
    "tr",
    "table",
    "article",
    "aside",
    "nav",
    "h1",
    "h2",
    "li",
    "ul",
    "br",
    "span",
    "time",
)
ATTRIBUTES = (
    "", " class='sidebar'", " class='comments'", " hidden", " href='/x' rel='tag sponsored author'",
    " itemprop='datePublished isAccessibleForFree author'", " style='display:none'", " id='shareBar'",
)  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + PROSE,
        "<div class='sidebar comments'>" * 20_000 + PROSE,
        "<b><font>" * 50_000 + PROSE,
        "<ul><li>" * 30_000 + PROSE,
        "<article>" * 200 + "<h1>x</h1>" * 2000 + f"<p>{PROSE * 5}</p>",
        "".join(f"<div class='promo n{n}'><p>{PROSE}</p></div>" for n in range(5000)),
        f"<div class='promo'><p>{PROSE}</p>" * 5000,
        f"<article><p>{PROSE * 5}</p>{'<time>March 2, 2026</time>' * 5000}",
        f"<article>{'<div><i>x</i></div>' * 20_000}<p>{PROSE}</p>",
        f"<div class='{'share-' * 100_000}'>{PROSE * 5}</div>",
        f"<article><p>{'a' * 1_000_000}</p></article>",
        "<article>" + "<p>{}</p><p>{}</p>".format("(" * 290, "no part of " * 25) * 1000,
        "<h1>A</h1>" + f"<div>{'2026-' * 20}</div>" * 2000 + f"<p>{PROSE * 5}</p>",
        f"<article><p>{PROSE * 5}</p><img srcset='{'a 1w,' * 100_000}'>",
        "&amp;lt;<" * 100_000,
        f"<div {' '.join(f'data-a{n}=x' for n in range(100_000))}>{PROSE * 5}</div>",
        f"<div class='{'share ' * 300_000}'>{PROSE * 5}</div>",
    ],
    ids=range(17),
)
def test_a_hostile_page_is_read(html: str) -> None:
    article = pages.read(html.encode(), URL)
    assert article.url == URL
    assert len(article.body) <= 6000


def test_a_page_is_read_to_where_it_has_more_tags_than_anybody_reads() -> None:
    story = f"<article><h1>Harbour</h1><p>{PROSE * 5}</p></article>"
    article = pages.read(f"{story}{'<p>' * 1_000_000}{story.replace('harbour', 'airport')}".encode(), URL)
    assert article.title == "Harbour"
    assert article.body == ((PROSE * 5).strip(),)


opened = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
closed = st.builds("</{}>".format, st.sampled_from(TAGS))
said = st.sampled_from(
    (PROSE, "Word", "x", "2 March 2026", "(Photo by Jo)", "Anzeige", "\u2028", "港は開いた。" * 20, "{(", "")
)


@given(
    st.lists(opened | closed | said, max_size=60),
    st.sampled_from((URL, "", "https://news.example.org/a-b-c")),
)
def test_any_nesting_makes_an_article_of_words_that_were_there(parts: list[str], url: str) -> None:
    article = pages.read("".join(parts).encode(), url)
    text = "".join(p for p in parts if not p.startswith("<"))
    letters = {c for c in text if c.isalpha()}
    assert {c for paragraph in article.body for c in paragraph if c.isalpha()} <= letters


@given(st.binary(max_size=2000))
def test_any_bytes_within_markup_make_an_article(junk: bytes) -> None:
    html = b"<article><h1>Harbour</h1><p>" + PROSE.encode() * 3 + junk + b"</p><p>" + PROSE.encode()
    assert pages.read(html, URL).title is not None
