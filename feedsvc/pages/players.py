"""The players a page embeds: whose they are, and the public address of the video where a rule gives one.

A rule is a provider's own, from the id in its embed code to an address anybody may ask; what to ask there,
`feedsvc.media.embeds` knows. Of the others it is only said that a TV cannot play them.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from lxml.html import HtmlElement
from msgspec import Struct

from feeds.model import Issue
from feedsvc.pages.beside import beside
from feedsvc.pages.files import FILE
from feedsvc.pages.inventory import JW_DATA, PLAYERS
from feedsvc.pages.markup import Page

_SEEN, _SCRIPTS, _LONGEST, _FEW = 100, 300, 100_000, 3
# Who plays what others embed: their hosts, and what marks a player among their pages.
_PROVIDERS = (
    ("YouTube", ("youtube.com", "youtube-nocookie.com", "youtu.be"), ""), ("Vimeo", ("vimeo.com",), ""),
    ("Dailymotion", ("dailymotion.com", "dai.ly"), ""), ("Facebook", ("facebook.com",), "video|reel|watch"),
    ("X", ("twitter.com", "x.com"), "video|/status/"), ("Instagram", ("instagram.com",), "embed|reel|/tv/"),
    ("TikTok", ("tiktok.com",), "embed|video"), ("Twitch", ("twitch.tv",), ""), ("TED", ("ted.com",), "talk"),
    ("Brightcove", ("brightcove.net", "brightcove.com"), "html|player|playback"),
    ("Kaltura", ("kaltura.com",), ""), ("JW Player", ("jwplatform.com", "jwplayer.com"), "/players/"),
    ("Arc XP", ("arcpublishing.com",), "findByUuid"), ("Rumble", ("rumble.com",), "embed"),
    ("Streamable", ("streamable.com",), ""), ("Wistia", ("wistia.net", "wistia.com"), ""),
)  # fmt: skip
_HOSTS = {host: (name, player) for name, hosts, player in _PROVIDERS for host in hosts}
_PLAYER = re.compile("(?:player|video).{0,200}embed|embed.{0,200}(?:player|video)", re.I)
_ELEMENTS = {
    "amp-youtube": "YouTube", "lite-youtube": "YouTube", "amp-vimeo": "Vimeo", "lite-vimeo": "Vimeo",
    "amp-dailymotion": "Dailymotion", "amp-brightcove": "Brightcove", "amp-jwplayer": "JW Player",
    "amp-facebook-video": "Facebook", "amp-tiktok": "TikTok", "amp-kaltura-player": "Kaltura",
    "amp-powa-player": "Arc XP",
}  # fmt: skip
_SET_UP = ("jwplayer.com", "jwplatform.com", "kaltura", "Kaltura", "kWidget")
_JW_ID = re.compile(r"[A-Za-z0-9]{8}")
_JW_PATH = re.compile(
    r"/(?:(?:players|previews)/([A-Za-z0-9]{8})-|(?:v2/media|manifests)/([A-Za-z0-9]{8})(?![A-Za-z0-9]))"
)
_JW_DIV = re.compile(r"(?:botr|jwplayer)_([A-Za-z0-9]{8})_[A-Za-z0-9]{8}_div")
_JW_URL = re.compile(r"//(?:content\.jwplatform|cdn\.jwplayer)\.com(/[\w/.-]{1,80})")
_PARTNER = re.compile(r"/(?:p|partner_id)/(\d{1,12})(?:/|$)|/wid/_(\d{1,12})(?:/|$)")
_ENTRY = re.compile(r"[01]_[a-z0-9]{6,12}")
_ENTRY_PATH = re.compile(r"/entry_?id/([01]_[a-z0-9]{6,12})", re.I)
_KALTURA = re.compile(
    r"(?:wid|partner_?id)[\"']?\s*[:=]\s*[\"']?_?(\d{3,12})\b(?s:.{0,2000}?)"
    r"entry_?id[\"']?\s*[:=]\s*[\"']([01]_[a-z0-9]{6,12})[\"']",
    re.I,
)
_ACCOUNT = re.compile(r"/(\d{5,20})(?:/|$)")
_BRIGHTCOVE_ID = re.compile(r"\d{6,20}|ref:[\w.-]{1,150}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ORG = re.compile(r"[a-z0-9-]{2,40}")
# Where an organisation's videos are asked for: those who came early have hosts of their own.
_ARC_CONFIG = frozenset({"cmg", "prisa"})
_ARC_FIRST = frozenset(
    {"adn", "advancelocal", "answers", "bonnier", "bostonglobe", "demo", "gmg", "gruponacion", "infobae",
     "mco", "nzme", "pmn", "raycom", "spectator", "tbt", "tgam", "tronc", "wapo", "wweek"}
)  # fmt: skip


def provider(url: str) -> str:
    """Return who plays the embedded video at an address, an empty string when it is no player."""
    parts = urlsplit(url)
    host, page = parts.hostname or "", f"{parts.path}?{parts.query}"
    if FILE.search(parts.path):
        return ""
    labels = host.split(".")
    for domain in (".".join(labels[-n:]) for n in (2, 3)):
        name, player = _HOSTS.get(domain, ("", ""))
        if name and re.search(player, page, re.I):
            return name
    return host if _PLAYER.search(page) else ""


class Player(Struct, frozen=True):
    """A player a page embeds: whose, and where; `address` is its video's public one, "" if none is known."""

    provider: str
    where: str
    address: str = ""


def embedded(page: Page, named: list[str]) -> tuple[Player, ...]:
    """Return the players of a page; `named` are addresses stated for a video, some of them players'."""
    return (*_framed(page, named), *_elements(page), *_scripts(page))


def streams(players: tuple[Player, ...]) -> tuple[str, ...]:
    """Return the public addresses of the videos embedded from providers whose rule is known."""
    return tuple(dict.fromkeys(player.address for player in players if player.address))


def embeds(players: tuple[Player, ...]) -> tuple[Issue, ...]:
    """Return an issue for each provider whose player a page embeds and a TV can play nothing of."""
    known = {player.provider for player in players if player.address}
    found: dict[str, str] = {}
    for player in players:
        if player.provider not in known:
            found.setdefault(player.provider, player.where)
    said = "The page shows a video in a player of {}, which a TV cannot play."
    fix = "Give the article the video itself, as an MP4 or HLS file."
    return tuple(Issue("info", "video_embed", url, said.format(name), fix) for name, url in found.items())


def _framed(page: Page, named: list[str]) -> Iterator[Player]:
    urls = [*named]
    for element in page.has.all("iframe", "embed", "object", "amp-iframe", "amp-video-iframe")[:_SEEN]:
        if not beside(page, element):
            urls += [str(v) for k, v in element.items() if "src" in k or k == "data"]
    for url in urls:
        if (address := page.absolute(url)) and (name := provider(address)):
            yield Player(name, address, _public(name, address))


def _public(name: str, url: str) -> str:
    """Return the public address of the video that a player's address shows, "" if no rule gives it."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, max_num_fields=None) if len(parts.query) < 4000 else {}
    if name == "JW Player" and (match := _JW_PATH.match(parts.path)):
        return _jw(match[1] or match[2])
    if name == "Kaltura":
        return _kaltura(_partner(parts.path, query), _first(query, "entry_id") or _group(_ENTRY_PATH, url))
    if name == "Brightcove" and (account := _ACCOUNT.match(parts.path)):
        return _brightcove(account[1], _first(query, "videoId"))
    return ""


def _first(query: Mapping[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _group(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return next(filter(None, match.groups()), "") if match else ""


def _partner(path: str, query: Mapping[str, list[str]]) -> str:
    return _group(_PARTNER, path) or _first(query, "wid").removeprefix("_") or _first(query, "partner_id")


def _jw(media: str) -> str:
    return f"https://cdn.jwplayer.com/manifests/{media}.m3u8" if _JW_ID.fullmatch(media) else ""


def _kaltura(partner: str, entry: str) -> str:
    if not (partner.isascii() and partner.isdecimal() and _ENTRY.fullmatch(entry)):
        return ""
    return (
        f"https://cdnapisec.kaltura.com/p/{partner}/sp/{partner}00/playManifest/entryId/{entry}"
        "/format/applehttp/protocol/https/a.m3u8"
    )


def _brightcove(account: str, video: str) -> str:
    if not (re.fullmatch(r"\d{5,20}", account, re.A) and _BRIGHTCOVE_ID.fullmatch(video)):
        return ""
    return f"https://edge.api.brightcove.com/playback/v1/accounts/{account}/videos/{video}"


def _arc(org: str, uuid: str, stage: str) -> str:
    org, uuid = org.lower(), uuid.lower()
    if not (_ORG.fullmatch(org) and _UUID.fullmatch(uuid)):
        return ""
    if org in _ARC_CONFIG:
        host = f"{org}-config-prod.api.cdn.arcpublishing.com/video"
    elif org in _ARC_FIRST:
        host = f"video-api-cdn.{'washpost' if org == 'wapo' else org}.arcpublishing.com/api"
    else:
        stage = stage if stage in ("prod", "sandbox") else "prod"
        host = f"{org}-{stage}-cdn.video-api.arcpublishing.com/api"
    return f"https://{host}/v1/ansvideos/findByUuid?uuid={uuid}"


def _elements(page: Page) -> Iterator[Player]:
    """Yield the players that are elements of their own, with what their attributes lead to."""
    for element in page.has.all(*_ELEMENTS)[:_SEEN]:
        if not beside(page, element):
            name = _ELEMENTS[str(element.tag)]
            yield Player(name, page.url, _by_attributes(name, element))
    marked = ((element, name) for name in PLAYERS for element in page.has.carrying.get(name, ()))
    for element, name in islice(marked, _SEEN):
        if not beside(page, element) and element.tag not in _ELEMENTS:
            yield from _marked(page, element, name, element.get(name, ""))
    for element in page.has.carrying.get("id", ())[:_SEEN]:
        if address := _jw(_group(_JW_DIV, element.get("id", ""))):
            yield Player("JW Player", page.url, address)


def _marked(page: Page, element: HtmlElement, name: str, value: str) -> Iterator[Player]:
    """Yield the player that a ``data-`` attribute makes of an element, if it does."""
    kind = element.get("class", "")
    if name == "data-video-id" and element.tag in ("video", "video-js"):
        account = element.get("data-account") or _account(page)
        if account or element.tag == "video-js":
            yield Player("Brightcove", page.url, _brightcove(account, value))
    elif name == "data-uuid" and "powa" in kind:
        yield Player("Arc XP", page.url, _by_attributes("Arc XP", element))
    elif name in JW_DATA or (name == "data-media-id" and "jw" in kind):
        yield Player("JW Player", page.url, _jw(value))


def _account(page: Page) -> str:
    """Return the Brightcove account whose player script the page loads."""
    sources = (script.get("src", "") for script, _ in page.scripts)
    loaded = next((src for src in sources if "players.brightcove.net/" in src), "")
    return _group(_ACCOUNT, urlsplit(page.absolute(loaded) or "").path)


def _by_attributes(name: str, element: HtmlElement) -> str:
    said = {key.removeprefix("data-"): str(value) for key, value in element.items()}
    if name == "JW Player":
        return _jw(said.get("media-id", ""))
    if name == "Kaltura":
        return _kaltura(said.get("partner", ""), said.get("entryid") or said.get("entry-id", ""))
    if name == "Brightcove":
        return _brightcove(said.get("account", ""), said.get("video-id", ""))
    if name == "Arc XP":
        return _arc(said.get("org", ""), said.get("uuid", ""), said.get("env") or said.get("api", ""))
    return ""


def _scripts(page: Page) -> Iterator[Player]:
    """Yield what scripts load or set up: a player's own script, or a call that names the video."""
    for script, text in page.scripts[:_SCRIPTS]:
        said = script.get("src") or text[:_LONGEST]
        if any(name in said for name in _SET_UP) and not beside(page, script):
            yield from (Player(*told) for told in _set_up(page.url, said.replace(r"\/", "/")))


def _set_up(where: str, said: str) -> Iterator[tuple[str, str, str]]:
    found = (_JW_PATH.match(match[1]) for match in islice(_JW_URL.finditer(said), _SEEN))
    media = {match[1] or match[2] for match in found if match}
    # A script that names many is a list of other stories' videos.
    yield from (("JW Player", where, _jw(one)) for one in sorted(media) if len(media) <= _FEW)
    for match in islice(_KALTURA.finditer(said), _SEEN):
        yield "Kaltura", where, _kaltura(match[1], match[2])
