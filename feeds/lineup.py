"""Which articles go on air, in which row, within which byte budget; and why the others do not."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.identity import page_of
from feeds.item import item
from feeds.model import Article, Channel, Feed, Issue, Row, RowRule
from feeds.selection import belongs, series_key

CODES = {
    "expired": "The article's window has closed.",
    "not_yet": "The article's window has not opened yet; it goes on air by itself.",
    "over_budget": "Newer articles take all the bytes a TV will read.",
    "row_full": "Newer articles fill the article's row up to its limit.",
    "row_too_old": "The article is older than its row takes.",
    "rendering": "The article's story video is being made; it goes on air by itself.",
    "same_story": "Another source of the channel tells the same story better.",
    "video_expired": "The signed address of an article's video has stopped working.",
}
LATEST = "Latest"
# It was decided, whatever else is right or wrong with the article.
DECIDED = ("excluded", "same_story", "page_gone", "taken_off")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Budget(Struct, frozen=True):
    """A format's room: what one article costs in it, and how many bytes all may take.

    `opening` is what the first episode of a series costs besides.
    """

    cost: Callable[[Article, Channel], int]
    limit: int
    format: str = ""
    opening: Callable[[Article, Channel], int] | None = None


class Spent(Struct, frozen=True):
    """What is used of a format's room, in bytes: in all, and by each article on air or waited for."""

    format: str
    limit: int
    used: int
    costs: Mapping[str, int]


class LeftOut(Struct, frozen=True):
    """An article that is not on air, and the one reason why."""

    article: Article
    issue: Issue


class Lineup(Struct, frozen=True):
    """What goes on air at a moment, and what does not."""

    feed: Feed
    left_out: tuple[LeftOut, ...]
    spent: tuple[Spent, ...] = ()

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
    pins: Mapping[str, str] = MappingProxyType({}),
) -> Lineup:
    """Return the rows on air at `now`: newest first, and no row starved by another's bytes.

    The articles whose ids are `waiting` have a place, so that nothing has to leave when they come, but are
    not shown: what they play is still being made. `pins` hold by id the title of the row that an article
    stands first in, whoever makes the rows.
    """
    newest = sorted((_with_what_works(a, now) for a in articles), key=_age)
    refused = {a.id: issue for a in newest if (issue := _refusal(a, channel, now))}
    rows, cut = _rows([a for a in newest if a.id not in refused], channel.rows, now, pins)
    fitting, spent = _fitting(rows, channel, budgets)
    refused |= cut | {a.id: _rendering(a) for a in newest if a.id in fitting and a.id in waiting}
    on_air = fitting - refused.keys()
    shown = [Row(row.title, tuple(a for a in row.shown if a.id in on_air)) for row in rows]
    feed = Feed(channel, tuple(row for row in shown if row.articles), _updated(shown, now))
    left_out = (LeftOut(a, refused.get(a.id) or _over_budget(a)) for a in newest if a.id not in on_air)
    return Lineup(feed, tuple(left_out), spent)


def _with_what_works(article: Article, now: datetime) -> Article:
    """Return the article without the videos whose signed addresses have run out."""
    alive = tuple(v for v in article.videos if not v.expires or v.expires > now)
    if alive or not article.videos:
        return article if len(alive) == len(article.videos) else replace(article, videos=alive)
    message = "The signed address of its video has stopped working."
    issue = Issue("error", "video_expired", article.id, message, "Give the video an address that lasts.")
    return replace(article, videos=(), issues=(issue, *article.issues))


def _age(article: Article) -> tuple[bool, float, str]:
    """Return what articles are ordered by: the newest first, and a live stream is always new."""
    return article.kind != "live", -_moment(article).timestamp(), article.id


def _moment(article: Article) -> datetime:
    return article.published or article.first_seen or _EPOCH


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


# -- rows ------------------------------------------------------------------------------------------


class _Row(Struct):
    """A row to be: `pinned` articles come first, the others newest first until they are `shown`."""

    title: str
    others: list[Article]
    pinned: list[Article] = []
    oldest_first: bool = False

    @property
    def wanted(self) -> list[Article]:
        """What is to stand in the row, in the order in which it gets a place."""
        return [*self.pinned, *self.others]

    @property
    def shown(self) -> list[Article]:
        """What is to stand in the row, in the order in which it does."""
        return [*self.pinned, *(reversed(self.others) if self.oldest_first else self.others)]


def _rows(
    articles: Sequence[Article], rules: Sequence[RowRule], now: datetime, pins: Mapping[str, str]
) -> tuple[list[_Row], dict[str, Issue]]:
    """Return the rows, and by id why a row that would take an article does not; `articles` newest first."""
    heads = _heads(articles, pins)
    if not rules:
        pinned = {a.id for row in heads.values() for a in row.pinned}
        return _rows_by_section([a for a in articles if a.id not in pinned], heads), {}
    named = {text.tag(rule.title, 100) for rule in rules}
    rows = [row for key, row in heads.items() if key not in named]
    cut: dict[str, Issue] = {}
    placed = {a.id for row in heads.values() for a in row.pinned}
    for rule in rules:
        head = heads.get(text.tag(rule.title, 100), _Row(rule.title, []))
        row, refused = _row(articles, rule, head.pinned, placed, now)
        rows.append(row)
        placed |= {a.id for a in row.wanted}
        cut = refused | cut
    rest = [a for a in articles if a.id not in placed and a.id not in cut]
    return [*_with_rest(rows, rest)], {id_: issue for id_, issue in cut.items() if id_ not in placed}


def _row(
    articles: Sequence[Article],
    rule: RowRule,
    head: Sequence[Article],
    placed: Collection[str],
    now: datetime,
) -> tuple[_Row, dict[str, Issue]]:
    pinned = list({a.id: a for a in (*head, *_pinned(articles, rule))}.values())
    above = {a.id for a in pinned} | (set() if rule.repeat else set(placed))
    fitting = [a for a in articles if a.id not in above and _takes(rule, a)]
    aged = {a.id: _too_old(a, rule) for a in fitting if _is_older(a, rule.max_age, now)}
    young = [a for a in fitting if a.id not in aged]
    room = len(young) if rule.limit is None else max(0, rule.limit - len(pinned))
    refused = aged | {a.id: _full(a, rule) for a in young[room:]}
    return _Row(rule.title, young[:room], pinned, rule.order == "oldest_first"), refused


def _heads(articles: Iterable[Article], pins: Mapping[str, str]) -> dict[str, _Row]:
    """Return by what its title is known by each row that has something pinned to it, and only that in it."""
    rows: dict[str, _Row] = {}
    for article in articles:
        if title := text.line(pins.get(article.id, "")):
            rows.setdefault(text.tag(title, 100), _Row(title, [])).pinned.append(article)
    return rows


def _pinned(articles: Iterable[Article], rule: RowRule) -> list[Article]:
    """Return the articles that a row's `pins` name by id, GUID or address, in the order of the pins."""
    if not rule.pins:
        return []
    by_name = {name: a for a in articles for name in (page_of(a.url), a.guid, a.id) if name}
    found = (by_name.get(pin) or by_name.get(page_of(pin)) for pin in rule.pins)
    return list({a.id: a for a in found if a}.values())


def _takes(rule: RowRule, article: Article) -> bool:
    criteria = rule.sections or rule.tags or rule.series or rule.sources
    return belongs(article, rule) if criteria else not rule.pins


def _with_rest(rows: Iterable[_Row], rest: list[Article]) -> Iterator[_Row]:
    """Yield the rows with the `rest` in the one that is called Latest, or in a last one of that name."""
    for row in rows:
        if rest and row.title == LATEST:
            row, rest = _Row(LATEST, sorted([*row.others, *rest], key=_age), row.pinned, row.oldest_first), []
        yield row
    if rest:
        yield _Row(LATEST, rest)


def _is_older(article: Article, max_age: timedelta | None, now: datetime) -> bool:
    return max_age is not None and article.kind != "live" and now - _moment(article) > max_age


def _too_old(article: Article, rule: RowRule) -> Issue:
    days = rule.max_age.total_seconds() / 86400 if rule.max_age else 0
    message = f"It is older than the {days:g} days that its row “{rule.title}” takes."
    return _info("row_too_old", article, message, "If it is wanted, raise max_age of the row.")


def _full(article: Article, rule: RowRule) -> Issue:
    message = f"Newer articles fill its row “{rule.title}”, which takes {rule.limit}."
    return _info("row_full", article, message, "If it is wanted, raise limit of the row, or pin it.")


def _rows_by_section(articles: Iterable[Article], heads: Mapping[str, _Row]) -> list[_Row]:
    """Return one row a top section, streams first, then the busiest, titled as it is most often spelt.

    Above them stand the `heads` that are no section's.
    """
    rows: dict[str, list[Article]] = {}
    spellings: dict[str, Counter[str]] = {}
    for article in articles:
        title = text.line(article.section[0]) if article.section else ""
        key = text.tag(title, 100)
        rows.setdefault(key or text.tag(LATEST), []).append(article)
        spellings.setdefault(key or text.tag(LATEST), Counter())[title if key else LATEST] += 1
    titles = {key: min(names, key=lambda n: (-names[n], n)) for key, names in spellings.items()}
    busiest = sorted(rows, key=lambda key: (rows[key][0].kind != "live", -len(rows[key]), titles[key]))
    alone = [row for key, row in heads.items() if key not in rows]
    pinned = {key: row.pinned for key, row in heads.items()}
    return [*alone, *(_Row(titles[key], rows[key], pinned.get(key, [])) for key in busiest)]


# -- the budget ------------------------------------------------------------------------------------


class _Purse(Struct):
    """What is spent of a budget so far, on which articles and series."""

    budget: Budget
    used: int = 0
    costs: dict[str, int] = {}
    series: set[str] = set()

    def price(self, article: Article, channel: Channel) -> int:
        opening, key = self.budget.opening, series_key(article.series)
        first = opening(article, channel) if opening and key and key not in self.series else 0
        return self.budget.cost(article, channel) + first

    def pay(self, article: Article, price: int) -> None:
        self.used += price
        self.costs[article.id] = price
        self.series.add(series_key(article.series))


def _fitting(
    rows: Sequence[_Row], channel: Channel, budgets: Sequence[Budget]
) -> tuple[set[str], tuple[Spent, ...]]:
    """Return the ids that fit every budget, one from each row in turn, newest row first; and what that costs.

    A row that meets its limit is closed: an older, shorter story never jumps ahead of a newer one.
    """
    queues = [deque(row.wanted) for row in rows]
    purses = [_Purse(budget) for budget in budgets]
    fitting: set[str] = set()
    while queues := [queue for queue in queues if queue]:
        for queue in sorted(queues, key=lambda q: _age(q[0])):
            article = queue.popleft()
            if article.id in fitting:
                continue
            prices = [purse.price(article, channel) for purse in purses]
            if any(p.used + price > p.budget.limit for p, price in zip(purses, prices, strict=True)):
                queue.clear()
                continue
            for purse, price in zip(purses, prices, strict=True):
                purse.pay(article, price)
            fitting.add(article.id)
    return fitting, tuple(Spent(p.budget.format, p.budget.limit, p.used, p.costs) for p in purses)


def _updated(rows: Iterable[Row], now: datetime) -> datetime:
    """Return the newest content change on air; a date in the future is a source's mistake."""
    moments = (m for row in rows for a in row.articles for m in _changes(a) if m <= now)
    return max(moments, default=_EPOCH)


def _changes(article: Article) -> Iterator[datetime]:
    yield from filter(None, (article.updated, article.published, article.first_seen))
