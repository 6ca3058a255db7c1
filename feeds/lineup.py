"""Which articles go on air, in which row, within which byte budget; and why the others do not."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.item import item
from feeds.model import Article, Channel, Feed, Issue, Row, RowRule

CODES = {
    "expired": "The article's window has closed.",
    "not_yet": "The article's window has not opened yet; it goes on air by itself.",
    "over_budget": "Newer articles take all the bytes a TV will read.",
    "rendering": "The article's story video is being made; it goes on air by itself.",
    "same_story": "Another source of the channel tells the same story better.",
    "video_expired": "The signed address of an article's video has stopped working.",
}
LATEST = "Latest"
# It was decided, whatever else is right or wrong with the article.
DECIDED = ("excluded", "same_story", "page_gone", "taken_off")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Budget(Struct, frozen=True):
    """A format's room: what one article costs in it, and how many bytes all may take."""

    cost: Callable[[Article, Channel], int]
    limit: int


class LeftOut(Struct, frozen=True):
    """An article that is not on air, and the one reason why."""

    article: Article
    issue: Issue


class Lineup(Struct, frozen=True):
    """What goes on air at a moment, and what does not."""

    feed: Feed
    left_out: tuple[LeftOut, ...]

    @property
    def on_air(self) -> dict[str, Article]:
        """What goes on air, by id: an article may stand in several rows."""
        return {article.id: article for row in self.feed.rows for article in row.articles}


def line_up(
    articles: Iterable[Article],
    channel: Channel,
    now: datetime,
    budgets: Sequence[Budget] = (),
    waiting: Collection[str] = (),
) -> Lineup:
    """Return the rows on air at `now`: newest first, and no row starved by another's bytes.

    The articles whose ids are `waiting` have a place, so that nothing has to leave when they come, but are
    not shown: what they play is still being made.
    """
    newest = sorted((_with_what_works(a, now) for a in articles), key=_age)
    refused = {a.id: issue for a in newest if (issue := _refusal(a, channel, now))}
    rows = _rows([a for a in newest if a.id not in refused], channel.rows)
    fitting = _fitting(rows, channel, budgets)
    refused |= {a.id: _rendering(a) for a in newest if a.id in fitting and a.id in waiting}
    on_air = fitting - refused.keys()
    shown = [Row(title, tuple(a for a in row if a.id in on_air)) for title, row in rows.items()]
    feed = Feed(channel, tuple(row for row in shown if row.articles), _updated(shown, now))
    left_out = (LeftOut(a, refused.get(a.id) or _over_budget(a)) for a in newest if a.id not in on_air)
    return Lineup(feed, tuple(left_out))


def _with_what_works(article: Article, now: datetime) -> Article:
    """Return the article without the videos whose signed addresses have run out."""
    alive = tuple(v for v in article.videos if not v.expires or v.expires > now)
    if alive or not article.videos:
        return article if len(alive) == len(article.videos) else replace(article, videos=alive)
    message = "The signed address of its video has stopped working."
    issue = Issue("error", "video_expired", article.id, message, "Give the video an address that lasts.")
    return replace(article, videos=(), issues=(issue, *article.issues))


def _age(article: Article) -> tuple[float, str]:
    return -(article.published or article.first_seen or _EPOCH).timestamp(), article.id


def _refusal(article: Article, channel: Channel, now: datetime) -> Issue | None:
    """Return what keeps an article off air, if anything; no reader honours windows, so this does (C13)."""
    start, end = article.window.start, article.window.end
    if end and end <= now:
        return _info(
            "expired", article, f"Its window closed at {_clock(end)}.", "Extend its end at the source."
        )
    if start and start > now:
        return _info(
            "not_yet", article, f"Its window opens at {_clock(start)}.", "It goes on air by itself then."
        )
    if unwanted := next((issue for issue in article.issues if issue.code in DECIDED), None):
        return unwanted
    told = item(article, channel)
    return told if isinstance(told, Issue) else None


def _info(code: str, article: Article, message: str, fix: str) -> Issue:
    return Issue("info", code, article.id, message, fix)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(_EPOCH.tzinfo):%Y-%m-%d %H:%M} UTC"


def _rendering(article: Article) -> Issue:
    message = "Its story video is being made."
    return Issue("info", "rendering", article.id, message, "Nothing to do: it goes on air by itself.")


def _over_budget(article: Article) -> Issue:
    return Issue(
        "warning",
        "over_budget",
        article.id,
        "The feed is full: newer articles take all the bytes a TV will read.",
        "Nothing to do; for more room split the channel, or give it fewer rows.",
    )


def _rows(articles: Sequence[Article], rules: Sequence[RowRule]) -> dict[str, list[Article]]:
    if not rules:
        return _rows_by_section(articles)
    rows = {rule.title: [a for a in articles if in_sections(a, rule.sections)] for rule in rules}
    placed = {a.id for row in rows.values() for a in row}
    if rest := [a for a in articles if a.id not in placed]:
        rows[LATEST] = sorted([*rows.get(LATEST, ()), *rest], key=_age)
    return rows


def in_sections(article: Article, sections: Iterable[str]) -> bool:
    """Tell whether an article stands in one of `sections`; when there are none, every article does."""
    wanted = {text.tag(section, 100) for section in sections}
    return not wanted or any(text.tag(name, 100) in wanted for name in article.section)


def _rows_by_section(articles: Iterable[Article]) -> dict[str, list[Article]]:
    """Return one row a top section, busiest first, titled as it is most often spelt."""
    rows: dict[str, list[Article]] = {}
    spellings: dict[str, Counter[str]] = {}
    for article in articles:
        title = text.line(article.section[0]) if article.section else ""
        key = text.tag(title, 100)
        rows.setdefault(key or text.tag(LATEST), []).append(article)
        spellings.setdefault(key or text.tag(LATEST), Counter())[title if key else LATEST] += 1
    titles = {key: min(names, key=lambda n: (-names[n], n)) for key, names in spellings.items()}
    busiest = sorted(rows, key=lambda key: (-len(rows[key]), titles[key]))
    return {titles[key]: rows[key] for key in busiest}


def _fitting(rows: dict[str, list[Article]], channel: Channel, budgets: Sequence[Budget]) -> set[str]:
    """Return the ids that fit every budget, one from each row in turn, newest row first.

    A row that meets its limit is closed: an older, shorter story never jumps ahead of a newer one.
    """
    queues = {title: deque(row) for title, row in rows.items()}
    room = [budget.limit for budget in budgets]
    fitting: set[str] = set()
    while queues := {title: queue for title, queue in queues.items() if queue}:
        for title in sorted(queues, key=lambda t: _age(queues[t][0])):
            article = queues[title].popleft()
            if article.id in fitting:
                continue
            left = [have - b.cost(article, channel) for have, b in zip(room, budgets, strict=True)]
            if any(bytes_ < 0 for bytes_ in left):
                queues[title].clear()
                continue
            room = left
            fitting.add(article.id)
    return fitting


def _updated(rows: Iterable[Row], now: datetime) -> datetime:
    """Return the newest content change on air; a date in the future is a source's mistake."""
    moments = (m for row in rows for a in row.articles for m in _changes(a) if m <= now)
    return max(moments, default=_EPOCH)


def _changes(article: Article) -> Iterator[datetime]:
    yield from filter(None, (article.updated, article.published, article.first_seen))
