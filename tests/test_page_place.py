"""Which of a page's blocks are its story: by where the prose is, not by what a site calls things."""

import pytest

from feeds.model import Article
from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = (
    "The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.",
    "Ships had been sent to the next port along the coast, which costs them half a day each way.",
    "Work on the second quay goes on until spring, and nobody at the port expects it to end sooner.",
    "The council will hear next week what the repairs cost and who is going to pay for all of them.",
    "Fishermen said they had lost a month of catches, and that nobody had asked them how they got by.",
    "The ferry to the islands sails again from Thursday, twice a day and with the old timetable for now.",
    "A crane that fell in the storm has been taken away, in four parts and on two barges, on Friday night.",
)
OTHER = tuple(p.replace("harbour", "airport").replace("port", "field") for p in PROSE)
STORY = "".join(f"<p>{p}</p>" for p in PROSE)
REST = "".join(f"<p>{p}</p>" for p in OTHER)


def read(markup: str, title: str = "Harbour opens") -> Article:
    return pages.read(f"<html><head><title>{title}</title></head><body>{markup}</body></html>".encode(), URL)


def body(markup: str) -> tuple[str, ...]:
    return read(f"<h1>Harbour opens</h1>{markup}").body


@pytest.mark.parametrize(
    "beside",
    [
        f"<aside>{REST * 3}</aside>",
        f"<div class='sidebar'>{REST * 2}</div>",
        f"<section id='relatedStories'>{REST * 2}</section>",
        f"<div class='comments-area'>{REST * 9}</div>",
        f"<div hidden>{REST}</div>",
        f"<div style='display: none'>{REST}</div>",
        f"<footer>{REST}</footer>",
        "".join(f"<div><a href='/{p[:3]}'><h3>Another headline of the day</h3>{p}</a></div>" for p in OTHER),
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["<article>{}</article>{}", "<div class='text'>{}</div>{}"])
def test_what_stands_beside_the_story_is_not_it(beside: str, around: str) -> None:
    assert body(around.format(STORY, beside)) == PROSE


@pytest.mark.parametrize(
    "wrapped",
    [
        "<div class='page has-sidebar nav-open'><div class='promo-wrap'>{}</div></div>",
        "<nav><ul><li><a href='/'>Home</a></li></ul>{}",
        "<aside class='main'>{}",
        "<form><table><tr><td>{}</td><td><a href='/'>Home</a></td></tr></table></form>",
        "<center><font><div>{}</div></font></center>",
    ],
)
def test_a_story_in_what_is_called_something_else_is_found(wrapped: str) -> None:
    assert body(wrapped.format(STORY)) == PROSE


def test_a_story_of_lines_and_breaks_is_found() -> None:
    assert body(f"<div>{'<br><br>'.join(PROSE)}</div><div><a href='/'>{OTHER[0]}</a></div>") == PROSE


def test_the_column_of_a_layout_table_with_the_story_is_it() -> None:
    teasers = "".join(f"<div>{p}</div>" for p in OTHER[:4])
    assert body(f"<table><tr><td>{STORY}</td><td>{teasers}</td></tr></table>") == PROSE


def test_a_table_among_many_paragraphs_is_not_the_story() -> None:
    cells = "".join(f"<tr><td><p>{p}</p></td></tr>" for p in OTHER)
    found = body(f"<div>{STORY * 2}<table>{cells}</table></div>")
    assert set(PROSE) <= set(found)


def test_a_table_without_prose_is_read_row_by_row() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>Team of town {n}</td><td>{90 - n}</td></tr>" for n in range(30))
    assert "4 Team of town 4 86" in body(f"<article><table>{rows}</table></article>")


def test_captions_and_labels_between_paragraphs_are_not_the_story() -> None:
    extra = (
        "<figure><img src='/a.jpg'><figcaption>The quay on Monday</figcaption></figure>"
        "<div class='photo'><img src='/b.jpg'>Workers lift the last stone of the quay wall on Sunday</div>"
        "<p>The mayor at the harbour. (Photo by Jo Lund)</p>"
        "<div>Print</div><div>A A A</div><div>390</div>"
    )
    assert body(f"<article>{STORY}{extra}<p>{OTHER[0]}</p></article>") == (*PROSE, OTHER[0])


def test_headings_stay_but_not_one_above_links_alone() -> None:
    links = "".join(f"<li><a href='/{n}'>Another headline of the day, number {n}</a></li>" for n in range(4))
    told = (
        f"<h2>What comes next</h2><p>{OTHER[0]}</p><p><b>More to read</b></p><ul>{links}</ul><h2>The end</h2>"
    )
    assert body(f"<article>{STORY}{told}</article>") == (*PROSE, "What comes next", OTHER[0])


def test_a_short_link_between_paragraphs_is_a_source_and_a_long_one_a_headline() -> None:
    source = "<p>[<a href='/x'>The Gazette</a>]</p>"
    headline = "<p><a href='/y'>Why the harbour of the city had to be closed for weeks</a></p>"
    found = body(f"<article>{STORY}{source}<p>{OTHER[0]}</p>{headline}<p>{OTHER[1]}</p></article>")
    assert found == (*PROSE, "[The Gazette]", *OTHER[:2])


def test_a_paragraph_that_is_one_link_is_a_paragraph() -> None:
    linked = f"<p><a href='/then'>\n      {OTHER[0]}\n   </a></p>"
    assert body(f"<article>{STORY}{linked}<p>{OTHER[1]}</p></article>") == (*PROSE, *OTHER[:2])


def test_the_source_is_wrapped_in_a_link_and_no_longer_for_it() -> None:
    wrapped = "<p>The mayor <a href='/m'>\n" + " " * 200 + "</a>" + PROSE[0] + "</p>"
    assert len(body(f"<article>{wrapped}{REST}</article>")) == 1 + len(OTHER)


def test_what_microdata_calls_the_text_is_it() -> None:
    more = f"<p>{OTHER[0]}</p><p>{OTHER[1]}</p>"
    found = body(f"<article><div itemprop='articleBody'>{STORY}</div>{more}</article>")
    assert found == PROSE


def test_a_script_that_spills_into_the_text_is_not_the_story() -> None:
    code = "(function() { var parts = JSON.parse('{}'); document.write(parts) })(); " * 20
    assert body(f"<div>{code}</div><div>{STORY}</div>") == PROSE


@pytest.mark.parametrize(
    "prompt",
    [
        "This website uses cookies to give you the best experience.",
        "Published Monday, March 2, 2026 8:22AM EST",
        "We may earn an affiliate commission from links on this page.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Follow our reporters on Twitter @harbourcity",
        "Subscribe to the Harbour Letter",
        "In this March 2, 2026, file photo, ships wait outside of the harbour.",
        "The Associated Press",
        "© Getty Images Ships wait outside of the harbour on Monday.",
        "Send your news tips to the desk, let us know at desk@example.org",
    ],
)
def test_what_speaks_to_the_visitor_is_left_out(prompt: str) -> None:
    assert body(f"<article>{STORY}<p>{prompt}</p><p>{OTHER[0]}</p></article>") == (*PROSE, OTHER[0])


@pytest.mark.parametrize(
    "prose",
    [
        "Published in 1999, the book about the harbour was read by everybody on the coast.",
        "The photos may not be published until the court has spoken, a judge said on Monday.",
        "In this picture of a city after the storm, the harbour is the only quiet place.",
        "Find out what the mayor said on Twitter, they were told, and so they did at once.",
        "Follow-up work on the quay begins in May, when the ships on the coast are fewer.",
        "Bakers use cookies, tins of them, to thank those who worked nights at the harbour.",
        "The Associated Press first reported that the harbour was about to open on Monday.",
    ],
)
def test_prose_that_is_only_like_a_prompt_stays(prose: str) -> None:
    assert prose in body(f"<article>{STORY}<p>{prose}</p><p>{OTHER[0]}</p></article>")


def test_scripts_without_spaces_say_as_much_with_fewer_letters() -> None:
    told = "港は三週間の修理を終えて月曜日に再び開かれたと市長が述べ、船は隣の港へ向かっていた。"
    menu = "".join(f"<p><a href='/{n}'>別の記事の見出しがここに並んでいる</a></p>" for n in range(9))
    story = "".join(f"<p>{told}{n}回目。</p>" for n in range(6))
    assert body(f"<div>{menu}</div><div>{story}</div>") == tuple(f"{told}{n}回目。" for n in range(6))


def test_where_little_prose_is_found_the_rest_of_the_page_is_searched() -> None:
    rows = "".join(
        f"<p>Team of town {n} against team of town {n + 1}: {n} to {n + 2}.</p>" for n in range(40)
    )
    found = " ".join(body(f"<div class='widget'><div>{rows}</div></div><div><p>{PROSE[0] * 3}</p></div>"))
    assert "Team of town 7 against team of town 8" in found


def test_a_page_of_links_has_no_story() -> None:
    links = "".join(f"<li><a href='/{n}'>Another headline of the day, number {n}</a></li>" for n in range(99))
    assert read(f"<h1>City News</h1><ul>{links}</ul>").body == ()


@pytest.mark.parametrize(
    "markup",
    [
        # What search engines are told is behind a paywall is the story.
        "<article><p>{}</p>{}</article>".format(
            PROSE[0], "".join(f"<p class='paywall'>{p}</p>" for p in PROSE[1:])
        ),
        "<div>{}</div>".format("".join(f"<p class='tagStyle_18h'>{p}</p>" for p in PROSE)),
        "<article>{}</article>".format(
            "".join(
                f"<div class='elementor-widget elementor-widget-text-editor'><p>{p}</p></div>" for p in PROSE
            )
        ),
        f"<div><p>{PROSE[0]}</p><p>{PROSE[1]}</p><p>{PROSE[2]}</p>"
        f"<div id='read-more'><p>{'</p><p>'.join(PROSE[3:])}</p></div></div>",
    ],
    ids=["paywall", "style", "elementor", "read-more"],
)
def test_names_that_mean_the_story_itself(markup: str) -> None:
    assert body(markup) == PROSE


def test_a_prompt_of_a_paywall_is_not_the_story() -> None:
    prompt = f"<div class='paywall-prompt'>{REST}</div>"
    assert body(f"<article>{STORY}{prompt}</article>") == PROSE


def test_sections_alike_are_one_story() -> None:
    sections = "".join(f"<div class='part'><p>{p}</p></div>" for p in OTHER)
    found = body(f"<div><div class='part'>{STORY}{STORY.replace('harbour', 'quay')}</div>{sections}</div>")
    assert found[-1] == OTHER[-1]


def test_a_page_that_says_hardly_anything_says_that() -> None:
    links = "".join(f"<li><a href='/{n}'>Another headline of the day</a></li>" for n in range(9))
    slogan = "<div class='sidebar'>News of the coast for the people of the coast, every day of it.</div>"
    assert body(f"{slogan}<p>The harbour at night, in the rain.</p><ul>{links}</ul>") == (
        "The harbour at night, in the rain.",
    )


def test_a_part_of_a_story_is_called_by_its_heading() -> None:
    named = f"<div id='sharing-a-quay-with-others'><h2>Sharing a quay with others</h2>{REST}</div>"
    assert body(f"<article>{STORY * 2}{named}</article>")[-len(OTHER) :] == OTHER
    called = named.replace("id=", "class='share' id=")
    assert OTHER[0] not in body(f"<article>{STORY * 2}{called}</article>")


def test_a_heading_that_links_to_itself_is_one() -> None:
    heading = "<h2>The second quay<a href='#quay'> Link to this part</a></h2>"
    assert "The second quay Link to this part" in body(f"<article>{STORY}{heading}{REST}</article>")


def test_code_is_what_a_story_sets_as_code() -> None:
    script = "function tide(level) { return level; }"
    assert script in body(f"<article>{STORY}<pre>{script}</pre>{REST}</article>")
    assert script not in body(f"<article>{STORY}<div>{script}</div>{REST}</article>")


def test_an_embedded_post_is_a_quotation() -> None:
    post = f"<div class='social-media-embed'><blockquote><p>{OTHER[0]}</p></blockquote></div>"
    assert OTHER[0] in body(f"<article>{STORY}{post}</article>")
    assert OTHER[0] not in body(f"<article>{STORY}{post.replace('-embed', '')}</article>")


def test_paragraphs_beside_the_largest_part_of_a_story_belong_to_it() -> None:
    more = "".join(f"<div><p>{p} {n}</p></div>" for n in range(9) for p in OTHER)
    found = body(f"<div class='text'>{STORY}<h3>What comes next</h3><div class='more'>{more}</div></div>")
    assert found[: len(PROSE) + 1] == (*PROSE, "What comes next")
    assert len(found) == len(PROSE) + 1 + 9 * len(OTHER)


def test_a_gallery_longer_than_a_whole_story_is_still_none() -> None:
    pictures = "".join(f"<li><p>{p} {n}</p></li>" for n in range(40) for p in OTHER)
    gallery = f"<div class='full-gallery'><ul>{pictures}</ul></div>"
    assert set(body(f"<div>{STORY * 3}</div>{gallery}")) == set(PROSE)


def test_a_list_that_says_more_than_it_links_is_kept_whole() -> None:
    items = "".join(f"<li>{p}</li>" for p in OTHER[:3]) + "<li><a href='/q'>The plan for the quay</a></li>"
    links = "".join(f"<li><a href='/{n}'>Another plan, number {n}</a></li>" for n in range(2))
    found = body(f"<article>{STORY}<h2>In short</h2><ul>{items}</ul><ul>{links}</ul></article>")
    assert found == (*PROSE, "In short", *OTHER[:3], "The plan for the quay")


def test_a_sentence_that_links_for_the_most_part_is_a_paragraph() -> None:
    half = f"<p><a href='/a'>{OTHER[0][:55]}</a>{OTHER[0][55:]}</p>"
    whole = f"<p><a href='/b'>{OTHER[1]}</a></p>"
    assert body(f"<article>{STORY}{whole}{half}{whole}<p>{OTHER[2]}</p></article>") == (
        *PROSE,
        OTHER[0],
        OTHER[2],
    )


def test_words_said_again_later_stay_and_at_once_do_not() -> None:
    again = f"<p>{OTHER[0]}</p><p>{OTHER[0]}</p><p>{OTHER[1]}</p><p>{OTHER[0]}</p>"
    assert body(f"<article>{STORY}{again}</article>") == (*PROSE, OTHER[0], OTHER[1], OTHER[0])


def test_a_paragraph_that_begins_like_a_list_of_links_stays() -> None:
    related = "<p>Related to the repairs: the crane on the second quay.</p><p>Related: The crane</p>"
    found = body(f"<article>{STORY}{related}<p>{OTHER[0]}</p></article>")
    assert found == (*PROSE, "Related to the repairs: the crane on the second quay.", OTHER[0])


def test_the_rows_of_a_table_that_says_more_than_it_links_are_kept_whole() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>{p}</td></tr>" for n, p in enumerate(OTHER[:3]))
    linked = "<tr><td>9</td><td><a href='/q'>The plan for the quay</a></td></tr>"
    found = body(f"<article>{STORY}<table>{rows}{linked}</table></article>")
    assert found[-1] == "9 The plan for the quay"


def test_an_item_of_text_among_links_is_the_story_s() -> None:
    links = "".join(f"<li><a href='/{n}'>Another plan of the port, number {n}</a></li>" for n in range(6))
    found = body(f"<article>{STORY}<h2>Plans</h2><ul>{links}<li>{OTHER[0]}</li></ul></article>")
    assert found == (*PROSE, OTHER[0])


def test_a_heading_that_links_heads_a_section_when_a_story_s_worth_stands_below_it() -> None:
    told = "".join(f"<p>{p}</p>" for p in OTHER[:4])
    sections = "".join(f"<h3><a href='/{n}'>Plan {n} of the port</a></h3>{told}" for n in (1, 2))
    teaser = "<h3><a href='/3'>Another headline of the day</a></h3>"
    found = body(f"<article>{STORY}{sections}{teaser}</article>")
    assert found[len(PROSE)] == "Plan 1 of the port"
    assert "Plan 2 of the port" in found
    assert "Another headline of the day" not in found


def test_bold_paragraphs_that_link_are_no_headings_of_the_story() -> None:
    teaser = "<p><b><a href='/3'>Another headline of the day</a></b></p>"
    assert body(f"<article>{STORY}{teaser}{REST}</article>") == (*PROSE, *OTHER)


def test_a_bold_sentence_at_the_end_is_a_paragraph() -> None:
    assert body(f"<article>{STORY}<p><b>{OTHER[0]}</b></p></article>") == (*PROSE, OTHER[0])
    assert body(f"<article>{STORY}<p><b>Read it all</b></p></article>") == PROSE


def test_words_above_a_picture_are_no_caption_of_it() -> None:
    picture = "<div><img src='/a.jpg'></div>"
    items = f"<ul><li>{OTHER[0]}{picture}</li></ul>"
    assert body(f"<article>{STORY}{items}</article>") == (*PROSE, OTHER[0])
    assert body(f"<article>{STORY}<div>{picture}{OTHER[0]}</div></article>") == PROSE


def test_the_last_words_of_what_holds_the_story_are_no_caption() -> None:
    assert body(f"<div class='text'>{STORY}<img src='/a.jpg'>{OTHER[0]}</div>") == (*PROSE, OTHER[0])


def test_short_cells_are_no_labels_even_in_elements_of_their_own() -> None:
    rows = "".join(f"<tr><td><div>{n} boats</div></td><td>{p}</td></tr>" for n, p in enumerate(OTHER[:3]))
    assert "2 boats" in body(f"<article>{STORY}<table>{rows}</table></article>")


def test_what_stands_around_a_table_belongs_to_it() -> None:
    rows = "".join(f"<tr><td>{p}</td></tr>" for p in (*PROSE, *OTHER))
    found = body(
        f"<div class='text'><h2>The week at the quay</h2><table>{rows}</table><p>So it was.</p></div>"
    )
    assert found == (*PROSE, *OTHER, "So it was.")


def test_a_section_of_lists_that_say_more_than_they_link_is_kept() -> None:
    links = "".join(f"<li><a href='/{n}'>Plan {n} of the port</a></li>" for n in range(9))
    items = "".join(f"<li>{p}</li>" for p in OTHER[:4])
    found = body(f"<article>{STORY}<h2>In short</h2><ul>{links}{items}</ul></article>")
    assert found == (*PROSE, "In short", *(f"Plan {n} of the port" for n in range(9)), *OTHER[:4])
