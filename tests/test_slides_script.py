"""What a story video says, and for how long."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Article, Image
from feedsvc.slides import cues
from feedsvc.slides.script import LONGEST, SHORTEST, Slide, reading, script, words
from feedsvc.slides.sentences import clauses, sentences
from tests.articles import article, channel

BRIDGE = (
    "Thousands walked across it. The mayor, Dr. Ann Lee, cut the ribbon. Traffic was light all day.",
    "The repairs cost 48 million. A review of the tender is due in January. Ferries run until spring.",
)


def told(**fields: Any) -> Article:
    return article(**{"title": "Bridge reopens", "summary": "", "body": BRIDGE, "language": "en", **fields})


def total(slides: tuple[Slide, ...]) -> float:
    return sum(slide.seconds for slide in slides)


@pytest.mark.parametrize(
    ("language", "said", "count"),
    [
        ("en", "Dr. Smith met J. Brown in the U.S. Senate. He said “No.” It rained. Item No. 5 won.", 4),
        ("de", "Am 3. Mai kam Dr. Müller. Sie ging.", 2),
        ("ja", "東京で地震。「大丈夫」と言った。", 2),
        ("ar", "وصل الرئيس إلى القاهرة اليوم. هل سيلتقي الوزراء؟ نعم.", 3),
        ("hi", "प्रधानमंत्री ने कहा। यह अच्छा है।", 2),
        ("", "One. Two.", 2),
    ],
)
def test_sentences(language: str, said: str, count: int) -> None:
    found = sentences(said, language)
    assert len(found) == count
    assert "".join("".join(found).split()) == "".join(said.split())


def test_thai_full_stops_end_nothing() -> None:
    said = "21 ม.ค.2561 เวลา 12.00 น. ผู้สื่อข่าวได้รับแจ้งจากนาย ต.(ไม่ประสงค์เปิดเผยชื่อ) บุตรชายของเขา"
    assert sentences(said, "th") == [said]


def test_quotation_mark_stays_with_what_it_opens() -> None:
    assert sentences("けが人はいない。「大丈夫」と言った。", "ja")[1].startswith("「")


def test_long_sentence_is_cut_between_clauses() -> None:
    sentence = (
        "The bridge, which was shut for two years, opened on Sunday; thousands came, and traffic was light."
    )
    parts = list(clauses(sentence, "en", lambda part: len(part) <= 60))
    assert " ".join(parts) == sentence
    assert all(len(part) <= 60 and part[-1] in ",;." for part in parts)


def test_clause_too_long_breaks_off_where_it_may() -> None:
    sentence = (
        "Its official newspaper blasted South Korea on Tuesday for conducting a joint military exercise"
    )
    one, other = clauses(sentence, "en", lambda part: len(part) <= 70)
    assert one.endswith("…")
    assert other.split()[0] in ("on", "for")
    halves = list(
        clauses(
            "断食月「ラマダン」明けの祭りの祝いから帰る途中の人々を狙った", "ja", lambda part: len(part) <= 20
        )
    )
    assert "".join(halves).replace("…", "") == "断食月「ラマダン」明けの祭りの祝いから帰る途中の人々を狙った"
    assert all(half.count("「") == half.count("」") for half in halves)


@pytest.mark.parametrize("body", ["PARIS (AFP) -- {}", "{} It was cold."])
def test_body_that_repeats_the_summary_is_not_shown_again(body: str) -> None:
    summary = "Thousands of people walked across the harbour bridge on Sunday after two years of repairs."
    slides = script(told(summary=summary, body=(body.format(summary), *BRIDGE)), channel())
    assert " ".join(slide.words for slide in slides).count("walked across the harbour") == 1


def test_story_ends_with_a_sentence() -> None:
    slides = script(told(body=(*BRIDGE, "What is next?")), channel())
    assert slides[-2].words.endswith("spring.")


def test_slides_wait_for_the_voice() -> None:
    heard = script(told(), channel(), spoken=lambda words: len(words) / 10)
    for slide in heard[:-1]:
        assert slide.spoken == (0.4, 0.4 + len(slide.words) / 10)
        assert slide.seconds >= max(4.0, slide.spoken[1] + 0.39)
    many = told(body=tuple(f"The {n}th boat{n} took mail{n} to port{n} by night{n}." for n in range(50)))
    slow = script(many, channel(), spoken=lambda words: 15.0)
    quick = script(many, channel(), spoken=lambda words: 5.0)
    assert SHORTEST <= total(slow) <= LONGEST
    assert len(slow) < len(quick)


def test_reading_counts_words_or_signs() -> None:
    assert reading("one two three four five") == pytest.approx(2)
    assert reading("東京で地震があった") == pytest.approx(1.8)
    assert 3 < reading("กรุงเทพมหานครมีฝนตกหนักและน้ำท่วมหลายพื้นที่") < 5


def test_title_text_end() -> None:
    slides = script(told(section=("News", "World")), channel())
    assert [slides[0].kind, slides[-1].kind] == ["title", "end"]
    assert {slide.kind for slide in slides[1:-1]} == {"text"}
    assert (slides[0].words, slides[0].label) == ("Bridge reopens", "World")
    assert slides[0].line == "November 22, 2026 · Harbour City News"
    assert (slides[-1].words, slides[-1].line) == ("Harbour City News", "news.example.org")
    assert slides == script(told(section=("News", "World")), channel())


def test_date_is_written_as_its_language_does() -> None:
    assert "22. November 2026" in script(told(language="de-AT"), channel())[0].line
    assert "November 22, 2026" in script(told(language="no such"), channel())[0].line


def test_each_slide_can_be_read_in_its_time() -> None:
    for slide in script(told(), channel()):
        assert slide.seconds >= max(4.0, reading(slide.words))
        assert len(sentences(slide.words, "en")) <= 3


def test_nothing_is_said_twice() -> None:
    repeated = told(summary=f"Bridge reopens. {BRIDGE[0]}", body=(*BRIDGE, BRIDGE[0]))
    said = " ".join(slide.words for slide in script(repeated, channel()))
    assert said.count("Traffic was light") == said.count("Bridge reopens") == 1


def test_summary_that_was_cut_short_is_not_shown() -> None:
    slides = script(told(summary="Thousands walked across it and then…"), channel())
    assert not any("…" in slide.words for slide in slides)


def test_thirty_thousand_words_and_none() -> None:
    long = script(told(body=tuple(f"Sentence number {n} says a little." for n in range(5000))), channel())
    assert SHORTEST <= total(long) <= LONGEST
    bare = script(told(body=()), channel())
    assert [slide.kind for slide in bare] == ["title", "end"]
    assert words(bare) == 0


def test_pictures_come_in_order_with_their_credits_once() -> None:
    images = tuple(
        Image(f"https://x.example/{n}.jpg", caption=f"Caption {n}", credit="Jo Doe") for n in range(60)
    )
    slides = script(told(images=images), channel(), pictures=range(60))
    assert [slide.picture for slide in slides] == [*range(len(slides) - 1), None]
    assert slides[1].credit == "Caption 1 · Jo Doe"
    one = script(told(images=images), channel(), pictures=[7])
    assert [slide.picture for slide in one][:3] == [7, 7, None]
    assert [slide.credit for slide in one][:2] == ["Caption 7 · Jo Doe", ""]


def test_what_cannot_be_drawn_is_left_out() -> None:
    slides = script(told(), channel(), drawable=lambda part: bool(part) and "tender" not in part)
    assert not any("tender" in slide.words for slide in slides)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400), st.lists(st.text(max_size=600), max_size=6), st.text(max_size=12))
def test_any_words_make_a_script(title: str, body: list[str], language: str) -> None:
    slides = script(told(title=title, body=tuple(body), language=language), channel())
    assert SHORTEST - 0.01 <= total(slides) <= LONGEST + 1
    assert all(slide.seconds >= 4 for slide in slides)


def test_captions_cover_the_video_without_gap_or_overlap() -> None:
    slides = script(told(title="a --> b & <c>"), channel())
    made = cues.track(slides, "en").cues
    assert made[0].start == 0
    assert made[-1].end == round(total(slides) * 1000)
    assert all(one.end == other.start for one, other in pairwise(made))
    assert all(len(lines := cue.text.split("\n")) <= 2 and max(map(len, lines)) <= 42 for cue in made)


def test_captions_have_no_stray_word() -> None:
    words = "North Korea's official newspaper blasted South Korea on Tuesday for conducting a joint exercise"
    made = cues.track([Slide("text", words, 8)], "en").cues
    assert [len(cue.text.split("\n")) for cue in made] == [2, 2]
    lines = "\n".join(cue.text for cue in made).split("\n")
    assert max(map(len, lines)) < 2 * min(map(len, lines))


def test_captions_follow_the_voice() -> None:
    slides = [Slide("title", "One", 4, spoken=(0.4, 1.0)), Slide("text", "Two", 5, spoken=(0.4, 4.4))]
    assert [(cue.start, cue.end) for cue in cues.track(slides, "en").cues] == [(400, 1000), (4400, 8400)]


def test_a_summary_that_breaks_off_in_a_sentence_is_said_by_the_whole_of_it() -> None:
    whole = (
        "The bridge over the northern arm of the harbour opened on Sunday, and thousands walked across it."
    )
    slides = script(
        told(summary="The bridge over the northern arm of the harbour", body=(whole, *BRIDGE)), channel()
    )
    said = " ".join(slide.words for slide in slides)
    assert said.count("The bridge over the northern arm") == 1
    assert whole in said
