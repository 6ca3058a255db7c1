"""The demo newsroom: complete, believable, the same every time, and never half there."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import av
import pytest
import pyvips

from feeds.model import Article
from feedsvc import demo, pages
from feedsvc.demo import film, newsroom, titles
from feedsvc.demo.paint import Canvas, Layer
from feedsvc.demo.programme import PROGRAMME, Piece
from feedsvc.demo.shapes import art
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import SOURCES, Pulled, Seen, Tools
from feedsvc.sources.demo import DemoSource

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HERE = Path(demo.__file__).parent
draft = partial(demo.build, draft=True)


def files(folder: Path) -> Mapping[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def tools(folder: Path, kept: dict[str, Path] | None = None) -> Tools:
    def keep(path: Path) -> str:
        address = f"/media/{path.name}"
        (kept if kept is not None else {})[address] = path
        return address

    return Tools(Http(HttpSettings()), pages.read, keep, folder, lambda: NOW)


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo-newsroom"
    draft(folder, NOW)
    return folder


@pytest.fixture(scope="session")
def media() -> dict[str, Path]:
    return {}


@pytest.fixture(scope="session")
def pulled(room: Path, media: dict[str, Path]) -> Pulled:
    return DemoSource(SourceSettings(kind="demo"), tools(room.parent, media), draft).pull(Seen())


@pytest.fixture(scope="session")
def articles(pulled: Pulled) -> dict[str, Article]:
    return {article.guid.rpartition("/")[2]: article for article in pulled.articles}


@pytest.fixture(scope="session")
def playable(articles: dict[str, Article], media: dict[str, Path]) -> dict[str, Path]:
    """The first video of each article that has one that plays."""
    found = {slug: media[a.videos[0].url] for slug, a in articles.items() if a.videos}
    return {slug: path for slug, path in found.items() if plays(path)}


def plays(path: Path) -> bool:
    try:
        with av.open(str(path)) as container:
            return bool(container.streams.video)
    except av.FFmpegError:
        return False


# What is in it.


def test_the_channel_looks_full(articles: dict[str, Article], playable: dict[str, Path]) -> None:
    on_air = [a for s, a in articles.items() if s in playable and not (a.window.start or a.window.end)]
    sections = Counter(a.section[0] for a in on_air)
    assert len(articles) == len(PROGRAMME) >= 24
    assert len(on_air) >= 20
    assert sections.keys() == {"World", "Harbour City", "Business", "Science", "Sport", "Culture"}
    assert min(sections.values()) >= 2


def test_every_file_reads_as_an_article(pulled: Pulled, articles: dict[str, Article]) -> None:
    assert not pulled.issues
    assert pulled.complete
    for slug, article in articles.items():
        assert article.title, slug
        assert 4 <= len(article.body) <= 9, slug
        assert all(len(paragraph) > 40 for paragraph in article.body), slug
        assert article.section, slug
        assert not article.issues, slug
        assert "{{" not in f"{article}", slug
        assert not any("Newsletter" in p or "All rights reserved" in p for p in article.body), slug


def test_the_news_is_fresh(articles: dict[str, Article]) -> None:
    dates = [article.published for article in articles.values()]
    assert all(date and NOW - timedelta(days=2) <= date < NOW for date in dates)
    assert max(date for date in dates if date) >= NOW - timedelta(hours=1)


def test_every_kind_of_video(articles: dict[str, Article], media: dict[str, Path]) -> None:
    kinds = Counter(piece.video for piece in PROGRAMME)
    assert kinds["hls"] >= 3
    assert kinds["hls in fragments"] >= 1
    assert kinds["mp4"] >= 12
    assert kinds["broken"] == 1
    assert sum(not article.videos for article in articles.values()) == kinds[""] == 2
    assert len(articles["port-record-quarter"].videos) == kinds["mp4 in two sizes"] + 1 == 2
    assert not plays(media[articles["swing-bridge-closed"].videos[0].url])


def test_windows(articles: dict[str, Article]) -> None:
    starts = [a.window.start for a in articles.values() if a.window.start]
    ends = [a.window.end for a in articles.values() if a.window.end]
    assert len(starts) == len(ends) == 1
    assert ends[0] < NOW < starts[0]


def test_every_kind_of_picture(articles: dict[str, Article], media: dict[str, Path]) -> None:
    pictures = {
        slug: pyvips.Image.new_from_file(str(media[image.url]))
        for slug, article in articles.items()
        for image in article.images[:1]
    }
    loaders = Counter(picture.get("vips-loader") for picture in pictures.values())
    assert loaders["webpload"] == 1
    assert loaders["pngload"] == 1
    assert loaders["jpegload"] == sum(piece.picture == "jpg" for piece in PROGRAMME)
    assert pictures["rate-cut-explained"].hasalpha()
    assert pictures["rate-cut-explained"][3].min() == 0
    assert [s for s, p in pictures.items() if p.height > p.width] == ["last-lighthouse-keeper"]
    assert all(picture.deviate() > 10 for picture in pictures.values()), "a picture shows nothing"


def test_headlines_and_languages_that_try_a_reader(articles: dict[str, Article]) -> None:
    assert (
        articles["tram-line-seven"].title
        == 'Tram line 7 opens "two years late & three stops longer" \N{TRAM CAR}'
    )
    assert len(articles["waterfront-park-plan"].title) > 250
    assert articles["floating-library"].language == "ar"
    assert re.search("[\u0600-\u06ff]", articles["floating-library"].title)
    assert 'dir="rtl"' in (HERE / "articles/world/floating-library.html").read_text("utf-8")
    assert articles["tren-de-vapor"].language == "es"
    assert {"ú", "é", "ñ"} <= set(articles["tren-de-vapor"].title)


def test_captions(articles: dict[str, Article], media: dict[str, Path]) -> None:
    cinema, train = articles["cinema-on-the-quay"].captions, articles["tren-de-vapor"].captions
    assert [(media[c.url].suffix, c.language, c.kind) for c in cinema] == [(".srt", "en", "CLOSED_CAPTION")]
    assert [(media[c.url].suffix, c.language, c.kind) for c in train] == [(".vtt", "en", "SUBTITLE")]


def test_press_texts(articles: dict[str, Article]) -> None:
    assert articles["canal-freezes-over"].section[0] == "World"
    assert articles["canal-freezes-over"].videos
    assert not articles["library-hours"].videos
    assert articles["library-hours"].published == NOW - timedelta(days=1)


# The media.


def test_films_are_as_a_tv_wants_them(playable: dict[str, Path]) -> None:
    for slug, path in playable.items():
        with av.open(str(path)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            keys = [
                float(p.pts * p.time_base)
                for p in container.demux(video)
                if p.is_keyframe and p.pts is not None
            ]
            assert (video.codec_context.name, video.profile, video.pix_fmt) == ("h264", "High", "yuv420p"), (
                slug
            )
            assert video.codec_context.level <= 41, slug
            assert (audio.codec_context.name, audio.channels, audio.rate) == ("aac", 2, 48_000), slug
            assert abs(video.width * 9 / 16 - video.height) < 1, slug
            assert len(keys) >= 1, slug
        if path.suffix == ".mp4":
            body = path.read_bytes()
            assert 0 < body.find(b"moov") < body.find(b"mdat"), slug


def test_hls_names_two_variants_and_their_segments(room: Path) -> None:
    for master in room.glob("*/*.m3u8"):
        variants = [line for line in master.read_text("utf-8").splitlines() if not line.startswith("#")]
        assert len(variants) == 2
        for variant in variants:
            playlist = master.parent / variant
            segments = [s for s in playlist.read_text("utf-8").splitlines() if not s.startswith("#")]
            assert segments
            assert all((playlist.parent / segment).stat().st_size for segment in segments)


def test_a_key_frame_every_two_seconds_and_sound_to_the_end(tmp_path: Path) -> None:
    path, picture = tmp_path / "film.mp4", pyvips.Image.black(160, 90, bands=3).cast("uchar")
    film.mp4([Layer(picture.copy(interpretation="srgb"))], [film.Rendition(path, (160, 90))], 5, 1)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux() if p.pts is not None]
        times = {
            kind: [
                float((p.pts or 0) * p.time_base) for p in packets if p.stream.type == kind and p.is_keyframe
            ]
            for kind in ("video", "audio")
        }
    assert times["video"] == [0, 2, 4]
    assert 4.9 < max(times["audio"]) <= 5.1


def test_a_strap_slides_in_and_arabic_stands_on_the_right() -> None:
    latin, arabic = titles.strap("World", "It happened", 1280), titles.strap("العالم", "حدث", 1280, "ar")
    assert latin.x == 64
    assert arabic.x + arabic.image.width == pytest.approx(1280 - 64, abs=1)
    assert latin.enter == -arabic.enter
    assert latin.image.avg() > 0


def test_a_still_wraps_and_bobs_as_the_film_does() -> None:
    white = (pyvips.Image.black(4, 4, bands=4) + 255).cast("uchar").copy(interpretation="srgb")
    ground = pyvips.Image.black(40, 20, bands=3).bandjoin(255).copy(interpretation="srgb")
    shown = film.still([Layer(ground), Layer(white, x=-4, vx=10, wrap=(8, 0), bob=6, period=4)], (40, 20), 1)
    assert shown.getpoint(0, 8) == [255, 255, 255]
    assert shown.getpoint(0, 2) == [0, 0, 0]


# How it is written.


def test_writing_it_again_does_nothing(room: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in room.rglob("*")}
    said: list[str] = []
    draft(room, NOW + timedelta(days=3), said.append)
    assert {p: p.stat().st_mtime_ns for p in room.rglob("*")} == before
    assert said == []


FEW = [p for p in PROGRAMME if re.search("storm-wall|canal|swing|library-hours|rate-cut", p.path)]
few = partial(demo.build, draft=True, programme=FEW)


def test_the_same_now_gives_the_same_bytes(tmp_path: Path, room: Path) -> None:
    few(tmp_path / "again", NOW)
    again = files(tmp_path / "again")
    assert len(again) > len(FEW)
    assert again == {name: body for name, body in files(room).items() if name in again}


def test_an_interrupted_start_is_completed(tmp_path: Path, room: Path) -> None:
    folder, told = tmp_path / "room", iter(range(2))

    def stop(line: str) -> None:
        if next(told, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        few(folder, NOW - timedelta(hours=1), stop)
    assert not (folder / newsroom.MARKER).exists()
    half = folder / "world" / "canal-freezes-over.mp4"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half a film")
    own = folder / "world" / "my-own-story.txt"
    own.write_text("A story\n\nThat a visitor dropped into the folder.", "utf-8")
    few(folder, NOW)
    assert files(folder).items() - files(room).items() == {("world/my-own-story.txt", own.read_bytes())}
    assert not folder.with_name("room.building").exists()


def test_an_article_is_never_there_before_its_media(tmp_path: Path) -> None:
    seen: list[set[str]] = []
    few(tmp_path / "room", NOW, lambda line: seen.append(set(files(tmp_path / "room"))))
    for names in seen:
        if "world/canal-freezes-over.txt" in names:
            assert "world/canal-freezes-over.mp4" in names
    assert seen


def test_progress_names_every_piece(tmp_path: Path) -> None:
    said: list[str] = []
    few(tmp_path / "room", NOW, said.append)
    assert len(said) == len(FEW)
    assert said[-1].startswith(f"Demo newsroom: {len(FEW)} of {len(FEW)}, ")


# The source.


def test_the_demo_is_a_kind_of_source(tmp_path: Path) -> None:
    assert not SOURCES["demo"](SourceSettings(kind="demo"), tools(tmp_path)).reads_pages


def test_a_second_pull_finds_nothing_new(room: Path, pulled: Pulled) -> None:
    source = DemoSource(SourceSettings(kind="demo"), tools(room.parent), draft)
    again = source.pull(Seen(pulled.validators))
    assert again.unchanged
    assert not again.articles


def test_a_folder_that_cannot_be_written_is_an_issue(tmp_path: Path) -> None:
    (tmp_path / "demo-newsroom").write_text("in the way", "utf-8")
    failed = DemoSource(SourceSettings(kind="demo"), tools(tmp_path), few).pull(Seen())
    assert failed.failed
    assert [issue.code for issue in failed.issues] == ["demo_not_written"]


# The files in the repository.


def repository_files() -> Iterator[Path]:
    return (p for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def test_nothing_binary_is_kept() -> None:
    for path in repository_files():
        assert "\0" not in path.read_text("utf-8"), path


def test_programme_and_articles_name_each_other() -> None:
    written = {p.relative_to(newsroom.ARTICLES).as_posix() for p in newsroom.ARTICLES.rglob("*.[ht][tx]*")}
    assert {piece.path for piece in PROGRAMME} == written


def test_every_drawing_is_used_and_drawn_whole() -> None:
    code = "".join(p.read_text("utf-8") for p in repository_files() if p.suffix == ".py")
    for drawing in (HERE / "art").glob("*.svg"):
        body, (_, _, width, height) = art(drawing.stem)
        assert body
        assert min(width, height) > 0
        assert f'"{drawing.stem}"' in code, drawing.stem


@pytest.mark.parametrize("piece", PROGRAMME, ids=lambda piece: piece.path)
def test_a_scene_fills_its_frame_from_first_to_last(piece: Piece) -> None:
    if piece.scene:
        first = piece.scene(Canvas(scale=0.05, seed=piece.seed))[0]
        for moment in (0, piece.seconds):
            assert first.x + first.vx * moment <= 0
            assert first.image.width + first.x + first.vx * moment >= 80
