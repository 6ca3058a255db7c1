"""Blobs: the same bytes have one address for ever, and nothing half is ever there."""

import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.blobs import MEDIA, BlobError, LocalBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "media")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a master playlist that leads to a variant, its segments, a key and captions."""
    folder = tmp_path / "film"
    (folder / "hd").mkdir(parents=True)
    (folder / "master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",URI="en.vtt"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="s"\nhd/index.m3u8?x=1\n'
    )
    (folder / "hd" / "index.m3u8").write_text(
        '\ufeff#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="../key.bin"\r\n#EXT-X-MAP:URI="init.mp4"\r\n'
        "#EXTINF:2,\r\nseg%201.m4s\r\n#EXTINF:2,\r\nhttps://cdn.example.org/seg2.m4s\r\n"
    )
    for name in ("en.vtt", "key.bin", "hd/init.mp4", "hd/seg 1.m4s", "not-named.txt"):
        (folder / name).write_bytes(name.encode())
    return folder / "master.m3u8"


def everything(blobs: LocalBlobs) -> list[str]:
    return sorted(p.relative_to(blobs.root).as_posix() for p in blobs.root.rglob("*") if p.is_file())


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """Let no file of this process grow past `size`, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_bytes_come_back_from_their_address(blobs: LocalBlobs) -> None:
    address = blobs.put(b"picture", ".jpg")
    assert address.startswith(MEDIA)
    assert address.endswith(".jpg")
    with blobs.open(address) as file:
        assert file.read() == b"picture"
    path = blobs.path(address)
    assert path
    assert path.read_bytes() == b"picture"


def test_same_bytes_have_one_address_and_are_not_written_again(blobs: LocalBlobs) -> None:
    first = blobs.put(b"picture", ".jpg")
    path = blobs.path(first)
    assert path
    before = path.stat()
    assert blobs.put(b"picture", ".jpg") == first
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert blobs.put(b"picture!", ".jpg") != first
    assert len(everything(blobs)) == 2


def test_two_writers_at_once_agree(blobs: LocalBlobs, film: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        pictures = set(pool.map(lambda _: blobs.put(b"x" * 100_000, ".jpg"), range(32)))
        films = set(pool.map(lambda _: blobs.keep(film), range(16)))
    assert len(pictures) == len(films) == 1
    assert len(everything(blobs)) == 7


def test_suffix_must_be_one(blobs: LocalBlobs) -> None:
    with pytest.raises(ValueError, match="ending"):
        blobs.put(b"x", "/../x")


def test_kept_file_is_a_copy(blobs: LocalBlobs, tmp_path: Path) -> None:
    original = tmp_path / "Clip.MP4"
    original.write_bytes(b"first cut")
    address = blobs.keep(original)
    assert address.endswith(".mp4")
    assert blobs.keep(original) == address
    original.write_bytes(b"second cut")
    with blobs.open(address) as file:
        assert file.read() == b"first cut"
    assert blobs.keep(original) != address


def test_playlist_is_kept_with_all_it_names(blobs: LocalBlobs, film: Path) -> None:
    address = blobs.keep(film)
    assert address.endswith("/master.m3u8")
    assert blobs.keep(film) == address
    tree = address.removesuffix("master.m3u8")
    for name in ("master.m3u8", "hd/index.m3u8", "hd/seg%201.m4s", "hd/init.mp4", "key.bin", "en.vtt"):
        assert blobs.path(tree + name), name
    assert blobs.path(f"{tree}not-named.txt") is None
    assert not any(".waiting" in name for name in everything(blobs))


@pytest.mark.parametrize("name", ["master.m3u8", "hd/index.m3u8", "hd/seg 1.m4s", "key.bin", "en.vtt"])
def test_any_changed_byte_of_a_tree_is_another_address(blobs: LocalBlobs, film: Path, name: str) -> None:
    address = blobs.keep(film)
    with (film.parent / name).open("ab") as file:
        file.write(b"\n")
    assert blobs.keep(film) != address


@pytest.mark.parametrize(
    "uri", ["../../secret.txt", "/etc/passwd", "%2e%2e/secret.txt", "link.txt", "a/../../x"]
)
def test_playlist_cannot_publish_what_is_outside(blobs: LocalBlobs, film: Path, uri: str) -> None:
    (film.parent.parent / "secret.txt").write_text("secret")
    (film.parent / "link.txt").symlink_to(film.parent.parent / "secret.txt")
    film.write_text(f"#EXTM3U\n#EXTINF:2,\n{uri}\n")
    with pytest.raises(BlobError, match="outside its own folder"):
        blobs.keep(film)
    assert not blobs.root.exists() or everything(blobs) == []


def test_playlist_with_a_missing_segment_is_said_plainly(blobs: LocalBlobs, film: Path) -> None:
    (film.parent / "hd" / "init.mp4").unlink()
    with pytest.raises(BlobError) as caught:
        blobs.keep(film)
    assert caught.value.message == "index.m3u8 names init.mp4, which is not there."
    assert caught.value.fix


def test_playlists_that_name_each_other_end(blobs: LocalBlobs, tmp_path: Path) -> None:
    (tmp_path / "a.m3u8").write_text("#EXTM3U\nb.m3u8\n")
    (tmp_path / "b.m3u8").write_text("#EXTM3U\na.m3u8\n")
    assert blobs.path(blobs.keep(tmp_path / "a.m3u8"))


def test_file_that_is_not_there_is_said_plainly(blobs: LocalBlobs, tmp_path: Path) -> None:
    for name in ("gone.mp4", "gone.m3u8"):
        with pytest.raises(BlobError, match=name):
            blobs.keep(tmp_path / name)
    with pytest.raises(BlobError, match="no published file"):
        blobs.open(f"{MEDIA}{'0' * 40}.jpg")


def test_full_disk_leaves_nothing_half(blobs: LocalBlobs, film: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.mp4"
    big.write_bytes(b"x" * 200_000)
    (film.parent / "hd" / "init.mp4").write_bytes(b"x" * 200_000)
    kept = blobs.put(b"small", ".jpg")
    with disk_full_after(100_000):
        for attempt in (
            partial(blobs.put, b"x" * 200_000, ".jpg"),
            partial(blobs.keep, big),
            partial(blobs.keep, film),
        ):
            with pytest.raises(BlobError, match=r"^The disk that holds the media is full\.$"):
                attempt()
    assert everything(blobs) == [kept.removeprefix(MEDIA)]
    assert blobs.put(b"x" * 200_000, ".jpg")


def test_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(BlobError, match="cannot be read or written"):
        LocalBlobs(tmp_path / "media").put(b"x", ".jpg")


def test_what_a_killed_writer_left_is_swept(blobs: LocalBlobs) -> None:
    address = blobs.put(b"x", ".jpg")
    left = blobs.root / ".waiting" / "tmpkilled"
    left.mkdir()
    (left / "half").write_bytes(b"x")
    now = left.stat().st_mtime
    blobs.sweep(now - 3600)
    assert left.exists()
    os.utime(left, (now - 7200, now - 7200))
    blobs.sweep(now - 3600)
    assert not left.exists()
    assert blobs.path(address)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../secret", "%2e%2e/secret", ".waiting/x", f"{'0' * 40}/../../secret", f"{'0' * 40}//secret",
     "/etc/passwd", f"{'0' * 40}.jpg", "x\x00", f"{'0' * 40}/\x00"],
)  # fmt: skip
def test_names_cannot_leave_the_root(blobs: LocalBlobs, name: str) -> None:
    blobs.put(b"x", ".jpg")
    (blobs.root.parent / "secret").write_text("secret")
    (blobs.root / ("0" * 40)).mkdir()
    assert blobs.path(MEDIA + name) is None
    assert blobs.path(name) is None


@given(st.text())
def test_no_address_raises(name: str) -> None:
    assert LocalBlobs(Path("/nonexistent")).path(MEDIA + name) is None
