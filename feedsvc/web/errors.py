"""What goes wrong, in one plain sentence: a page for people, a line for devices, JSON for programs."""

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

_SENTENCES = {
    400: "This request cannot be understood.",
    401: "Log in first.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "This address cannot be asked in this way.",
    413: "This is too large.",
    415: "This has to be sent as JSON.",
    422: "A field says what it cannot.",
    416: "The file has no such part.",
    429: "Too many tries; wait a minute.",
    503: "There is too much to do just now; try again in a moment.",
    500: "Something went wrong here. The feeds are not affected: the last good ones are on air.",
}
_FOR_DEVICES = ("/feeds/", "/media/", "/healthz", "/readyz", "/metrics")


def register(app: Flask) -> None:
    """Answer every error in the way of whoever asked."""
    app.register_error_handler(HTTPException, _answer)


def answer(code: int, sentence: str = "") -> Response:
    """Return the answer that says what is wrong: the usual sentence of the code, or a better one."""
    sentence = sentence or _SENTENCES.get(code, "This request cannot be answered.")
    if request.path.startswith(_FOR_DEVICES):
        response = make_response(f"{sentence}\n", code, {"Content-Type": "text/plain; charset=utf-8"})
    elif request.path.startswith("/api/"):
        response = make_response(jsonify(error=sentence), code)
    else:
        response = make_response(render_template("error.html", code=code, sentence=sentence), code)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    response = answer(error.code or 500)
    # What the error has to say besides its text: Allow, Content-Range, Retry-After.
    kept = (header for header in error.get_headers() if header[0] not in ("Content-Type", "Content-Length"))
    response.headers.extend(kept)
    return response
