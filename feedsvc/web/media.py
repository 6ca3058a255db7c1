"""Thumbnails and videos at ``/media/<hash>...``: the name says the content, so it is kept for ever."""

import os
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import quote

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable, ServiceUnavailable
from werkzeug.wsgi import FileWrapper

from feedsvc.blobs import MEDIA, Blobs

CACHE = "public, max-age=31536000, immutable"
# A list of its own: what the machine's mime.types says differs from one machine to the next, and a type
# that is not here (a page, a script, an SVG) shall not be shown by a browser as ours.
TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".mov": "video/quicktime",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
}
_CHUNK = 256 * 1024
# Handed over in one piece, so that a slow TV does not hold a thread: every picture, most HLS segments.
_WHOLE = 1024 * 1024


def routes(blobs: Blobs, streams: int) -> Blueprint:
    """Return the route of the published files; no more than `streams` long ones are sent at once.

    A long answer holds one of the server's threads as long as it takes, and some must be left for the rest.
    """
    blueprint = Blueprint("media", __name__)
    free = BoundedSemaphore(streams)

    @blueprint.get("/media/<path:name>")
    def blob(name: str) -> Response:
        path = blobs.path(MEDIA + quote(name))
        if path is None:
            abort(404)
        response = _file(path, name)
        return _whole(response) if _is_small(response) else _stream(response, free)

    @blueprint.after_request
    def opened(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Range"
        response.headers["Access-Control-Expose-Headers"] = "Content-Length, Content-Range"
        return response

    return blueprint


def _file(path: Path, name: str) -> Response:
    """Return the answer that the file, the range and the conditions asked for make; the file is open."""
    file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    response = Response(FileWrapper(file, _CHUNK))
    response.headers["Content-Type"] = TYPES.get(path.suffix.lower(), "application/octet-stream")
    response.headers["Cache-Control"] = CACHE
    response.content_length = size
    response.set_etag(quote(name))
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    return response


def _has_body(response: Response) -> bool:
    return request.method != "HEAD" and response.status_code in (200, 206)


def _is_small(response: Response) -> bool:
    return not _has_body(response) or (response.content_length or 0) <= _WHOLE


def _whole(response: Response) -> Response:
    body = [b"".join(response.iter_encoded())] if _has_body(response) else []
    response.close()
    response.response = body
    response.direct_passthrough = True
    return response


def _stream(response: Response, free: BoundedSemaphore) -> Response:
    if not free.acquire(blocking=False):
        response.close()
        raise ServiceUnavailable(retry_after=1)
    response.call_on_close(free.release)
    return response
