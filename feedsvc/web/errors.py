"""What goes wrong, in one plain sentence."""

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can only be read.",
    416: "The file has no such part.",
    503: "There is too much to do just now; try again in a moment.",
    500: "Something went wrong here. The feeds are not affected: the last good ones are on air.",
}
_FOR_DEVICES = ("/feeds/", "/media/", "/healthz", "/readyz")


def register(app: Flask) -> None:
    """Answer every error with a page for people, or with a line of text for devices."""
    app.register_error_handler(HTTPException, _answer)


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    sentence = _SENTENCES.get(code, "This request cannot be answered.")
    if request.path.startswith(_FOR_DEVICES):
        response = make_response(f"{sentence}\n", code, {"Content-Type": "text/plain; charset=utf-8"})
    else:
        response = make_response(render_template("error.html", code=code, sentence=sentence), code)
    # What the error has to say besides its text: Allow, Content-Range, Retry-After.
    kept = (header for header in error.get_headers() if header[0] not in ("Content-Type", "Content-Length"))
    response.headers.extend(kept)
    response.headers["Cache-Control"] = "no-store"
    return response
