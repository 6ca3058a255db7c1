"""What every kind of source keeps to: a new kind adds one line to `KINDS`, and its samples."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Article, Caption, Image, Issue, Video
from feedsvc import pages
from feedsvc.http import Http, Validator
from feedsvc.settings import HttpSettings, SettingsError, SourceSettings
from feedsvc.sources import SOURCES, Pulled, Seen, Source, Tools, elsewhere
from tests.cms_sites import Drupal, Ghost, WordPress
from tests.codes import CODES
from tests.loopback import Loopback, Reply

SAMPLES = Path(__file__).parent / "data" / "sources"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Setup(msgspec.Struct, frozen=True):
    """How to open a kind on a sample, and on nothing at all."""

    sample: SourceSettings
    nothing: SourceSettings


def _served(kind: str) -> Callable[[Loopback, Path, Path], Setup]:
    def serve(site: Loopback, sample: Path, work: Path) -> Setup:
        site.routes["/feed"] = sample.read_bytes()
        sample_url, nothing = site.url("/feed"), site.url("/gone")
        return Setup(SourceSettings(kind=kind, url=sample_url), SourceSettings(kind=kind, url=nothing))

    return serve


def _wordpress(site: Loopback, sample: Path, work: Path) -> Setup:
    site.routes.update(WordPress(*msgspec.json.decode(sample.read_bytes())).routes())
    return Setup(
        SourceSettings(kind="wordpress", url=site.url("/")),
        SourceSettings(kind="wordpress", url=site.url("/gone/")),
    )


def _drupal(site: Loopback, sample: Path, work: Path) -> Setup:
    site.routes.update(Drupal(**msgspec.json.decode(sample.read_bytes())).routes("/cms/jsonapi"))
    return Setup(
        SourceSettings(kind="drupal", url=site.url("/cms")),
        SourceSettings(kind="drupal", url=site.url("/gone")),
    )


def _ghost(site: Loopback, sample: Path, work: Path) -> Setup:
    site.routes.update(Ghost(*msgspec.json.decode(sample.read_bytes()), shown=True).routes())
    # Everybody can see this key, and "nothing" has a front page that names none.
    site.routes["/gone"] = Reply(b"<html></html>")
    return Setup(
        SourceSettings(kind="ghost", url=site.url("/")), SourceSettings(kind="ghost", url=site.url("/gone"))
    )


def _roku(site: Loopback, sample: Path, work: Path) -> Setup:
    """A feed moves here from an address, or from a file."""
    if sample.stem == "by-hand":
        shutil.copy(sample, work / "roku.json")
        return Setup(
            SourceSettings(kind="roku", path="roku.json"), SourceSettings(kind="roku", path="gone.json")
        )
    return _served("roku")(site, sample, work)


def _crawled(kind: str) -> Callable[[Loopback, Path, Path], Setup]:
    """Return how a site is served of which robots.txt is asked; its samples say where it is."""

    def served(site: Loopback, sample: Path, work: Path) -> Setup:
        for path in sample.parent.iterdir():
            here = site.url("").encode()
            site.routes[f"/{path.name}"] = path.read_bytes().replace(b"https://news.example", here)
        site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /private/\n"
        sources = (SourceSettings(kind=kind, url=site.url(at)) for at in (f"/{sample.name}", "/gone.xml"))
        return Setup(*sources)

    return served


def _dropped(site: Loopback, sample: Path, work: Path) -> Setup:
    shutil.copytree(sample, work / sample.name, dirs_exist_ok=True)
    return Setup(*(SourceSettings(kind=sample.name, path=path) for path in (sample.name, "gone")))


# A kind that brings its own newsroom has no samples here; it is tried in a test of its own.
KINDS: Mapping[str, tuple[list[Path], Callable[[Loopback, Path, Path], Setup]] | None] = {
    "rss": (sorted((SAMPLES / "rss").glob("*.xml")), _served("rss")),
    "jsonfeed": (sorted((SAMPLES / "jsonfeed").glob("*.json")), _served("jsonfeed")),
    "wordpress": (sorted((SAMPLES / "wordpress").glob("*.json")), _wordpress),
    "drupal": (sorted((SAMPLES / "drupal").glob("*.json")), _drupal),
    "ghost": (sorted((SAMPLES / "ghost").glob("*.json")), _ghost),
    "roku": (sorted((SAMPLES / "roku").iterdir()), _roku),
    "sitemap": (sorted((SAMPLES / "sitemap").iterdir()), _crawled("sitemap")),
    "listing": (sorted((SAMPLES / "listing").iterdir()), _crawled("listing")),
    "folder": ([SAMPLES / "folder"], _dropped),
    "newsml": ([SAMPLES / "newsml"], _dropped),
    "demo": None,
}
CASES = [(kind, sample) for kind, case in KINDS.items() if case for sample in case[0]]


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    with Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None) as http:
        yield Tools(http, pages.read, lambda path: f"/media/{path.name}", tmp_path, lambda: NOW, tmp_path)


def opened(kind: str, sample: Path, site: Loopback, tools: Tools) -> tuple[Source, Source]:
    case = KINDS[kind]
    assert case
    setup = case[1](site, sample, tools.root)
    return SOURCES[kind](setup.sample, tools), SOURCES[kind](setup.nothing, tools)


every_sample = pytest.mark.parametrize(
    ("kind", "sample"), CASES, ids=lambda value: getattr(value, "stem", value)
)


def test_every_kind_is_held_to_this() -> None:
    assert set(KINDS) == set(SOURCES)
    assert all(case is None or case[0] for case in KINDS.values())


@every_sample
def test_articles_are_fit_to_be_stored(kind: str, sample: Path, site: Loopback, tools: Tools) -> None:
    source, _ = opened(kind, sample, site, tools)
    pulled = source.pull(Seen())
    guids = [article.guid for article in pulled.articles]
    assert guids
    assert all(guids)
    assert len(set(guids)) == len(guids)
    assert not pulled.failed
    assert isinstance(source.reads_pages, bool)
    for article in pulled.articles:
        assert (article.id, article.source, article.first_seen, article.thumbnail) == ("", "", None, None)
        assert _times_have_zones(article)
        media: tuple[Image | Video | Caption, ...] = (*article.images, *article.videos, *article.captions)
        for medium in media:
            assert medium.url.startswith(("https://", "http://", "/media/"))
        assert not article.url or article.url.startswith(("https://", "http://"))
        assert all(video.type is None for video in article.videos)


@every_sample
def test_pulling_again_brings_nothing(kind: str, sample: Path, site: Loopback, tools: Tools) -> None:
    source, _ = opened(kind, sample, site, tools)
    first = source.pull(Seen())
    second = source.pull(Seen(first.validators))
    assert (second.articles, second.unchanged, second.failed) == ((), True, False)
    assert not second.complete or set(second.kept) == {article.guid for article in first.articles}


@every_sample
def test_what_is_remembered_survives_the_store(kind: str, sample: Path, site: Loopback, tools: Tools) -> None:
    source, _ = opened(kind, sample, site, tools)
    first = source.pull(Seen())
    stored = msgspec.json.decode(msgspec.json.encode(first.validators), type=dict[str, Validator])
    assert stored == dict(first.validators)
    assert source.pull(Seen(stored)).unchanged
    assert (
        msgspec.json.decode(msgspec.json.encode(first.articles), type=tuple[Article, ...]) == first.articles
    )


@every_sample
def test_the_same_again_without_memory(kind: str, sample: Path, site: Loopback, tools: Tools) -> None:
    source, _ = opened(kind, sample, site, tools)
    assert source.pull(Seen()).articles == source.pull(Seen()).articles


@every_sample
def test_nothing_there_is_said_and_forgets_nothing(
    kind: str, sample: Path, site: Loopback, tools: Tools
) -> None:
    _, nothing = opened(kind, sample, site, tools)
    seen = Seen({"x": Validator('"1"')})
    pulled = nothing.pull(seen)
    assert (pulled.failed, pulled.complete, pulled.articles) == (True, False, ())
    assert dict(pulled.validators) == dict(seen.validators)
    (issue,) = pulled.issues
    assert issue.severity == "error"
    assert issue.message.endswith(".")
    assert issue.fix


@every_sample
def test_issues_have_known_codes(kind: str, sample: Path, site: Loopback, tools: Tools) -> None:
    for source in opened(kind, sample, site, tools):
        assert {issue.code for issue in _issues(source.pull(Seen()))} <= CODES.keys()


ODD = st.builds(Validator, st.text(), st.text(), st.floats(), st.text())


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Loopback, Tools]]:
    work = tmp_path_factory.mktemp("lasting")
    with Loopback() as site, Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
        yield site, Tools(http, pages.read, lambda path: f"/media/{path.name}", work, lambda: NOW, work)


@pytest.mark.parametrize(("kind", "sample"), [(kind, case[0][0]) for kind, case in KINDS.items() if case])
@settings(max_examples=25)
@given(data=st.data())
def test_any_memory_will_do(
    kind: str, sample: Path, data: st.DataObject, lasting: tuple[Loopback, Tools]
) -> None:
    source, nothing = opened(kind, sample, *lasting)
    remembered = source.pull(Seen()).validators
    odd = {key: data.draw(ODD) for key in remembered} | data.draw(st.dictionaries(st.text(), ODD))
    assert dict(nothing.pull(Seen(odd)).validators) == odd
    pulled = source.pull(Seen(odd))
    assert pulled.articles or pulled.unchanged or pulled.failed


def _issues(pulled: Pulled) -> Iterator[Issue]:
    yield from pulled.issues
    for article in pulled.articles:
        yield from article.issues


def _times_have_zones(article: Article) -> bool:
    times = (article.published, article.updated, article.window.start, article.window.end)
    return all(moment.tzinfo is not None for moment in times if moment)


def test_a_package_elsewhere_adds_a_kind(
    tmp_path: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wire.py").write_text(
        "from feedsvc.sources import Pulled\n"
        "class Wire:\n"
        "    reads_pages = False\n"
        "    def __init__(self, settings, tools): self.url = settings.url\n"
        "    def pull(self, seen): return Pulled(failed=True)\n"
    )
    (tmp_path / "wire-1.dist-info").mkdir()
    (tmp_path / "wire-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: wire\nVersion: 1\n")
    (tmp_path / "wire-1.dist-info/entry_points.txt").write_text(
        "[feedsvc.sources]\nwire = wire:Wire\nbroken = wire:Missing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    kinds = elsewhere()
    assert kinds["wire"](SourceSettings(kind="wire", url="x"), tools).pull(Seen()).failed
    with pytest.raises(SettingsError, match="The source kind 'broken' of wire:Missing cannot be opened"):
        kinds["broken"](SourceSettings(kind="broken"), tools)
