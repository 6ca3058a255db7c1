"""Press texts as people paste them, from sites in many languages."""

from datetime import UTC, datetime

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from feeds import text
from feedsvc.sources import phrases, press
from feedsvc.sources.press import Press, Shown

BODY = "A storm hit the coast on Sunday, and thousands of people fled their homes, officials said."
MORE = "The harbour would stay closed for two days, the mayor told reporters at the town hall."
SEVEN = datetime(2026, 11, 22, 7, 15, tzinfo=UTC)


def read(*lines: str) -> Press:
    return press.read("\n".join(lines))


def test_the_whole_of_it() -> None:
    found = read(
        "News / World / Europe",
        "",
        "Storm hits the coast",
        "",
        "By Jane Doe and John Roe",
        "Published 22 November 2026, 07:15 GMT | Updated 22 November 2026, 09:30 GMT",
        "",
        "Caption: Boats in the harbour. Photo: Jane Roe/Reuters",
        BODY,
        "Image: Getty Images",
        MORE,
        "Topics: Storm, Europe",
        "Related stories",
        "Ten ways to prepare for a storm",
        "Sign up for our newsletter to get the top stories in your inbox.",
        "© 2026 Harbour City News. All rights reserved.",
        "Harbour City News, 1 Quay Street",
    )
    assert found == Press(
        title="Storm hits the coast",
        section=("World", "Europe"),
        body=(BODY, MORE),
        shown=(Shown("Boats in the harbour.", "Jane Roe/Reuters"), Shown("", "Getty Images")),
        authors=("Jane Doe", "John Roe"),
        tags=("Storm", "Europe"),
        published=SEVEN,
        updated=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    )


def test_a_headline_and_paragraphs_are_enough() -> None:
    assert read("Storm hits the coast", BODY, MORE) == Press(title="Storm hits the coast", body=(BODY, MORE))


def test_nothing_is_no_story() -> None:
    assert read("", " \t", "\ufeff") == Press()
    assert read("Share", "Sign in", "© 2026 Harbour City News") == Press()


def test_a_text_without_headline_is_called_by_its_first_sentence() -> None:
    long = f"{BODY} {MORE} {BODY}"
    assert read(long, MORE) == Press(title=BODY, body=(long, MORE))


# Breadcrumbs.


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("News / World / Europe", ("World", "Europe")),
        ("Home > Sport > Football", ("Sport", "Football")),
        ("Harbour News » World » Europe", ("World", "Europe")),
        ("World news | Europe", ("World news", "Europe")),
        ("News/World/Europe", ("World", "Europe")),
        ("Startseite › Nachrichten › Ausland", ("Ausland",)),
        ("Accueil > Actualités > Monde > Europe", ("Monde", "Europe")),
        ("Inicio / Noticias / Internacional", ("Internacional",)),
        ("Главная » Новости » В мире", ("В мире",)),
        ("ホーム＞ニュース＞国際".replace("＞", " > "), ("国際",)),
        ("الرئيسية / أخبار / العالم", ("العالم",)),
        ("NEWS / WORLD / UK", ("World", "UK")),
        ("Home / News /", ("News",)),
        ("News / World / Storm hits the coast", ("World",)),
        ("World", ("World",)),
        ("Home | News | Sport | Weather | Shop", ()),
    ],
)  # fmt: skip
def test_breadcrumb(line: str, section: tuple[str, ...]) -> None:
    found = read(line, "", "Storm hits the coast", "", BODY)
    assert (found.section, found.title, found.body) == (section, "Storm hits the coast", (BODY,))


@pytest.mark.parametrize(
    "headline",
    [
        "Football / Cup final",
        "Storm hits coast | Harbour City News",
        "Da Vinci Code Returns",
        "World",
        "Storm > calm",
    ],
)
def test_a_headline_that_looks_like_a_breadcrumb(headline: str) -> None:
    found = read(headline, "", BODY, MORE)
    assert (found.title, found.section, found.body) == (headline, (), (BODY, MORE))


def test_the_last_breadcrumb_counts_and_noise_around_it_does_not() -> None:
    found = read(
        "Skip to content", "Home | Sport", "News > World > Europe", "Share", "Storm hits the coast", BODY
    )
    assert (found.section, found.title) == (("World", "Europe"), "Storm hits the coast")


# Bylines and dates.


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("By JANE DOE", ("Jane Doe",)),
        ("By Jane Doe, John Roe & Max von Beispiel", ("Jane Doe", "John Roe", "Max von Beispiel")),
        ("By Jane Doe in Brussels", ("Jane Doe",)),
        ("By Jane Doe, Europe Editor", ("Jane Doe",)),
        ("Von Anna Müller, Brüssel", ("Anna Müller",)),
        ("Par Jeanne Dupont", ("Jeanne Dupont",)),
        ("Por María García y José Pérez", ("María García", "José Pérez")),
        ("Автор: Анна Иванова", ("Анна Иванова",)),
        ("بقلم: سارة أحمد", ("سارة أحمد",)),
        ("記者 山田太郎", ("山田太郎",)),
    ],
)
def test_byline(line: str, authors: tuple[str, ...]) -> None:
    found = read("Storm hits the coast", line, BODY, MORE)
    assert (found.authors, found.body) == (authors, (BODY, MORE))


@pytest.mark.parametrize(
    "line",
    [
        "Published 22 November 2026, 07:15 GMT",
        "Nov. 22, 2026 7:15 a.m.",
        "2026-11-22T07:15:00Z",
        "22.11.2026, 07:15 Uhr",
        "Sun 22 Nov 2026 07.15 GMT",
        "Sonntag, 22. November 2026, 8:15 CET",
        "Publié le 22 novembre 2026 à 07h15",
        "22 de noviembre de 2026, 07:15",
        "Pubblicato il 22 novembre 2026 alle 07:15",
        "22 ноября 2026, 07:15",
        "Opublikowano: 22 listopada 2026, 07:15",
        "نشر في ٢٢ نوفمبر ٢٠٢٦ 07:15",
        "2026年11月22日 7時15分",
        "November 22nd, 2026 at 7:15 am",
        "22 Kasım 2026 07:15",
    ],
)
def test_date(line: str) -> None:
    found = read("Storm hits the coast", line, BODY, MORE)
    assert (found.published, found.body) == (SEVEN, (BODY, MORE))


def test_dates_apart() -> None:
    found = read("Storm", "Publié le 22 novembre 2026 à 07h15", "Mis à jour le 23 novembre 2026 à 8h00", BODY)
    assert (found.published, found.updated) == (SEVEN, datetime(2026, 11, 23, 8, tzinfo=UTC))


def test_an_update_is_all_that_is_known() -> None:
    found = read("Sturm", "Stand: 22.11.2026, 07:15 Uhr", BODY)
    assert (found.published, found.updated) == (SEVEN, SEVEN)


@pytest.mark.parametrize(
    "line", ["3 hours ago", "Published yesterday", "vor 2 Stunden", "il y a 3 heures", "3時間前"]
)
def test_a_time_that_names_no_date_is_left_out(line: str) -> None:
    assert read("Storm", line, BODY) == Press(title="Storm", body=(BODY,))


@pytest.mark.parametrize(
    "lines",
    [
        ("Jane Doe", "22 November 2026, 07:15"),
        ("22 November 2026, 07:15", "Jane Doe"),
        ("Jane Doe", "Europe correspondent", "22 November 2026, 07:15"),
        ("By Jane Doe, 22 November 2026 07:15",),
        ("Jane Doe | 22 November 2026 07:15 | 3 min read",),
        ("Winds of 200 km/h force thousands from home", "Jane Doe in Brussels", "22 November 2026, 07:15"),
    ],
)
def test_name_and_date_in_any_shape(lines: tuple[str, ...]) -> None:
    found = read("Storm hits the coast", *lines, BODY, MORE)
    assert (found.authors, found.published, found.body[-2:]) == (("Jane Doe",), SEVEN, (BODY, MORE))
    assert not {"Jane Doe", "Europe correspondent"} & set(found.body)


@pytest.mark.parametrize(
    "line",
    [
        "By Sunday, the water had gone.",
        "By the harbour",
        "Von der Küste kam nichts Gutes.",
        "It was 22 November 2026.",
        "Share prices fell.",
        "Follow the money, he said.",
        "More news is expected on Monday.",
        "Photo or not, it happened.",
        "The picture was clear: nobody had been warned.",
        "He said of the photo: it was fake.",
        "Live and let live.",
        "In May 2026 the harbour had been full.",
        "Print is not dead, says the editor of the Harbour City News.",
        "They use cookies to bake at home and share recipes.",
        "The police asked (in vain/too late) for help.",
    ],
)
def test_paragraphs_that_look_like_something_else(line: str) -> None:
    assert read("Storm hits the coast", BODY, line, MORE).body == (BODY, line, MORE)


def test_names_further_down_belong_to_the_story() -> None:
    lines = (BODY, MORE, BODY, "Jane Doe, 22 November 2026")
    assert read("Two who were there", *lines).body == lines


# What is said of pictures.


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Caption: Boats in the harbour", Shown("Boats in the harbour")),
        ("Photo: Jane Roe", Shown("", "Jane Roe")),
        ("Photo by Jane Roe", Shown("", "Jane Roe")),
        ("Image: Reuters", Shown("", "Reuters")),
        ("(Foto: dpa)", Shown("", "dpa")),
        (
            "FILE PHOTO: Boats in the harbour, October 3, 2025. REUTERS/Jane Roe",
            Shown("Boats in the harbour, October 3, 2025.", "REUTERS/Jane Roe"),
        ),
        ("Photo: Boats lie in the harbour of the city.", Shown("Boats lie in the harbour of the city.")),
        (
            "Rescue workers carry a woman. Photograph: Jane Roe/Reuters",
            Shown("Rescue workers carry a woman.", "Jane Roe/Reuters"),
        ),
        (
            "Rescue workers carry a woman [Jane Roe/Reuters]",
            Shown("Rescue workers carry a woman", "Jane Roe/Reuters"),
        ),
        (
            "Rescue workers carry a woman. (AP Photo/Jane Roe)",
            Shown("Rescue workers carry a woman.", "AP Photo/Jane Roe"),
        ),
        ("Bildunterschrift: Boote im Hafen", Shown("Boote im Hafen")),
        ("Bild: Jane Roe/dpa", Shown("", "Jane Roe/dpa")),
        (
            "Légende : Des bateaux dans le port. (AFP/Jane Roe)",
            Shown("Des bateaux dans le port.", "AFP/Jane Roe"),
        ),
        ("Foto: EFE", Shown("", "EFE")),
        ("Фото: РИА Новости / Анна Иванова", Shown("", "РИА Новости / Анна Иванова")),
        ("写真：港に並ぶ船（ロイター）", Shown("港に並ぶ船", "ロイター")),
        ("صورة: رويترز", Shown("", "رويترز")),
        ("AFP via Getty Images", Shown("", "AFP via Getty Images")),
        ("© Jane Roe", Shown("", "Jane Roe")),
    ],
)
def test_captions(line: str, shown: Shown) -> None:
    assert read("Storm hits the coast", BODY, line, MORE) == Press(
        "Storm hits the coast", (), (BODY, MORE), (shown,)
    )


def test_a_credit_on_its_own_line_belongs_to_the_caption_beside_it() -> None:
    found = read(
        "Storm",
        "Image source, Getty Images",
        "Image caption, Boats in the harbour",
        BODY,
        "Caption: Two",
        "Photo: AFP",
    )
    assert found.shown == (Shown("Boats in the harbour", "Getty Images"), Shown("Two", "AFP"))


# What stands around it.


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Share",
        "Share this article",
        "Facebook",
        "3 min read",
        "Read more: Why storms grow",
        "Follow us on X",
        "Sign up for our newsletter",
        "Subscribe to our weekly newsletter to get it all in your inbox.",
        "Listen to article",
        "We use cookies to improve your experience. Accept all",
        "Anzeige",
        "Lesen Sie auch: Warum",
        "À lire aussi : Pourquoi",
        "Publicidad",
        "Te puede interesar: Por qué",
        "Leggi anche: Perché",
        "Lees ook: Waarom",
        "Читайте также: Почему",
        "اقرأ أيضا: لماذا",
        "広告",
        "シェアする",
        "相关阅读",
        "Reporting by Jane Doe; Editing by John Roe",
        "12 Comments",
        "Mobile version: https://m.news.example/1",
        "newsdesk@news.example",
        "Inscrivez-vous à notre newsletter",
    ],
)
def test_site_boilerplate_is_dropped_wherever_it_stands(line: str) -> None:
    expected = Press(title="Storm hits the coast", body=(BODY, MORE))
    assert read("Storm hits the coast", BODY, line, MORE) == expected
    assert read("Storm hits the coast", BODY, MORE, line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "© 2026 Harbour City News",
        "All rights reserved.",
        "Alle Rechte vorbehalten",
        "Tous droits réservés",
        "無断転載を禁じます",
        "Copyright 2026",
        "Our Standards: The Thomson Reuters Trust Principles.",
        "Все права защищены",
        "جميع الحقوق محفوظة",
    ],
)
def test_nothing_comes_after_the_rights(line: str) -> None:
    assert read("Storm hits the coast", BODY, line, MORE).body == (BODY,)


def test_other_stories_at_the_end_are_not_this_one() -> None:
    found = read(
        "Storm",
        BODY,
        MORE,
        "Related",
        "Ten ways to prepare",
        "Harbour reopens",
        "Most read",
        "A cat, rescued",
    )
    assert found.body == (BODY, MORE)


def test_other_stories_with_a_line_under_each_are_not_this_one() -> None:
    teasers = (
        "Ten ways to prepare",
        "What to do before a storm comes.",
        "Harbour reopens",
        "The ferries run again.",
    )
    assert read("Storm", BODY, MORE, "More on this story", *teasers).body == (BODY, MORE)


@pytest.mark.parametrize(
    "link", ["Read more: Why storms grow", "Read more about why storms grow in the north", "Read more"]
)
def test_short_paragraphs_after_a_link_are_kept(link: str) -> None:
    rest = ("The harbour stays closed.", '"It was terrible," a fisherman said.', "Trains do not run.")
    assert read("Storm", BODY, link, *rest).body == (BODY, *rest)


def test_a_box_of_other_stories_does_not_end_this_one() -> None:
    found = read("Storm", BODY, "Related stories", "Ten ways to prepare", "Harbour reopens", MORE, BODY)
    assert found.body == (BODY, MORE, BODY)


def test_the_address_of_the_story_and_its_others() -> None:
    found = read(
        "https://news.example/world/1",
        "Storm",
        BODY,
        "Short link: https://n.example/1",
        "www.news.example/amp/1",
    )
    assert (found.url, found.body) == ("https://news.example/world/1", (BODY,))
    assert read("Storm", BODY, "Source: https://news.example/2").url == "https://news.example/2"
    assert read("Storm", BODY, "Print version: https://news.example/print/2").url == ""


# Lines.


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\n\n\n", "\n \t\n"])
def test_any_newline(newline: str) -> None:
    found = press.read(newline.join(["\ufeffWorld / Europe", "Storm hits the coast", BODY, MORE]))
    assert found == Press("Storm hits the coast", ("World", "Europe"), (BODY, MORE))


def test_paragraphs_wrapped_at_a_margin_are_one_line_again() -> None:
    wrapped = f"""World > Europe

Storm hits the coast

By Jane Doe
22 November 2026, 07:15

A storm hit the coast on Sunday, and thousands of people fled their
homes as winds reached 200 kilometres an hour, the fastest measured
in the country since records began a hundred years ago, officials
said.

The harbour would stay closed, the mayor said, and asked people to
stay at home.

{MORE[:60]}
"""
    found = press.read(wrapped)
    assert len(found.body) == 3
    assert found.body[0].startswith(
        "A storm hit the coast on Sunday, and thousands of people fled their homes as"
    )
    assert found.body[1] == "The harbour would stay closed, the mayor said, and asked people to stay at home."
    assert found.authors == ("Jane Doe",)


def test_a_list_of_short_lines_is_not_wrapped_text() -> None:
    lines = ("What we know so far:", "• Two harbours are closed", "• Thousands fled", "• Trains do not run")
    assert read("Storm", BODY, "", *lines).body == (BODY, lines[0], *(line[2:] for line in lines[1:]))


def test_a_repeated_headline_is_said_once() -> None:
    assert read("Storm hits the coast", "STORM HITS THE COAST", BODY).body == (BODY,)


# Whatever is pasted.

LINES = st.sampled_from(
    [
        "",
        "News / World",
        "Storm hits the coast",
        "By Jane Doe",
        "22 November 2026",
        "Photo: AFP",
        "Caption: x",
        BODY,
        MORE,
        "Related",
        "Share",
        "© 2026 x",
        "Tags: a, b",
        "https://a.example/1",
        "• point",
        "World",
        "3 hours ago",
        "Updated:",
    ]
)


@given(st.lists(LINES | st.text(max_size=80), max_size=25))
def test_nothing_is_made_up(lines: list[str]) -> None:
    found = press.read("\n".join(lines))
    pasted = text.line(" ".join(lines)).replace("\xad", "")
    for said in (
        found.title,
        *found.body,
        *(s.caption for s in found.shown),
        *(s.credit for s in found.shown),
    ):
        for word in said.rstrip("…").split():
            assert word in pasted
    assert bool(found.title) or found == Press()


@given(st.text())
def test_any_text_is_read(pasted: str) -> None:
    press.read(pasted)


@pytest.mark.parametrize(
    "language", ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "tr", "ar", "he", "hi"]
)
def test_every_month_has_its_name(language: str) -> None:
    names = phrases.months()
    wanted = get_month_names("wide", "format", language)
    assert [names[wanted[n].casefold()] for n in range(1, 13)] == list(phrases.ENGLISH)


def test_a_pointer_that_asks_a_question_is_no_paragraph() -> None:
    told = press.read(
        "Derby won\n\nUnited beat City on Saturday.\n\nRead more: What next for City?\n\nMore on this\n"
    )
    assert told.body == ("United beat City on Saturday.",)


def test_a_dash_within_a_sentence_stays() -> None:
    found = press.read(
        "Storm hits the coast\n\nNEW YORK (AP) — A storm hit the coast – and thousands fled their homes.\n\n"
        "- Ferries stay in the harbour until Monday."
    )
    assert found.body == (
        "NEW YORK (AP) — A storm hit the coast – and thousands fled their homes.",
        "Ferries stay in the harbour until Monday.",
    )
