"""How fast 10,000 items are written, beside feedgen told the same, and what a feed costs in memory."""

import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

from feedgen.feed import FeedGenerator

from feeds import FORMATS
from feeds.model import Feed, Row
from tests.articles import NOON, article, channel

ROUNDS = 5


def news(count: int) -> Feed:
    stories = tuple(article(n, published=NOON - timedelta(minutes=n)) for n in range(count))
    return Feed(channel(feeds_url="https://tv.example.org/feeds/demo"), (Row("World", stories),), NOON)


def by_feedgen(feed: Feed) -> bytes:
    """Return the same items as feedgen's media extension can say them."""
    generator = FeedGenerator()
    generator.load_extension("media")
    generator.title(feed.channel.title)
    generator.link(href=feed.channel.site)
    generator.description(feed.channel.title)
    for story in feed.rows[0].articles:
        entry = generator.add_entry(order="append")
        entry.id(story.id)
        entry.title(story.title)
        entry.link(href=story.url)
        entry.description(story.summary)
        entry.published(story.published)
        entry.category(term="World")
        entry.media.content({"url": story.videos[0].url, "type": "video/mp4", "duration": "63"}, group=None)
        entry.media.thumbnail({"url": story.thumbnail.url if story.thumbnail else ""}, group=None)
    return bytes(generator.rss_str())


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the CPU seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else 10_000
    feed = news(count)
    theirs = best(lambda: by_feedgen(feed))
    print(f"feedgen    {theirs:6.2f} s for {count:,} items, {len(by_feedgen(feed)) / 1e6:.1f} MB")
    for name, format_ in FORMATS.items():
        ours = best(lambda write=format_.write: write(feed))  # type: ignore[misc]
        tracemalloc.start()
        body = format_.write(feed).body
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        more = (peak - sys.getsizeof(body)) / 1e6
        print(
            f"{name:10} {ours:6.2f} s, {len(body) / 1e6:.1f} MB: {theirs / ours:.1f}x feedgen, "
            f"output + {more:.0f} MB of memory"
        )
