"""Published files named by their content: an address, once given out, means the same bytes for ever.

An article in the store names them root-relative, ``/media/<name>``; the public address of the service
is put in front when a feed is written.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import IO, Protocol
from urllib.parse import quote, unquote, urlsplit

MEDIA = "/media/"

_WAITING = ".waiting"  # no address can name it: a name is a hash
_NAME = re.compile(r"[0-9a-f]{40}(\.[a-z0-9]{1,5})?")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_FILE = re.compile(r"[a-z0-9-]{1,40}\.[a-z0-9]{1,5}")
_PLAYLISTS = (".m3u8", ".m3u")
_QUOTED_URI = re.compile(r'URI="([^"]+)"')
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CANNOT_SHARE = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


class BlobError(OSError):
    """A file cannot be kept or is not there; `message` is a sentence, `fix` says what to do about it."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class Blobs(Protocol):
    """Where published files live."""

    def put(self, data: bytes, suffix: str) -> str:
        """Return the address of `data`, ``/media/<hash><suffix>``. Raises BlobError."""
        ...

    def put_together(self, files: Mapping[str, bytes]) -> str:
        """Return the address of a folder of these files by name, ``/media/<hash>``. Raises BlobError."""
        ...

    def keep(self, path: Path) -> str:
        """Return the address of a local file; a playlist is kept with all it names. Raises BlobError."""
        ...

    def remove(self, address: str) -> None:
        """Take the file or folder at `address` away, if there is one. Raises BlobError."""
        ...

    def open(self, address: str) -> IO[bytes]:
        """Return the bytes at `address`, seekable. Raises BlobError when there are none."""
        ...

    def path(self, address: str) -> Path | None:
        """Return the local file at `address`, None when there is none."""
        ...


class LocalBlobs:
    """Blobs in a folder: ``<hash>.jpg`` for one file, ``<hash>/`` for a playlist's tree.

    Everything is written aside, flushed and renamed, so that a name exists whole or not at all,
    after ``kill -9`` and on a full disk too.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes, suffix: str) -> str:
        """Return the address of `data`, ``/media/<hash><suffix>``. Raises BlobError."""
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"not a file name ending: {suffix!r}")
        name = _hash([data]) + suffix
        if not (self.root / name).exists():
            with self._aside() as aside:
                _flushed(aside / name, data)
                self._publish(aside / name)
        return MEDIA + name

    def put_together(self, files: Mapping[str, bytes]) -> str:
        """Return the address of a folder of these files by name, ``/media/<hash>``. Raises BlobError."""
        if unfit := [name for name in files if not _FILE.fullmatch(name)]:
            raise ValueError(f"not file names: {unfit}")
        tree = _hash(part for name in sorted(files) for part in _entry(name, _hash([files[name]])))
        if not (self.root / tree).exists():
            with self._aside() as aside:
                (aside / tree).mkdir()
                for name, data in files.items():
                    _flushed(aside / tree / name, data)
                _flush_folder(aside / tree)
                self._publish(aside / tree)
        return MEDIA + tree

    def remove(self, address: str) -> None:
        """Take the file or folder at `address` away, if there is one: at once, as readers see it."""
        name = address.removeprefix(MEDIA).split("/")[0]
        if not _NAME.fullmatch(name) or not (self.root / name).exists():
            return
        with self._aside() as aside:
            (self.root / name).rename(aside / name)

    def keep(self, path: Path) -> str:
        """Return the address of a copy of `path`; a playlist is kept with all it names.

        The copy, not the original, is what gets hashed, and it is no hard link: whoever writes over
        the original later would change what an address means. Raises BlobError.
        """
        if path.suffix.lower() in _PLAYLISTS:
            return self._keep_tree(path)
        suffix = path.suffix.lower() if _SUFFIX.fullmatch(path.suffix.lower()) else ""
        with _plainly():
            if (self.root / (name := _file_hash(path) + suffix)).exists():
                return MEDIA + name
        with self._aside() as aside:
            _copied(path, aside / "copy")
            name = _file_hash(aside / "copy") + suffix
            self._publish((aside / "copy").rename(aside / name))
        return MEDIA + name

    def _keep_tree(self, playlist: Path) -> str:
        with _plainly():
            folder = playlist.parent.resolve()
            names = sorted(_tree(playlist, folder))
            tree = _tree_hash(folder, names)
        if not (self.root / tree).exists():
            with self._aside() as aside:
                for name in names:
                    (aside / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
                    _copied(folder / name, aside / "tree" / name)
                for made in {(aside / "tree" / name).parent for name in names}:
                    _flush_folder(made)
                tree = _tree_hash(aside / "tree", names)
                self._publish((aside / "tree").rename(aside / tree))
        return f"{MEDIA}{tree}/{quote(playlist.name)}"

    def open(self, address: str) -> IO[bytes]:
        """Return the bytes at `address`, seekable. Raises BlobError when there are none."""
        path = self.path(address)
        if not path:
            raise BlobError(f"There is no published file {address}.", "Refresh the channel to make it again.")
        with _plainly():
            return path.open("rb")

    def path(self, address: str) -> Path | None:
        """Return the local file at `address`, None when there is none."""
        name, *rest = unquote(address.removeprefix(MEDIA)).split("/")
        unfit = {"", ".", ".."} & set(rest) or any("\x00" in part for part in rest)
        if not address.startswith(MEDIA) or not _NAME.fullmatch(name) or unfit:
            return None
        path = self.root.joinpath(name, *rest)
        return path if path.is_file() else None

    def sweep(self, before: float) -> None:
        """Remove what writers that were killed before `before` (POSIX time) have left behind."""
        for aside in (self.root / _WAITING).glob("*"):
            if aside.stat().st_mtime < before:
                shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        """Lend a folder on the root's own disk; whatever is left in it goes away."""
        with _plainly():
            (self.root / _WAITING).mkdir(parents=True, exist_ok=True)
            aside = Path(mkdtemp(dir=self.root / _WAITING))
            try:
                yield aside
            finally:
                shutil.rmtree(aside, ignore_errors=True)

    def _publish(self, whole: Path) -> None:
        target = self.root / whole.name
        try:
            whole.rename(target)
        except OSError:
            # Another writer was first; a folder is never put over a folder, and its bytes are the same.
            if not target.exists():
                raise
        _flush_folder(self.root)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in a sentence what the operating system says in a number."""
    try:
        yield
    except BlobError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise BlobError(
                "The disk that holds the media is full.", "Free some space, or set storage.media elsewhere."
            ) from error
        name = Path(str(error.filename)).name if error.filename else "A media file"
        raise BlobError(
            f"{name} cannot be read or written: {error.strerror}.", "Check the file and its permissions."
        ) from error


def _hash(parts: Iterable[bytes]) -> str:
    digest = blake2b(digest_size=20)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return _hash(iter(lambda: file.read(1 << 20), b""))


def _tree_hash(folder: Path, names: Iterable[str]) -> str:
    return _hash(part for name in names for part in _entry(name, _file_hash(folder / name)))


def _entry(name: str, content: str) -> Iterator[bytes]:
    yield os.fsencode(f"{name}\x00{content}\n")


def _flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _copied(source: Path, target: Path) -> None:
    """Copy by the kernel where it can: on XFS and btrfs the blocks are shared and take no room."""
    with source.open("rb") as original, target.open("xb") as copy:
        try:
            while os.copy_file_range(original.fileno(), copy.fileno(), 1 << 30):
                pass
        except (AttributeError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _CANNOT_SHARE:
                raise
            shutil.copyfileobj(original, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tree(playlist: Path, folder: Path) -> set[str]:
    """Return the names, relative to `folder`, of `playlist` and all it leads to there."""
    found: set[str] = set()
    todo = [folder / playlist.name]
    while todo:
        path = todo.pop()
        name = path.relative_to(folder).as_posix()
        if name in found:
            continue
        found.add(name)
        if path.suffix.lower() in _PLAYLISTS:
            todo += [_inside(folder, path, uri) for uri in _uris(path)]
    return found


def _uris(playlist: Path) -> Iterator[str]:
    """Yield the relative addresses a playlist names; an absolute one is not ours to keep."""
    for line in playlist.read_bytes().decode("utf-8-sig", "surrogateescape").splitlines():
        named = _QUOTED_URI.findall(line) if line.startswith("#") else [line.strip()]
        yield from (uri for uri in named if uri and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", uri))


def _inside(folder: Path, playlist: Path, uri: str) -> Path:
    name = unquote(urlsplit(uri).path, errors="surrogateescape")
    path = Path(os.path.normpath(playlist.parent / PurePosixPath(name)))
    if "\x00" in name or not path.is_relative_to(folder) or not path.resolve().is_relative_to(folder):
        raise BlobError(
            f"{playlist.name} names {uri}, which is outside its own folder.",
            "Put the playlist and everything it names into one folder.",
        )
    if not path.is_file():
        raise BlobError(
            f"{playlist.name} names {uri}, which is not there.", "Put the missing file beside it."
        )
    return path
