"""Makes tests/data/invalid: `python -m tests.make_invalid`.

Each file is the smallest good feed with one fault, made by the function beside the code it is named after.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from feeds import FORMATS
from tests.feeds_strategies import of_files, small

INVALID = Path(__file__).parent / "data" / "invalid"
Fault = Callable[[Any, Any, Any], object]
Edit = Callable[[bytes], bytes]


def on_json(fault: Fault) -> Edit:
    """Return a fault of the values: it is given the root, the first item and its content to change."""

    def edit(body: bytes) -> bytes:
        root = json.loads(body)
        item = root["assets" if "assets" in root else "shortFormVideos"][0]
        fault(root, item, item["content"])
        return json.dumps(root, indent=1, ensure_ascii=False).encode()

    return edit


def swap(old: str, new: str, times: int = 1) -> Edit:
    """Return a fault of the text: `new` instead of `old`."""

    def edit(body: bytes) -> bytes:
        assert old.encode() in body, old
        return body.replace(old.encode(), new.encode(), times)

    return edit


def with_(member: str, **values: object) -> Edit:
    """Return a fault of the root, the first item, its content, its video or its play option: other values."""
    return on_json(lambda *holders: _holder(member, *holders).update(values))


def without(member: str, name: str) -> Edit:
    """Return the fault of a missing value."""
    return on_json(lambda *holders: _holder(member, *holders).pop(name))


def _holder(member: str, root: Any, item: Any, content: Any) -> Any:
    video = content.get("videos", content.get("playOptions"))[0]
    return {"root": root, "item": item, "content": content, "video": video, "option": video}[member]


def series(playlist: int = 1, /, **changes: dict[str, object]) -> Edit:
    """Return a fault of a series, season or episode; the playlist names the series, or both."""

    def fault(root: Any, item: Any, content: Any) -> None:
        episode = {**root.pop("shortFormVideos")[1], "episodeNumber": 1, **changes.get("episode", {})}
        season = {"seasonNumber": 1, "episodes": [episode], **changes.get("season", {})}
        show = {k: v for k, v in item.items() if k not in ("content", "rating")}
        root["series"] = [{**show, "seasons": [season], **changes.get("series", {})}]
        root["playlists"][0]["itemIds"] = [item["id"], episode["id"]][:playlist]

    return on_json(fault)


def _episode(item: Any, name: str) -> dict[str, Any]:
    return {**item, "id": name, "episodeNumber": 1}


_SPACES = (b" " * 1023 + b"\n") * 510
_URL = "https://cdn.example.org/1/master.m3u8"
_PICTURE = "https://cdn.example.org/1.jpg"
_TWO_FILES = [
    {"url": "https://cdn.example.org/1.mp4", "quality": "HD", "videoType": "MP4", "bitrate": 2650},
    {"url": "https://cdn.example.org/2.mp4", "quality": "FHD", "videoType": "MP4"},
]

ROKU: Mapping[str, Edit] = {
    # the document
    "empty": lambda body: b"\n",
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "not_utf8": lambda body: body.replace(b"Harbour", b"H\xe4fen"),
    "bad_start": lambda body: b"\n" + body,
    "too_large": lambda body: body[:-1] + _SPACES + b"}",
    "not_json": lambda body: body[: len(body) // 2],
    "too_deep": lambda body: b'{"movies":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "bad_number": swap('"duration":64', '"duration":NaN'),
    "duplicate_key": swap('"language":"en"', '"language":"en","language":"en"'),
    "lone_surrogate": swap("Story 1", "Story \\ud83d 1"),
    "not_object": lambda body: b"[" + body + b"]",
    "null_list": with_("root", tvSpecials=None),
    "foreign_field": with_("item", audioOnly=True),
    # the feed
    "no_items": with_("root", shortFormVideos=[]),
    "bad_provider_name": without("root", "providerName"),
    "bad_last_updated": with_("root", lastUpdated="2026-11-22 12:00"),
    "bad_language": with_("root", language="English (UK)"),
    # addresses and texts
    "not_https": with_("video", url="http://cdn.example.org/1/master.m3u8"),
    "loopback_http": with_("video", url="http://127.0.0.1:8080/1/master.m3u8"),
    "expiring_url": with_("video", url=f"{_URL}?Expires=1795348800&Signature=x"),
    "text_markup": with_("item", title="Fish &amp; <b>chips</b>"),
    "control_character": with_("item", title="Fish\u0007 and chips"),
    # an item
    "bad_item": on_json(lambda root, item, content: root["shortFormVideos"].append("a000000000000003")),
    "bad_id": with_("item", id="story(1)"),
    "id_alphabet": with_("item", id="story-1"),
    "duplicate_id": on_json(lambda root, item, content: root["shortFormVideos"][1].update(id=item["id"])),
    "ambiguous_id": on_json(lambda root, item, _: root["shortFormVideos"][1].update(id=f"{item['id']}-b")),
    "no_title": with_("item", title=""),
    "no_description": with_("item", shortDescription=""),
    "no_long_description": without("item", "longDescription"),
    "description_too_long": with_("item", shortDescription="word " * 41),
    "same_descriptions": on_json(lambda _, item, __: item.update(longDescription=item["shortDescription"])),
    "bad_release_date": with_("item", releaseDate="2026-02-30"),
    "bad_thumbnail": with_("item", thumbnail="1.jpg"),
    "thumbnail_format": with_("item", thumbnail="https://cdn.example.org/1.webp?v=2"),
    "no_genres": with_("item", genres=[]),
    "bad_genre": with_("item", genres=["politics"]),
    "no_tags": without("item", "tags"),
    "bad_tag": with_("item", tags=["harbour", 7]),
    "tag_too_long": with_("item", tags=["what_happens_at_the_harbour"]),
    "bad_rating": with_("item", rating="UNRATED"),
    "rating_source": with_("item", rating={"rating": "TVPG", "ratingSource": "MPAA"}),
    "bad_credit": with_("item", credits=[{"name": "Ada", "role": "reporter", "birthDate": "1990-01-01"}]),
    "bad_external_id": with_("item", externalIds=[{"id": "1", "idType": "CMS"}]),
    # its content
    "bad_content": with_("item", content=[]),
    "bad_date_added": with_("content", dateAdded="2026-13-22T12:00:00Z"),
    "no_content_language": without("content", "language"),
    "no_video": with_("content", videos=[]),
    "bad_video_url": with_("video", url="/1/master.m3u8"),
    "video_page": with_("video", url="https://www.youtube.com/watch?v=abcdefghijk"),
    "bad_quality": with_("video", quality="4K"),
    "bad_video_type": with_("video", videoType="WEBM"),
    "bad_bitrate": with_("video", bitrate="2650"),
    "no_bitrate": with_("content", videos=_TWO_FILES),
    "bad_duration": with_("content", duration=0),
    "bad_caption": with_("content", captions=[{"url": "https://cdn.example.org/1.srt", "Language": "en"}]),
    "bad_trick_play": with_("content", trickPlayFiles=[{"url": f"{_URL}.bif", "quality": "4K"}]),
    "bad_window": with_("content", validityPeriodStart="tomorrow"),
    "window_order": with_(
        "content", validityPeriodStart="2026-11-23T00:00:00Z", validityPeriodEnd="2026-11-22T23:00:00Z"
    ),
    "window_expired": with_("content", validityPeriodEnd="2026-11-22T11:59:59Z"),
    "bad_ad_break": with_("content", adBreaks=["5 min"]),
    "ad_break_order": with_("content", adBreaks=["00:00:30", "00:00:10"]),
    "bad_schedule": on_json(
        lambda root, item, content: root.update(
            liveFeeds=[{**item, "id": "a000000000000009", "brandedThumbnail": _PICTURE,
                        "content": {**content, "schedule": [{"id": "a000000000000001"}]}}]
        )
    ),
    # series
    "bad_season": series(season={"seasonNumber": "first"}),
    "bad_episode": series(episode={"episodeNumber": 1.5}),
    "two_styles": on_json(
        lambda root, item, content: root.update(
            series=[{
                **{k: v for k, v in item.items() if k not in ("content", "rating")}, "id": "a000000000000009",
                "seasons": [{"seasonNumber": 1, "episodes": [_episode(item, "a000000000000008")]}],
                "episodes": [_episode(item, "a000000000000007")],
            }]
        )
    ),
    # rows
    "no_categories": without("root", "categories"),
    "bad_category": with_("root", categories=[{"name": "World", "playlistName": "World", "order": "newest"}]),
    "category_mix": on_json(lambda root, item, content: root["categories"][0].update(query="world")),
    "query_splits_tag": on_json(
        lambda root, item, content: (
            item.update(tags=["arts and culture"]),
            root["categories"].append({"name": "Arts", "query": "arts and culture", "order": "most_recent"}),
        )
    ),
    "unknown_playlist": on_json(lambda root, _, __: root["categories"][0].update(playlistName="Wolrd")),
    "empty_row": on_json(
        lambda root, item, content: root["categories"].append(
            {"name": "Arts", "query": "arts", "order": "most_recent"}
        )
    ),
    "bad_playlist": on_json(lambda root, item, content: root["playlists"][0].update(itemIds=[])),
    "duplicate_playlist": on_json(lambda root, item, content: root["playlists"].append(root["playlists"][0])),
    "unused_playlist": on_json(
        lambda root, item, content: root["playlists"].append({"name": "Arts", "itemIds": [item["id"]]})
    ),
    "unknown_item": on_json(lambda root, item, content: root["playlists"][0]["itemIds"].append("a9")),
    "playlist_episode": series(2),
    "unreached_item": on_json(lambda root, item, content: root["playlists"][0]["itemIds"].pop()),
    "nothing_reached": with_("root", categories=[{"name": "Arts", "query": "arts", "order": "most_recent"}]),
}  # fmt: skip

_XML: Mapping[str, Edit] = {
    "empty": lambda body: b"\n",
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "not_utf8": lambda body: body.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"'),
    "bad_start": lambda body: b"\n" + body,
    "not_xml": swap("</item>", "", 1),
    "entities": swap("?><rss", '?><!DOCTYPE rss [<!ENTITY city "Harbour">]><rss'),
    "not_rss": lambda body: b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>',
    "bad_version": swap('version="2.0"', 'version="0.91"'),
    "one_channel": swap("</channel>", "</channel><channel/>"),
    "media_namespace": swap('"http://search.yahoo.com/mrss/"', '"http://search.yahoo.com/mrss"'),
    "no_items": lambda body: body[: body.index(b"<item>")] + b"</channel></rss>",
    "bad_build_date": lambda body: body.replace(b"<lastBuildDate>", b"<lastBuildDate>around "),
    "no_guid": swap('<guid isPermaLink="false">a000000000000001</guid>', ""),
    "duplicate_guid": swap("a000000000000002</guid>", "a000000000000001</guid>"),
    "bad_pub_date": lambda body: body.replace(b"<pubDate>", b"<pubDate>around "),
    "repeated_element": swap("<pubDate>", "<title>Again</title><pubDate>"),
    "bad_thumbnail": swap(_PICTURE, "1.jpg", 2),
    "thumbnail_format": swap(_PICTURE, "https://cdn.example.org/1.webp", 2),
    "bad_video_url": swap(_URL, "/1/master.m3u8"),
    "not_https": swap(_URL, "http://cdn.example.org/1/master.m3u8"),
    "loopback_http": swap(_URL, "http://localhost:8080/1/master.m3u8"),
    "expiring_url": swap(_URL, f"{_URL}?a=1&amp;X-Amz-Expires=600"),
    "text_markup": swap("<title>Story 1", "<title>&lt;b&gt;Story&lt;/b&gt; 1"),
    "control_character": swap("<title>Story 1", "<title>Story\u0085 1"),
    "bad_caption": swap("</item>", '<media:subTitle href="https://cdn.example.org/1.srt"/></item>'),
    "bad_window": swap("</item>", "<dcterms:valid>until tomorrow</dcterms:valid></item>"),
    "window_order": swap(
        "</item>", "<dcterms:valid>start=2026-11-23T00:00:00Z; end=2026-11-22</dcterms:valid></item>"
    ),
}  # fmt: skip

ROKU_MRSS: Mapping[str, Edit] = {
    **_XML,
    "too_large": lambda body: body.replace(b"</channel>", _SPACES + b"</channel>"),
    "media_prefix": lambda body: body.replace(b"media:", b"m:").replace(b":media=", b":m="),
    "white_space": swap("</title><description>", "</title>\n <description>", 2),
    "no_title": swap("<title>Story 1</title>", ""),
    "no_description": swap("<description>What story 1 is about, in a sentence.</description>", ""),
    "description_too_long": swap("in a sentence", "in a sentence" + " or two" * 30),
    "pub_date_zone": swap("Z</pubDate>", "+00:00</pubDate>"),
    "no_category": swap("<media:category>World</media:category>", ""),
    "category_spelling": swap("<media:category>World", "<media:category>WORLD"),
    "tag_too_long": swap("<media:category>World", "<media:category>The world and its harbours"),
    "inner_thumbnail": swap(f'<media:thumbnail url="{_PICTURE}"/></media:content>', "</media:content>"),
    "inner_texts": swap('lang="en"><media:title>Story 1</media:title>', 'lang="en">'),
    "thumbnail_size": swap(f'url="{_PICTURE}"', f'url="{_PICTURE}" width="640" height="480"'),
    "no_video": lambda body: body.replace(b"<media:content", b"<media:group><media:content", 1).replace(
        b"</media:content>", b"</media:content></media:group>", 1
    ),
    "video_page": swap(_URL, "https://www.youtube.com/v/abcdefghijk"),
    "bad_duration": swap('duration="64"', 'duration="1:04"'),
    "bad_language": swap('lang="en">', 'lang="English (UK)">'),
    "window_expired": swap("</item>", "<dcterms:valid>end=2026-11-22T11:59:59Z</dcterms:valid></item>"),
}  # fmt: skip

MRSS: Mapping[str, Edit] = {
    **_XML,
    "bad_channel": lambda body: body.replace(b"<link>https://news.example.org/</link>", b"", 1),
    "no_self_link": swap('rel="self"', 'rel="alternate"'),
    "no_title": lambda body: body.replace(b"<title>Story 1</title>", b"").replace(
        b"<description>What story 1 is about, in a sentence.</description>", b""
    ),
    "bad_language": swap("<language>en", "<language>English (UK)"),
    "bad_guid": swap(' isPermaLink="false"', ""),
    "no_pub_date": swap("<pubDate>Sun, 22 Nov 2026 11:00:00 +0000</pubDate>", ""),
    "bad_enclosure": swap("<guid", '<enclosure url="https://cdn.example.org/1.mp4" type="video/mp4"/><guid'),
    "bad_modified": swap("<guid", "<dcterms:modified>yesterday</dcterms:modified><guid"),
    "too_many_keywords": swap("<media:keywords>", "<media:keywords>a,b,c,d,e,f,g,h,i,j,"),
    "no_video": lambda body: re.sub(rb"<media:content [^>]*/>", b"", body, count=1),
    "bad_attribute": swap('medium="video"', 'medium="film"'),
    "bad_media_value": swap("<media:title", '<media:hash algo="md5">abc</media:hash><media:title'),
    "group_of_one": lambda body: body.replace(b"<media:content", b"<media:group><media:content", 1).replace(
        b"</item>", b"</media:group></item>", 1
    ),
    "two_defaults": lambda body: re.sub(
        rb"<media:content (.*?)/>",
        rb'<media:group><media:content \1 isDefault="true"/>'
        rb'<media:content \1 isDefault="true"/></media:group>',
        body,
        count=1,
    ),
    "deprecated": swap("<media:title", "<media:adult>false</media:adult><media:title"),
}  # fmt: skip


def many(body: bytes) -> bytes:
    """Return a feed with sixteen times as many items, no two of one name."""

    def named(items: bytes, number: int) -> bytes:
        return re.sub(rb"(<guid[^>]*>\w)\w", rb"\g<1>%x" % number, items)

    def times(items: re.Match[bytes]) -> bytes:
        return b"".join(named(items[0], number) for number in range(16))

    return re.sub(rb"<item>.*</item>", times, body)


MSN: Mapping[str, Edit] = {
    "preset_items": many,
    "preset_title": swap("The harbour story number 1", "The harbour story number 1" + " and then" * 15),
    "preset_short_title": swap("The harbour story number 1", "Story 1"),
    "preset_video": swap("video/mp4", "application/x-mpegURL"),
}


def asset(kind: str, **changes: object) -> Edit:
    """Return a fault of a Search feed's first asset, made one of another kind."""
    return with_("item", type=kind, **changes)


_SEASON = {"type": "season", "seasonInfo": {"seriesId": "a000000000000001", "seasonNumber": "first"}}
_EPISODE = {"seriesId": "a000000000000002"}

SEARCH: Mapping[str, Edit] = {
    # the document
    **{code: ROKU[code] for code in (
        "empty", "bom", "bad_start", "not_json", "not_object", "lone_surrogate", "foreign_field",
    )},
    "not_utf8": lambda body: body.replace(b"Story 1", b"St\xf6ry 1"),
    "too_deep": lambda body: b'{"assets":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "bad_number": swap('"durationInSeconds":64', '"durationInSeconds":NaN'),
    "duplicate_key": swap('"version":"1"', '"version":"1","version":"1"'),
    # the feed
    "wrong_version": with_("root", version=1),
    "no_items": with_("root", assets=[]),
    "bad_next_page": with_("root", nextPageUrl="page-2.json"),
    "no_default_language": without("root", "defaultLanguage"),
    "no_default_countries": without("root", "defaultAvailabilityCountries"),
    "bad_country": with_("root", defaultAvailabilityCountries=["us", "US"]),
    "language_unlisted": with_("root", defaultLanguage="en-US"),
    "deprecated_language": with_("item", titles=[{"value": "Story 1", "language": "en"}]),
    "language_not_covered": on_json(
        lambda root, item, content: item["titles"].append({"value": "Cuento 1", "languages": ["es"]})
    ),
    "bad_member": with_("option", live="no"),
    # addresses and texts
    "not_https": on_json(lambda root, item, content: item["images"][0].update(url=f"http{_PICTURE[5:]}")),
    "loopback_http": on_json(
        lambda root, item, content: item["images"][0].update(url="http://127.0.0.1:8080/1.jpg")
    ),
    "expiring_url": on_json(
        lambda root, item, content: item["images"][0].update(url=f"{_PICTURE}?Expires=1795348800")
    ),
    "bad_thumbnail": with_("item", images=[{"type": "main", "url": "1.jpg"}]),
    "thumbnail_format": with_("item", images=[{"type": "main", "url": "https://cdn.example.org/1.webp"}]),
    "bad_image": on_json(lambda root, item, content: item["images"][1].update(type="thumbnail")),
    "no_main_image": with_("item", images=[{"type": "background", "url": _PICTURE}]),
    "text_markup": with_("item", titles=[{"value": "Fish &amp; <b>chips</b>"}]),
    "control_character": with_("item", titles=[{"value": "Fish\u0007 and chips"}]),
    "no_title": with_("item", titles=[{"value": " "}]),
    "title_too_long": with_("item", titles=[{"value": "word " * 41}]),
    "no_description": without("item", "shortDescriptions"),
    "description_too_long": with_("item", shortDescriptions=[{"value": "word " * 41}]),
    "bad_long_description": with_("item", longDescriptions=["What story 1 is about."]),
    "same_descriptions": on_json(
        lambda root, item, content: item.update(longDescriptions=item["shortDescriptions"])
    ),
    # an asset
    "bad_item": on_json(lambda root, item, content: root["assets"].append("a000000000000003")),
    "bad_id": with_("item", id="a" * 51),
    "duplicate_id": on_json(lambda root, item, content: root["assets"][1].update(id=item["id"])),
    "bad_type": asset("shortFormVideo"),
    "type_and_length": asset("movie"),
    "bad_release_date": with_("item", releaseDate="2026-02-30"),
    "no_genre": with_("item", genres=[]),
    "unknown_genre": with_("item", genres=["News"]),
    "bad_tag": with_("item", tags=["harbour", 7]),
    "tag_too_long": with_("item", tags=["what_happens_at_the_harbour"]),
    "bad_advisory_rating": with_("item", advisoryRatings=[{"source": "USA_PR", "value": "UNRATED"}]),
    "bad_role": with_("item", credits=[{"name": "Ada", "role": "reporter"}]),
    "bad_external_source": with_("item", externalIds=[{"id": "1", "source": "CMS"}]),
    "bad_duration": without("item", "durationInSeconds"),
    "durations_differ": with_("item", durationInMilliseconds=64),
    "bad_episode_info": asset("episode", episodeInfo=_EPISODE),
    "bad_season_info": on_json(lambda root, item, content: root["assets"].append(_SEASON)),
    "unknown_series": asset("episode", episodeInfo={**_EPISODE, "episodeNumber": 1}),
    "bad_live_info": asset("liveStream", liveInfo={"startTimeStamp": 1795345380000}),
    # its play options
    "bad_content": without("item", "content"),
    "no_play_option": with_("content", playOptions=[]),
    "bad_play_option": with_("option", quality="4K"),
    "bad_play_id": with_("option", playId="größe"),
    "bad_price": with_("option", price=1.99),
    "no_start_time": without("option", "availabilityStartTimeStamp"),
    "bad_availability": with_("option", availabilityStartTime="2026-11-22T25:00:00Z"),
    "timestamp_in_seconds": with_("option", availabilityStartTimeStamp=1795345380),
    "window_order": with_("option", availabilityEndTimeStamp=1795345380000),
}  # fmt: skip

FAULTS: Mapping[str, Mapping[str, Edit]] = {
    "roku": ROKU, "roku_mrss": ROKU_MRSS, "mrss": MRSS, "search": SEARCH, "mrss_msn": MSN,
}  # fmt: skip
# What blanks a TV, named after what its reader says.
ON_TV: Mapping[str, Mapping[str, Edit]] = {
    "roku": {
        "reader_empty": lambda body: b"",
        "reader_genres": without("item", "genres"),
        "reader_id": with_("item", id=7),
        "reader_id_pattern": on_json(lambda root, _, __: root["playlists"][0]["itemIds"].insert(0, "a(b")),
        "reader_json": ROKU["not_json"],
        "reader_no_categories": ROKU["no_categories"],
        "reader_shape": ROKU["not_object"],
        "reader_videos": ROKU["no_video"],
    },
    "roku_mrss": {
        "reader_no_rows": ROKU_MRSS["no_items"],
        "reader_not_rss": ROKU_MRSS["not_rss"],
        "reader_white_space": ROKU_MRSS["white_space"],
        "reader_xml": ROKU_MRSS["not_xml"],
    },
}


def good(name: str) -> bytes:
    """Return a feed in a format in which nothing is wrong."""
    return FORMATS[name].write(of_files() if name == "mrss_msn" else small()).body


def main() -> None:
    """Write every file."""
    for name, faults in {name: {**FAULTS[name], **ON_TV.get(name, {})} for name in FAULTS}.items():
        (INVALID / name).mkdir(parents=True, exist_ok=True)
        for code, fault in faults.items():
            (INVALID / name / code).with_suffix(Path(FORMATS[name].path).suffix).write_bytes(
                fault(good(name))
            )


if __name__ == "__main__":
    main()
