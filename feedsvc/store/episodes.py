"""The numbers of episodes: given once, whatever becomes of the article, and never to another."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from feeds.series import Run
from feedsvc.store.tables import EPISODES, batches, upsert


class Episodes:
    """Which number an article has in its series and season, in the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def numbers(self, channel: str, ids: Iterable[str]) -> dict[tuple[Run, str], int]:
        """Return the numbers these articles were given, by series and season and the article's id."""
        found: dict[tuple[Run, str], int] = {}
        with self._engine.connect() as db:
            for some in batches(ids):
                query = sa.select(EPISODES).where(EPISODES.c.channel == channel, EPISODES.c.id.in_(some))
                found.update((((row.series, row.season), row.id), row.number) for row in db.execute(query))
        return found

    def highest(self, channel: str) -> dict[Run, int]:
        """Return the highest number that was ever given in each season of each series."""
        run = EPISODES.c.series, EPISODES.c.season
        query = sa.select(*run, sa.func.max(EPISODES.c.number)).where(EPISODES.c.channel == channel)
        with self._engine.connect() as db:
            return {(series, season): most for series, season, most in db.execute(query.group_by(*run))}

    def keep(self, channel: str, numbers: Mapping[tuple[Run, str], int]) -> None:
        """Keep numbers for ever."""
        rows = [
            {"channel": channel, "series": series, "season": season, "id": id_, "number": number}
            for ((series, season), id_), number in numbers.items()
        ]
        if rows:
            with self._engine.begin() as db:
                upsert(db, EPISODES, rows)
