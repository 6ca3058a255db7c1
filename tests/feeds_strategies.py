"""Feeds to try formats and readers with: a newsroom's good one, and strategies for any feed at all."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from feeds.model import (
    Ads,
    Article,
    Brand,
    Caption,
    Channel,
    Credit,
    ExternalId,
    Feed,
    Image,
    Issue,
    Rating,
    Row,
    RowRule,
    Selection,
    Series,
    TrickPlay,
    Video,
    Window,
)

T = TypeVar("T")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CDN = "https://cdn.example.org"

# -- a newsroom ------------------------------------------------------------------------------------

CHANNEL = Channel(
    id="harbour",
    title="Harbour City News",
    description="What happens between the lighthouse & the hills.",
    language="en",
    site="https://news.example.org/",
    feeds_url="https://tv.example.org/feeds/harbour",
)


def story(number: int, title: str = "", **changes: object) -> Article:
    """Return an article that can be shown, the `number`th newest."""
    published = NOON - timedelta(hours=number)
    fields: dict[str, object] = {
        "id": f"a{number:015d}",
        "guid": f"https://news.example.org/{number}",
        "url": f"https://news.example.org/world/{number}",
        "title": title or f"Story {number}",
        "summary": f"What story {number} is about, in a sentence.",
        "body": (f"First paragraph of story {number}.", "Second paragraph, with what was said."),
        "section": ("World",),
        "tags": ("harbour",),
        "language": "en",
        "authors": ("Ada Reporter",),
        "published": published,
        "first_seen": published + timedelta(minutes=3),
        "videos": (Video(f"{CDN}/{number}/master.m3u8", "HLS", "FHD", duration=64.4),),
        "thumbnail": Image(f"{CDN}/{number}.jpg", 1280, 720),
    }
    return Article(**{**fields, **changes})  # type: ignore[arg-type]


def small() -> Feed:
    """Return a feed of two items in one row."""
    return Feed(CHANNEL, (Row("World", (story(1), story(2))),), NOON)


def empty() -> Feed:
    """Return a feed with nothing a TV could show."""
    return Feed(CHANNEL, (Row("World", (story(1, videos=()),)),), NOON)


def newsroom() -> Feed:
    """Return a feed with most of what a newsroom has."""
    renditions = tuple(
        Video(f"{CDN}/2/{height}.mp4", "MP4", None, rate, width, height, 128.0, size=size)
        for height, width, rate, size in ((720, 1280, 2650, 42_000_000), (1080, 1920, 4300, 68_800_000))
    )
    captions = (Caption(f"{CDN}/3/ar.srt", "ar", "CLOSED_CAPTION"), Caption(f"{CDN}/3/en.vtt", "en"))
    top = story(
        1, "Ferries stop: “no crew”, says O'Neill & Sons <sic> 🚢", authors=("Ada Reporter", "Bo Lens")
    )
    files = story(
        2,
        "Storm tide floods the old town",
        videos=renditions,
        updated=NOON,
        rating=Rating("TVPG", "USA_PR"),
    )
    arabic = story(
        3,
        "الميناء يفتح أبوابه من جديد",
        language="ar",
        section=("World", "Middle East"),
        captions=captions,
    )
    window = story(
        4,
        "Live from the count",
        section=("Politics",),
        tags=("arts and culture", "Election 2026"),
        window=Window(NOON - timedelta(days=1), NOON + timedelta(days=1)),
    )
    long = story(
        5,
        "The year of the harbour",
        section=("Documentary",),
        summary="",
        body=("",),
        videos=(Video(f"{CDN}/5/master.m3u8", "HLS", "FHD", duration=1800.0),),
    )
    silent = story(6, "A story without a video", videos=())
    rows = (
        Row("Top stories", (top, files, arabic, window)),
        Row("World & Middle East, as seen from here", (top, arabic, silent)),
        Row("Documentaries", (long,)),
        Row("documentaries", (files, long)),
    )
    return Feed(CHANNEL, rows, NOON)


def programmes() -> Feed:
    """Return a feed with every kind of item that Direct Publisher knows."""

    def film(number: int, minutes: int) -> tuple[Video, ...]:
        return (Video(f"{CDN}/{number}/master.m3u8", "HLS", "FHD", duration=minutes * 60.0),)

    bulletins = [
        story(n, f"Evening News {22 - n // 24} Nov", series="Evening News", episode=10 - n // 24)
        for n in (24, 48)
    ]
    earlier = story(9000, "Evening News 12 Nov 2025", series="evening  news", section=("World",), episode=3)
    short_run = story(
        100, "The pier, part one", series="The pier", episode=1, section=("Documentary",),
        videos=film(100, 30), credits=(Credit("Ada", "narrator", date(1980, 2, 29)), Credit("Bo", "actor")),
        external_ids=(ExternalId("EP012345670001", "TMS"), ExternalId("tt1234567", "imdb")),
    )  # fmt: skip
    movie = story(
        5, "The year of the harbour", videos=film(5, 95), section=("Documentary",), kind="movie",
        ad_breaks=(1500.0, 0.0, 3000.4, 99_999.0), external_ids=(ExternalId("10.5240/1", "EIDR"),),
        credits=(Credit("Bo Lens", "Director", date(1971, 1, 2)),), rating=Rating("PG", "MPAA"),
        captions=(Caption(f"{CDN}/5/en.srt", "en"),), trickplay=(TrickPlay(f"{CDN}/5/hd.bif"),),
    )  # fmt: skip
    special = story(6, "The count, in full", videos=film(6, 40), section=("Politics",))
    live = story(
        0, "Harbour City live", kind="live", section=("Live",), summary="The harbour, day and night.",
        videos=(Video(f"{CDN}/live/master.m3u8", "HLS", "FHD"),),
    )  # fmt: skip
    channel = Channel(
        id="harbour",
        title="Harbour City News",
        site="https://news.example.org/",
        feeds_url="https://tv.example.org/feeds/harbour",
        series=(
            Series("Evening News", description="The day in Harbour City.", picture=f"{CDN}/evening.jpg"),
            Series("The pier", seasons="none"),
        ),
        ads=Ads(pre_roll=True, mid_roll=timedelta(minutes=15)),
    )
    rows = (
        Row("Live", (live,)),
        Row("News", (story(1), *bulletins, special, earlier)),
        Row("Documentaries", (movie, short_run)),
    )
    return Feed(channel, rows, NOON)


# -- any feed at all -------------------------------------------------------------------------------

# fmt: off
NASTY = (
    "", " ", "\x00", "\x0b\x1f", "\ud800", "\udfff half", "\ufeff", "\ufffe\uffff", "\u2028line",
    "\u202eright to left", "\u2066open", "a\u0301\u0301\u0301" * 60, "👩‍👩‍👧‍👦" * 40, "x" * 999,
    "word " * 200, "日本語" * 120, "<b>bold</b>", "]]>", "<!--", "&amp;", "&", "&#0;", "\"'", "\\",
    "</script>", "<?xml?>", "a and b or c", "(", "[a-z", ".*", "null", "{}", "é", "ß", "ẞ", "İ",
)
NASTY_URLS = (
    "", "http://", "https://", "/media/1.jpg", "https://[", "https://exa mple.org/", "https://a..b/",
    "https://example.org:99999/", "https://example.org/a b.mp4", "https://example.org/\"'<>&.mp4",
    "https://пример.рф/é.mp4", "javascript:alert(1)", "ftp://example.org/a", "//example.org/a",
    "https://user:pw@example.org/a", "https://example.org/?a=1&amp;b=2#c", "https://[::1]/a",
    "https://" + "a" * 70 + ".org/", "https://example.org/\ud800", "http://127.0.0.1:8080/a.mp4",
    "http://[::1]/a", "http://example.org/a", "HTTPS://EXAMPLE.ORG/A", "https://example.org/%zz?q=%",
)
# fmt: on


def texts() -> st.SearchStrategy[str]:
    """Any text, lone surrogates and control characters included."""
    anything = st.text(st.characters(exclude_categories=()), max_size=40)
    return st.one_of(
        st.sampled_from(NASTY), anything, st.tuples(anything, st.sampled_from(NASTY)).map("".join)
    )


def mostly(good: st.SearchStrategy[T], other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Something good more often than not, so that a good part of all articles can be shown."""
    return st.sampled_from((good,) * 7 + (other,)).flatmap(lambda chosen: chosen)


def urls() -> st.SearchStrategy[str]:
    """An address, or what people write instead of one."""
    good = st.integers(0, 99).map(lambda n: f"{CDN}/{n}/a.mp4?b=1&c='{n}'")
    return mostly(good, st.one_of(st.sampled_from(NASTY_URLS), texts()))


def moments() -> st.SearchStrategy[datetime]:
    """Any time there is, in any zone."""
    zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(timezones=st.one_of(st.just(UTC), zones))


def numbers() -> st.SearchStrategy[int | None]:
    """A count, or one that is missing, negative or absurd."""
    return st.one_of(st.none(), st.integers(1, 4000), st.integers(), st.just(10**30))


def images() -> st.SearchStrategy[Image]:
    """Pictures, many of them of the right size."""
    good = st.builds(Image, urls(), st.just(1280), st.just(720))
    return mostly(good, st.builds(Image, urls(), numbers(), numbers(), texts(), texts()))


def videos() -> st.SearchStrategy[Video]:
    """Renditions of every type and quality."""
    lengths = mostly(st.floats(0.1, 5000), st.one_of(st.none(), st.floats()))
    types = mostly(st.sampled_from(["HLS", "MP4", "DASH", "SMOOTH", "MOV", "M4V"]), st.none())
    qualities = st.sampled_from([None, "SD", "HD", "FHD", "UHD"])
    return st.builds(
        Video, urls(), types, qualities, numbers(), numbers(), numbers(), lengths, languages(), numbers()
    )


def languages() -> st.SearchStrategy[str]:
    """Language tags and what is taken for one."""
    return st.one_of(st.sampled_from(["", "en", "de-AT", "pt_BR", "EN", "english", "x"]), texts())


def ratings() -> st.SearchStrategy[Rating]:
    """Ratings that Roku knows, and others."""
    return st.one_of(
        st.sampled_from([Rating(), Rating("TVPG", "USA_PR"), Rating("PG13", "MPAA"), Rating("TVPG", "MPAA")]),
        st.builds(Rating, texts(), texts()),
    )


def captions() -> st.SearchStrategy[Caption]:
    """Text tracks."""
    return st.builds(Caption, urls(), languages(), st.sampled_from(["CLOSED_CAPTION", "SUBTITLE"]))


def trickplays() -> st.SearchStrategy[TrickPlay]:
    """Pictures for winding."""
    return st.builds(TrickPlay, urls(), st.sampled_from(["HD", "FHD"]))


def credits() -> st.SearchStrategy[Credit]:
    """People in roles that Roku knows, and in others."""
    roles = mostly(st.sampled_from(["actor", "Anchor", "host "]), texts())
    return st.builds(Credit, texts(), roles, st.one_of(st.none(), st.dates()))


def external_ids() -> st.SearchStrategy[ExternalId]:
    """Names in databases that Roku knows, and in others."""
    return st.builds(ExternalId, texts(), mostly(st.sampled_from(["TMS", "imdb", "EIDR", "ROVI"]), texts()))


def series() -> st.SearchStrategy[str]:
    """Titles of series, of which some are one and the same."""
    return mostly(st.sampled_from(["", "", "", "Evening News", "EVENING  news", "a and b"]), texts())


def several(of: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """None, one or a few."""
    return st.lists(of, max_size=most).map(tuple)


def articles() -> st.SearchStrategy[Article]:
    """Any article; about every third can be shown."""
    ids = mostly(st.integers(1, 30).map(lambda n: f"a{n:015d}"), texts())
    return st.builds(
        Article,
        id=ids,
        guid=texts(),
        url=urls(),
        title=texts(),
        summary=texts(),
        body=several(texts()),
        section=several(texts(), 2),
        tags=several(texts()),
        language=languages(),
        authors=several(texts(), 2),
        published=st.one_of(st.none(), moments()),
        updated=st.one_of(st.none(), moments()),
        first_seen=mostly(moments(), st.none()),
        videos=mostly(st.lists(videos(), min_size=1, max_size=3).map(tuple), several(videos())),
        captions=several(captions(), 2),
        trickplay=several(trickplays(), 1),
        kind=st.sampled_from(["", "", "", "short", "special", "movie", "live"]),
        series=series(),
        season=numbers(),
        episode=numbers(),
        credits=several(credits(), 2),
        external_ids=several(external_ids(), 2),
        ad_breaks=several(st.floats()),
        thumbnail=mostly(images(), st.none()),
        rating=st.one_of(st.none(), ratings()),
        window=mostly(st.just(Window()), st.builds(Window, moments(), moments())),
        issues=several(st.builds(Issue, st.just("error"), st.just("video_broken"), texts(), texts()), 1),
    )


def channels() -> st.SearchStrategy[Channel]:
    """Any channel."""
    rules = several(st.builds(RowRule, texts(), several(texts(), 2)), 2)
    shown = st.builds(Series, series(), texts(), texts(), urls(), st.sampled_from(["year", "month", "none"]))
    steps = st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(hours=1)))
    return st.builds(
        Channel,
        *(texts(), texts(), texts(), languages(), urls(), st.just(Brand()), rules, urls()),
        series=several(shown, 2),
        movies=st.one_of(st.none(), st.builds(Selection, several(texts(), 1))),
        ads=st.builds(Ads, st.booleans(), steps, st.booleans(), st.integers(0, 60)),
    )


def feeds(most: int = 4) -> st.SearchStrategy[Feed]:
    """Any feed at all, the same article or row title twice included."""
    some = st.lists(articles(), min_size=1, max_size=most).map(tuple)
    rows = st.builds(Row, texts(), mostly(some, st.just(())))
    return st.builds(Feed, channels(), st.lists(rows, min_size=1, max_size=3).map(tuple), moments())
