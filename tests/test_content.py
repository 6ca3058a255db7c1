from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Image
from feedsvc import pages
from feedsvc.sources import content

URL = "https://news.example/story/"
UPLOADS = "https://news.example/wp-content/uploads"


def read(markup: str, lead: Image | None = None) -> Article:
    return content.read(markup, URL, "The bridge", pages.read, lead=lead)


def test_share_prompts_and_labels_are_no_story() -> None:
    found = read("<p>The bridge is open.</p><div class='sharedaddy'><h3>Share this:</h3></div>")
    assert found.body == ("The bridge is open.",)
    assert found.summary == "The bridge is open."
    assert found.issues == ()


def test_a_plain_text_and_one_of_a_word() -> None:
    assert read("Fog & rain.\n \nSun.").body == ("Fog & rain.", "Sun.")
    assert read("<p>Fog</p>").body == ("Fog",)
    assert read("").body == ()


def test_a_long_text_of_which_a_reader_of_pages_takes_one_column_is_had_whole() -> None:
    said = "The harbour master said that the tide would not wait for anybody at all."
    column = Article(body=(said,))
    words = "".join(f"<div><p>{n} {said}</p></div><ul><li>Popular</li></ul>" for n in range(30))
    markup = f"<script>document.write('<p>{said}</p>')</script>{words}"
    found = content.read(markup, URL, "The tide", lambda page, url: column)
    assert found.body == tuple(f"{n} {said}" for n in range(30))


def test_pictures_are_the_originals_each_once() -> None:
    markup = (
        f'<p>Text.</p><img src="{UPLOADS}/a-300x200.jpg" srcset="{UPLOADS}/a-300x200.jpg 300w, '
        f'{UPLOADS}/a-1024x683.jpg 1024w" width="300"><img src="{UPLOADS}/b-150x150.jpg" width="150">'
        f'<img src="{UPLOADS}/c-300x200.jpg" data-orig-file="{UPLOADS}/c.jpg">'
        '<a href="https://shop.example/"><img src="https://shop.example/ad.jpg"></a>'
    )
    found = read(markup, lead=Image(f"{UPLOADS}/a-scaled.jpg", 2560))
    assert [i.url.removeprefix(UPLOADS) for i in found.images] == ["/a-scaled.jpg", "/b.jpg", "/c.jpg"]


def test_what_is_only_cut_from_the_text_is_no_summary() -> None:
    told = read("<p>The bridge is open. Carts cross it.</p>")
    for cut in ("<p>The bridge [&hellip;]</p>", "The bridge&#8230;", "The bridge [...] <a>Read more</a>"):
        assert content.summary(cut, told) == "The bridge is open. Carts cross it."
    assert content.summary("Open &hellip; at last.", told) == "Open … at last."
    assert content.summary("Only this [&hellip;]", Article()) == "Only this"


def test_names_that_name_nothing() -> None:
    assert content.topics(["Uncategorized"], ["Allgemein", "Fire &amp; rain", ""]) == ((), ("Fire & rain",))
    assert content.people(["Ana Ruiz", "admin", "b@news.example", "Ana Ruiz"]) == ("Ana Ruiz",)


@given(
    st.text()
    | st.lists(st.sampled_from(["<p>", "<a href='//['>", "<img src=x", ">", "…", "\x00"])).map("".join)
)
def test_any_content_is_read(markup: str) -> None:
    assert isinstance(read(markup, lead=Image("https://news.example/a.jpg")), Article)
