"""What is stored of a channel, lined up: which articles, each with which video, and what is still to come."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from feeds import FORMATS
from feeds.duplicates import duplicates
from feeds.lineup import DECIDED, Budget, Lineup, line_up
from feeds.model import Article, Channel, Issue
from feeds.series import numbered, numbers, runs
from feedsvc import desk, slides
from feedsvc.programmes import in_series
from feedsvc.publication import channel_of, public
from feedsvc.selection import edited, unwanted
from feedsvc.settings import LIVE, ChannelSettings
from feedsvc.store import Edit, Store
from feedsvc.stories import Job, Look, Told, excerpt, job, tell

NO_EDITS: Mapping[str, Edit] = MappingProxyType({})
# More than any budget holds, and enough of the others to say why they are missing.
PLAYABLE_CONSIDERED, OTHERS_CONSIDERED, STREAMS_CONSIDERED = 1000, 1000, 100


class Shown(Struct, frozen=True):
    """What a channel shows at a moment, and what is still to be rendered for it, in that order."""

    lineup: Lineup
    jobs: tuple[Job, ...]


class Rundown:
    """Lines channels up; `look` says what the stories of a channel have in common.

    `unfit` says why an article can have no story video, for whose words there is a least number.
    """

    def __init__(
        self,
        store: Store,
        public_url: str,
        look: Callable[[ChannelSettings], Look],
        unfit: Callable[[Article, Channel, int], Issue | None] = slides.unfit,
    ) -> None:
        self._store, self._public_url, self._look, self._unfit = store, public_url, look, unfit
        self._fit: dict[str, frozenset[str]] = {}

    def at(self, now: datetime, channel: Channel, settings: ChannelSettings) -> Shown:
        """Return what is on air at `now`; what is being rendered keeps a place, what has none need not be."""
        look = self._look(settings)
        articles = (public(article, self._public_url) for article in self._considered(settings))
        chosen = self._chosen(articles, settings, look, now)
        told = self._told(chosen, settings, look, now)
        formats = (FORMATS[name] for name in settings.formats)
        budgets = [Budget(f.cost, f.limit, f.name, f.opening) for f in formats if f.limit is not None]
        whole = (public(a, self._public_url) for a in told.articles)
        edits = self._store.desk.edits(channel.id)
        pins = {id_: edit.row for id_, edit in edits.items() if edit.row}
        lineup = self._numbered(line_up(whole, channel, now, budgets, told.waiting, pins))
        return Shown(lineup, tuple(_in_order(told.jobs, lineup)))

    def _considered(self, settings: ChannelSettings) -> Iterator[Article]:
        sources = [source.key for source in settings.source]
        yield from self._store.newest(settings.id, sources, PLAYABLE_CONSIDERED, playable=True)
        yield from self._store.newest(settings.id, sources, OTHERS_CONSIDERED, playable=False)
        for playable in (True, False) if settings.live else ():
            yield from self._store.newest(settings.id, [LIVE], STREAMS_CONSIDERED, playable=playable)

    def _chosen(
        self, articles: Iterable[Article], settings: ChannelSettings, look: Look, now: datetime
    ) -> list[Article]:
        """Return the articles as settings and producers have them, the unwanted marked as such.

        One that was unwanted when it was pulled, and no longer is, is made at the next refresh.
        """
        found, wanted_after_all = [], []
        for article in articles:
            known = [issue for issue in article.issues if issue.code != "excluded"]
            was_unwanted = len(known) < len(article.issues)
            source = settings.sources[article.source]
            article = in_series(look.edit(replace(article, issues=tuple(known))), settings.series)
            if refused := unwanted(article, source, now):
                article = replace(article, issues=(refused, *known))
            elif was_unwanted:
                wanted_after_all.append(article.id)
            found.append(article)
        if wanted_after_all:
            self._store.due_now(settings.id, wanted_after_all, now)
        return _told_once(found)

    def _numbered(self, lineup: Lineup) -> Lineup:
        """Return the lineup with its episodes numbered: each when it first has a place on air, and for ever.

        Of those that are still being rendered the newest is ready first: their numbers do not wait for that.
        """
        channel, episodes = lineup.feed.channel, self._store.episodes
        placed = [*lineup.on_air.values(), *_waited_for(lineup)]
        if not (found := runs(placed, channel)):
            return lineup
        known = episodes.numbers(channel.id, found)
        given = numbers(placed, channel, known, episodes.highest(channel.id))
        episodes.keep(channel.id, {place: n for place, n in given.items() if place not in known})
        return replace(lineup, feed=numbered(lineup.feed, {id_: n for (_, id_), n in given.items()}))

    def _told(
        self, articles: Sequence[Article], settings: ChannelSettings, look: Look, now: datetime
    ) -> Told:
        """Return the articles with their story videos; whether one can be is found out once for its key.

        What cannot is kept in the store; what waits for its video, or has no place on air, is fit as before.
        """
        wanted = {a.id: one for a in articles if (one := job(a, look, now))}
        rendered = self._store.renders.of(settings.id, wanted)
        fit = self._fit.get(settings.id, frozenset())

        def unfit(article: Article) -> Issue | None:
            if wanted[article.id].key in fit:
                return None
            return self._unfit(excerpt(article), look.channel, settings.story.minimum_words)

        told = tell(articles, wanted, rendered, now, unfit)
        self._fit[settings.id] = frozenset(job.key for job in told.jobs if job.kind == "story")
        self._store.renders.keep(settings.id, told.refused)
        return told


def look_of(
    settings: ChannelSettings, public_url: str, logo: str = "", edits: Mapping[str, Edit] = NO_EDITS
) -> Look:
    """Return what a channel's stories have in common; without a site of its own they name none.

    `edits` are the producers', by id.
    """
    sources = settings.sources

    def edit(article: Article) -> Article:
        if article.source in sources:
            article = edited(article, sources[article.source])
        return desk.edited(article, edits[article.id]) if article.id in edits else article

    return Look(replace(channel_of(settings, public_url), site=settings.site), settings.story, logo, edit)


def _told_once(articles: Sequence[Article]) -> list[Article]:
    """Return the articles, those marked that tell what another source's tells better."""
    wanted = [a for a in articles if a.kind != "live" and not any(i.code in DECIDED for i in a.issues)]
    better = duplicates(wanted) if len({a.source for a in wanted}) > 1 else {}
    return [_again(a, better[a.id]) if a.id in better else a for a in articles]


def _again(article: Article, better: Article) -> Article:
    message = f"The same story is told better by another source of the channel: “{better.title}”."
    fix = "If they are two stories, give them headlines that tell them apart."
    return replace(article, issues=(Issue("info", "same_story", article.id, message, fix), *article.issues))


def _in_order(jobs: Iterable[Job], lineup: Lineup) -> Iterator[Job]:
    """Yield the jobs of what is on air or waits to be, stories that are waited for before all else.

    What has no place on air is not rendered: it would be for nobody.
    """
    waited = {article.id: n for n, article in enumerate(_waited_for(lineup))}
    shown = waited.keys() | lineup.on_air.keys()
    chosen = [job for job in jobs if job.id in shown]
    yield from sorted(chosen, key=lambda job: (job.id not in waited, waited.get(job.id, 0), job.kind))


def _waited_for(lineup: Lineup) -> Iterator[Article]:
    """Yield the articles that have a place on air and are not ready for it."""
    return (out.article for out in lineup.left_out if out.issue.code == "rendering")
