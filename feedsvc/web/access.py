"""Who may see and change things: whoever has the admin token, in a session or with each request.

Feeds, media and health are everybody's. On loopback without a token everything is open to whoever sits at
this machine, but not to another site's page in their browser, nor to what a proxy passes on.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from msgspec import Struct
from werkzeug.wrappers import Response

from feeds import text
from feedsvc.settings import TOKEN, Settings
from feedsvc.store import Action, Store
from feedsvc.web.errors import answer

# What devices, hubs and monitors reach without asking anybody.
PUBLIC = frozenset({"feeds", "media", "health", "hub"})
TRIES = "10 per minute; 60 per hour"
SESSION = timedelta(hours=12)
HERE, SCRIPT = "somebody at this machine", "a script"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


class Gate(Struct, frozen=True):
    """Tells who asks. `key` is a secret of this service, with which it marks the sessions of a token."""

    settings: Settings
    key: str

    def who(self) -> str | None:
        """Return who asks, None for somebody who may not."""
        if self.bears():
            return SCRIPT
        if self.is_open():
            return HERE
        knew = hmac.compare_digest(str(session.get("mark", "")), self.mark())
        return str(session.get("who")) if self.settings.token and knew else None

    def is_open(self) -> bool:
        """Tell whether everything is open: there is no token, and only this machine can connect."""
        host = self.settings.server.host
        here = text.on_loopback(f"http://[{host}]" if ":" in host else f"http://{host}")
        # A name from elsewhere that leads here (DNS rebinding), or a proxy in front, is not this machine.
        asked = text.on_loopback(f"http://{request.host}")
        return here and asked and not self.settings.token and not any(map(request.headers.get, _FORWARDED))

    def bears(self) -> bool:
        """Tell whether the request brings the token, which no browser does by itself."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.knows(given.strip())

    def knows(self, token: str) -> bool:
        """Tell whether this is the token."""
        wanted = self.settings.token
        return bool(wanted) and hmac.compare_digest(token.encode(), wanted.encode())

    def mark(self) -> str:
        """Return what a session keeps of the token: with another token it ends."""
        return hmac.new(self.key.encode(), self.settings.token.encode(), "sha256").hexdigest()


def guard(app: Flask, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
    """Let nobody into the application who may not be there; `flask.g.who` names who is."""
    gate = Gate(settings, store.settled("session", secrets.token_hex(32)))
    app.config.update(
        SECRET_KEY=gate.key,
        SESSION_COOKIE_NAME="feedsvc",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.server.public_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=SESSION,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        # Behind a proxy that ends TLS the address a page was reached by is not the one in Referer.
        WTF_CSRF_SSL_STRICT=False,
    )
    protect = CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.register_blueprint(_routes(gate, limiter, store, now))
    app.jinja_env.globals["csrf"] = generate_csrf

    @app.before_request
    def let_in() -> Response | None:
        g.who, g.open, g.logged_in = None, False, False
        if request.endpoint in (None, "static") or request.blueprint in PUBLIC:
            return None
        if is_foreign():
            return answer(403, "Another site asked for this; only this site's own pages may.")
        g.who, g.open, g.logged_in = gate.who(), gate.is_open(), "who" in session
        if g.who is None and (request.blueprint != "access" or not settings.token):
            return _turned_away(settings)
        scripted = gate.bears() or (g.open and request.blueprint == "api")
        if request.method not in _READS and not scripted:
            protect.protect()
        return None

    @app.errorhandler(CSRFError)
    def forged(_: CSRFError) -> Response:
        return answer(400, "The form is too old, or not ours. Go back, reload the page and send it again.")


def _routes(gate: Gate, limiter: Limiter, store: Store, now: Callable[[], datetime]) -> Blueprint:
    blueprint = Blueprint("access", __name__)

    @blueprint.get("/login")
    def login() -> str | Response:
        """Ask for the token."""
        return redirect(_back()) if g.who else _form()

    @blueprint.post("/login")
    @limiter.limit(TRIES)
    def log_in() -> Response | tuple[str, int]:
        """Begin a session for whoever knows the token."""
        name = text.clip(text.line(request.form.get("name", "")), 40) or "a producer"
        right = gate.knows(request.form.get("token", ""))
        what = "logged in" if right else "failed to log in"
        store.desk.note(Action("", now(), name, f"{what} from {get_remote_address()}"))
        if not right:
            return _form("This is not the token.", name), 403
        session.clear()
        session.permanent = True
        session.update(who=name, mark=gate.mark())
        return redirect(_back())

    @blueprint.post("/logout")
    def log_out() -> Response:
        """End the session."""
        session.clear()
        return redirect(url_for("access.login"))

    return blueprint


def _form(problem: str = "", name: str = "") -> str:
    return render_template("login.html", problem=problem, name=name, next=_back())


def _back() -> str:
    """Return where somebody wanted to go: a path of ours, whatever the request says."""
    wanted = request.values.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours else url_for("preview.index")


def is_foreign() -> bool:
    """Tell whether another site's page makes a browser ask (https://web.dev/articles/fetch-metadata)."""
    if request.method in _READS:
        return False
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _turned_away(settings: Settings) -> Response:
    api = request.blueprint in ("api", "figures")
    if not settings.token:
        then = "send it as a bearer token" if api else "log in with it"
        return answer(403, f"Set {TOKEN} in the environment of the server, and {then}.")
    if api:
        refused = answer(401, "Send the admin token: Authorization: Bearer <token>.")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    if request.method not in _READS:
        return answer(401)
    return redirect(url_for("access.login", next=request.full_path.rstrip("?")))
