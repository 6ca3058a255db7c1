"""How fast and how well article pages are understood, beside trafilatura and newspaper4k on the same bytes.

A folder of `.html` and `.html.gz`, to any depth. A `ground-truth.json` beside pages (name -> `url`,
`articleBody`, as scrapinghub/article-extraction-benchmark has it) also gives body F1, by that benchmark's
definition; a `metadata/NAME.json` beside the page's folder gives its address.
"""

import gc
import gzip
import json
import logging
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import mean, median
from typing import Any

import click
from lxml import etree
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from trafilatura import bare_extraction
from trafilatura.settings import Document

from feedsvc import pages

FIELDS = ("title", "date", "lead image", "description", "text", "video")
OURS, TRAFILATURA, FAST, NEWSPAPER = "feedsvc", "trafilatura", "trafilatura, fast", "newspaper4k"
WORD = re.compile(r"\w+")
# A page names a playable video when one of these holds an address with the ending of a video file.
NAMED = etree.XPath(
    "//*[not(ancestor-or-self::aside|ancestor-or-self::nav|ancestor-or-self::footer)]"
    "/@*[parent::video or parent::source or parent::amp-video or parent::a or ../@itemprop='contentUrl']"
    " | //meta[contains(concat(@property, @name), 'video') or @name='twitter:player:stream']/@content"
)
IN_JSON = re.compile(rb'"content(?:Url|URL)"\s*:\s*"([^"]{1,2000})"')
FILE = re.compile(r"\.(?:mp4|m4v|mov|m3u8|mpd)(?:$|[?#])", re.I)


class Page(Struct, frozen=True):
    """A page of the corpus; `body` is its true text, None where nobody has written that down."""

    name: str
    html: bytes
    url: str
    body: str | None


class Told(Struct, frozen=True):
    """What a reader made of a page: which of `FIELDS` it has, and the text."""

    has: frozenset[str]
    text: str


Reader = Callable[[Page], Told]


def corpus(folder: Path) -> Iterator[Page]:
    for path in sorted(folder.rglob("*.htm*")):
        name = path.name.removesuffix(".gz").removesuffix(".html").removesuffix(".htm")
        raw = path.read_bytes()
        truth = known(path.parent / "ground-truth.json").get(name, {})
        about = truth or known(path.parent.parent / "metadata" / f"{name}.json")
        html = gzip.decompress(raw) if path.suffix == ".gz" else raw
        yield Page(name, html, about.get("url") or "https://example.org/", truth.get("articleBody"))


def known(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return read


def told(title: object, date: object, image: object, description: object, text: str, video: object) -> Told:
    values = (title, date, image, description, text.strip(), video)
    return Told(frozenset(f for f, value in zip(FIELDS, values, strict=True) if value), text)


def by_feedsvc(page: Page) -> Told:
    article = pages.read(page.html, page.url)
    text = "\n".join(article.body)
    return told(article.title, article.published, article.images, article.summary, text, article.videos)


def by_trafilatura(page: Page, fast: bool = False) -> Told:
    found = bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False, fast=fast)
    if not isinstance(found, Document):
        return Told(frozenset(), "")
    return told(found.title, found.date, found.image, found.description, found.text or "", None)


def newspaper4k() -> Reader | None:
    """Return newspaper4k's reader with the network off, None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            library = import_module("newspaper")
    except ImportError:
        return None

    def read(page: Page) -> Told:
        article = library.Article(page.url, fetch_images=False, follow_meta_refresh=False)
        try:
            article.download(input_html=page.html, ignore_read_more=True)
            article.parse()
        # It raises on pages it calls too empty; what it has read until then counts.
        except Exception:  # noqa: BLE001
            return Told(frozenset(), "")
        said = (article.title, article.publish_date, article.top_image, article.meta_description)
        return told(*said, article.text or "", article.movies)

    return read


def speeds(found: list[Page], readers: dict[str, Reader], rounds: int) -> dict[str, float]:
    """Return pages a second of CPU: rounds interleaved page by page, the median of each page summed."""
    # What the corpus and everybody's modules hold is nobody's work to look through for garbage.
    gc.collect()
    gc.freeze()
    taken: dict[str, list[list[float]]] = {name: [[] for _ in found] for name in readers}
    for _ in range(rounds):
        for n, page in enumerate(found):
            for name, read in readers.items():
                began = time.process_time()
                read(page)
                taken[name][n].append(time.process_time() - began)
    return {name: len(found) / max(sum(map(median, times)), 1e-9) for name, times in taken.items()}


def scores(pairs: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Return F1, precision and recall by 4-grams of words, each page weighing the same."""
    precisions, recalls = [], []
    for true, said in pairs:
        wanted, given = grams(true), grams(said)
        both = (wanted & given).total()
        precisions += [both / given.total()] if given else []
        recalls += [both / wanted.total()] if wanted else []
    precision, recall = (mean(values) if values else 0.0 for values in (precisions, recalls))
    return 2 * precision * recall / (precision + recall) if both_said(pairs) else 0.0, precision, recall


def both_said(pairs: list[tuple[str, str]]) -> bool:
    return any(grams(true) & grams(said) for true, said in pairs)


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)) if words)


def names_video(page: Page) -> bool:
    """Tell whether the markup names a video file, looked for without any of the code under test."""
    said = [match.decode("utf-8", "ignore") for match in IN_JSON.findall(page.html)]
    tree = etree.fromstring(page.html, etree.HTMLParser()) if page.html.strip() else None
    said += [str(value) for value in NAMED(tree)] if tree is not None else []
    return any(FILE.search(value.replace("\\/", "/")) for value in said)


def shares(found: list[Page], said: dict[str, list[Told]]) -> Table:
    table = Table(f"share of {len(found)} pages", *FIELDS)
    for name, answers in said.items():
        table.add_row(name, *(f"{mean(f in a.has for a in answers):.1%}" for f in FIELDS))
    return table


def bodies(found: list[Page], said: dict[str, list[Told]]) -> Table:
    table = Table("body, 4-grams", "pages", *said)
    known = [n for n, page in enumerate(found) if page.body is not None]
    # Rules are tuned on one half; what they gain must show in the other, too.
    half = {
        n: int(found[n].name[:1] or "0", 16) % 2 if found[n].name[:1] in "0123456789abcdef" else 0
        for n in known
    }
    for label, which in (("all", known), ("even half", [n for n in known if not half[n]]),
                         ("odd half", [n for n in known if half[n]])):  # fmt: skip
        rows = [scores([(found[n].body or "", a[n].text) for n in which]) for a in said.values()]
        table.add_row(label, str(len(which)), *(f"{f:.4f} (p {p:.3f}, r {r:.3f})" for f, p, r in rows))
    return table


def misses(found: list[Page], said: dict[str, list[Told]]) -> Iterator[str]:
    for n, page in enumerate(found):
        others = frozenset[str]().union(*(a[n].has for name, a in said.items() if name != OURS))
        if lacking := [f for f in FIELDS if f in others - said[OURS][n].has]:
            yield f"{page.name}: {', '.join(lacking)}"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rounds", default=3, show_default=True, help="Readings of each page; its median counts.")
@click.option("--show-misses", is_flag=True, help="Name the pages where another found what we did not.")
def main(folder: Path, rounds: int, show_misses: bool) -> None:
    """Measure pages a second, what is found on how many pages, and the body's F1 where it is known."""
    out = Console(soft_wrap=True)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    found = list(corpus(folder))
    if not found:
        raise SystemExit(f"no .html or .html.gz in {folder}")
    readers: dict[str, Reader] = {
        OURS: by_feedsvc, TRAFILATURA: by_trafilatura, FAST: lambda page: by_trafilatura(page, fast=True)
    }  # fmt: skip
    if other := newspaper4k():
        readers[NEWSPAPER] = other
    else:
        out.print("newspaper4k is not installed: left out (pip install newspaper4k)")
    # Also the warm-up.
    said = {name: [read(page) for page in found] for name, read in readers.items()}
    out.print(shares(found, said))
    if any(page.body is not None for page in found):
        out.print(bodies(found, said))
    named = [n for n, page in enumerate(found) if names_video(page)]
    have = sum("video" in said[OURS][n].has for n in named)
    out.print(f"video found on {have} of the {len(named)} pages whose markup names a file")
    if show_misses:
        for miss in misses(found, said):
            out.print(miss)
    rates = speeds(found, readers, rounds) if rounds else {}
    for name, rate in rates.items():
        out.print(f"{name:18} {rate:7.1f} pages/s: {rates[OURS] / rate:.2f}x as fast is feedsvc")
