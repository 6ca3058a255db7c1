"""A mended feed and its new thumbnails, written to a folder."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote, urljoin

from msgspec import Struct

from feeds import FORMATS
from feeds.mending import Mended
from feeds.model import Format, Issue
from feedsvc.checker import Checked, check, screens, told
from feedsvc.checker.findings import Finding, grouped


class Fixed(Struct, frozen=True):
    """What was written where, what was done to the feed, and a check of each document written."""

    files: tuple[str, ...]
    thumbnails: int
    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...]

    @property
    def fine(self) -> bool:
        """Whether there is something, and nothing is wrong with it any more."""
        return bool(self.checked) and all(checked.fine for checked in self.checked)


def mended_format(format_: Format) -> Format:
    """Return the format a mended feed is in: Media RSS of any flavour becomes the one that TVs show."""
    return FORMATS["roku_mrss"] if format_.name == "mrss" else format_


def write(mended: Mended, path: Path, format_: Format, thumbnails: int) -> Fixed:
    """Write the documents to `path` and, if there are more, beside it; return what came of it.

    Raises:
        OSError: there is no room, or no leave, to write.
    """
    files = [path if n == 1 else path.with_stem(f"{path.stem}-{n}") for n in range(1, len(mended.bodies) + 1)]
    checked = []
    for file, body in zip(files, mended.bodies, strict=True):
        file.write_bytes(body)
        checked.append(_checked(body, str(file), format_))
    return Fixed(tuple(map(str, files)), thumbnails, grouped(mended.issues), tuple(checked))


def _checked(body: bytes, name: str, format_: Format) -> Checked:
    issues: list[Issue] = check(body, name, format_)
    return told(body, name, format_, issues, screens(body, name, format_))


def folder_of(path: Path) -> Path:
    """Return the folder for the thumbnails of a mended feed."""
    return path.with_name(f"{path.stem}-media")


def keeper(folder: Path, base: str) -> Callable[[bytes], str]:
    """Return what keeps a thumbnail in the folder, which is served beside the feed at `base`."""

    def put(data: bytes) -> str:
        name = f"{blake2b(data, digest_size=16).hexdigest()}.jpg"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        return urljoin(base, quote(f"{folder.name}/{name}"))

    return put
