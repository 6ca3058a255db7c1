"""`kill -9` at any moment of a refresh: what is published stays whole, and the next refresh mends the rest.

Slow: run by `python -m pytest -m slow`.
"""

import random
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from feeds import FORMATS
from feedsvc.store import open_store
from tests import made_media

ROOT = Path(__file__).parent.parent
ROUNDS = 20
SAID = """The harbour bridge opened on Sunday after two years of work.

Thousands of people walked across it, and the ferries sounded their horns.

The mayor cut a ribbon that children had painted. It cost twice as much as had been planned.
"""

pytestmark = pytest.mark.slow


def story(folder: Path, number: int, edition: int) -> None:
    (folder / f"story-{number}.txt").write_text(
        f"News / World\nHeadline {number} in edition {edition}\n\nIt happened again.\n\nNobody was hurt.\n"
    )
    (folder / f"story-{number}.mp4").write_bytes(made_media.mp4())


def refresh(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "run.py"), "refresh", "--settings", str(root / "settings.toml")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def assert_whole(root: Path) -> int:
    """Return how many items are on air; every document must be valid and every file it names there."""
    store = open_store("sqlite:///var/feedsvc.db", root)
    documents = [store.document("news", name) for name in ("roku", "roku_mrss", "mrss")]
    store.close()
    for document in filter(None, documents):
        assert not [i for i in FORMATS[document.format].check(document.body) if i.severity == "error"]
        for name in document.body.decode().replace("&amp;", "&").split("http://127.0.0.1:8080/media/")[1:]:
            assert (root / "var/media" / name.partition('"')[0].partition("<")[0]).exists()
    return len(documents[0].ids) if documents[0] else 0


def test_a_refresh_killed_at_any_moment_leaves_the_last_good_feed(tmp_path: Path) -> None:
    chance = random.Random(7)
    (tmp_path / "stories").mkdir()
    (tmp_path / "settings.toml").write_text(
        '[[channel]]\nid = "news"\ntitle = "News"\n[[channel.source]]\nkind = "folder"\npath = "stories"\n'
    )
    for edition in range(ROUNDS):
        for number in range(5):
            story(tmp_path / "stories", number, edition)
        process = refresh(tmp_path)
        time.sleep(chance.uniform(0.5, 3.0))
        process.kill()
        process.wait()
        assert_whole(tmp_path)
    assert refresh(tmp_path).wait() == 0
    assert assert_whole(tmp_path) == 5


def test_a_render_killed_at_any_moment_is_done_again_and_nothing_half_is_served(tmp_path: Path) -> None:
    chance = random.Random(11)
    (tmp_path / "stories").mkdir()
    (tmp_path / "settings.toml").write_text(
        '[[channel]]\nid = "news"\ntitle = "News"\nstory = { motion = false }\n'
        '[[channel.source]]\nkind = "folder"\npath = "stories"\n'
    )
    for number in range(4):
        (tmp_path / "stories" / f"story-{number}.txt").write_text(
            f"News / World\nHeadline {number}\n\n{SAID}"
        )
    for _ in range(ROUNDS):
        process = refresh(tmp_path)
        time.sleep(chance.uniform(1.0, 6.0))
        process.kill()
        process.wait()
        assert_whole(tmp_path)
        for film in (tmp_path / "var/media").glob("*/story.mp4"):
            with av.open(film) as file:
                assert sum(1 for _ in file.decode(video=0)) == file.streams.video[0].frames
    assert refresh(tmp_path).wait() == 0
    assert assert_whole(tmp_path) == 4
