"""One post of WordPress' REST API, with what is embedded in it, made an article.

Reference: https://developer.wordpress.org/rest-api/reference/posts/
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from feeds import text
from feeds.model import Article, Image, Video
from feedsvc import dates
from feedsvc.sources import content
from feedsvc.sources.json_api import at, listed, said, texts, whole
from feedsvc.sources.media_rss import is_video, joined

# All that is looked at; `_links` and `_embedded` are what `_embed` needs to be asked for beside them.
FIELDS = (
    "id,guid,link,date,date_gmt,modified,modified_gmt,status,title,content,excerpt,lang,acf,"
    "yoast_head_json,jetpack_featured_media_url,_links,_embedded"
)
EMBEDS = "author,wp:featuredmedia,wp:term"
_MOST = 200


def article(post: Any, site: str, reader: content.Read) -> Article:
    """Return the article a post tells; `site` is the API's address, `reader` is `feedsvc.pages.read`."""
    url = joined(site, said(post, "link")) or ""
    title = text.plain(rendered(post, "title"))
    language = said(post, "lang") or said(post, "yoast_head_json", "og_locale").replace("_", "-")
    told = content.read(
        rendered(post, "content"), url or site, title, reader, language=language, lead=_featured(post, site)
    )
    section, tags = _topics(post)
    return Article(
        guid=guid(post),
        url=url,
        title=title,
        summary=content.summary(rendered(post, "excerpt"), told),
        body=told.body,
        section=section,
        tags=tags,
        marks=told.marks,
        language=text.line(language),
        authors=content.people(_authors(post)),
        published=moment(post, "date"),
        updated=moment(post, "modified"),
        images=told.images,
        videos=content.each_video((*_own_fields(post, url or site), *told.videos)),
        captions=told.captions,
        issues=told.issues,
    )


def rendered(post: Any, name: str) -> str:
    """Return a field's HTML: some plug-ins leave the object around it away."""
    return said(post, name, "rendered") or said(post, name)


def guid(post: Any) -> str:
    """Return what a post is known by: what its RSS item is known by, too."""
    return text.line(rendered(post, "guid") or said(post, "link"))


def moment(post: Any, name: str) -> datetime | None:
    """Return one of a post's times: in UTC where it is said so, else as if it were."""
    return dates.when(said(post, f"{name}_gmt")) or dates.when(said(post, name))


def _featured(post: Any, site: str) -> Image | None:
    """Return the featured picture in its largest size; one that nobody embedded may be named elsewhere.

    The other sizes are the same picture once more: a story would show it again and again.
    """
    media = at(post, "_embedded", "wp:featuredmedia", 0)
    if said(media, "media_type") in ("", "image"):
        sizes, url = at(media, "media_details", "sizes"), said(media, "source_url")
        found = [_rendition(at(media, "media_details"), url, site)]
        for size in islice(sizes.values() if isinstance(sizes, dict) else (), _MOST):
            found.append(_rendition(size, said(size, "source_url"), site))
        if images := [image for image in found if image]:
            caption = text.plain(rendered(media, "caption")) or text.plain(said(media, "alt_text"))
            largest = max(images, key=lambda image: image.width or 0)
            return Image(largest.url, largest.width, largest.height, caption=caption)
    told = listed(post, "yoast_head_json", "og_image")[:1]
    named = joined(site, said(post, "jetpack_featured_media_url"))
    stated = [_rendition(one, said(one, "url"), site) for one in told]
    return next((image for image in stated if image), Image(named) if named else None)


def _rendition(size: Any, address: str, site: str) -> Image | None:
    url = joined(site, address)
    return Image(url, whole(size, "width"), whole(size, "height")) if url else None


def _terms(post: Any) -> Iterator[Any]:
    for group in listed(post, "_embedded", "wp:term")[:_MOST]:
        yield from (group if isinstance(group, list) else [group])[:_MOST]


def _topics(post: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section path, as the site's breadcrumb or the categories have it, and the tags."""
    terms = list(_terms(post))
    categories = [term for term in terms if said(term, "taxonomy") == "category"]
    path = _breadcrumb(post, {said(term, "name") for term in categories}) or _deepest(categories)
    return content.topics(path, (said(term, "name") for term in terms))


def _breadcrumb(post: Any, categories: set[str]) -> list[str]:
    """Return the categories in the breadcrumb of Yoast SEO, which knows the one an editor called primary."""
    for node in listed(post, "yoast_head_json", "schema", "@graph")[:_MOST]:
        if said(node, "@type") == "BreadcrumbList":
            steps = [said(step, "name") for step in listed(node, "itemListElement")[1:-1]]
            return steps if steps and steps[-1] in categories else []
    return []


def _deepest(categories: list[Any]) -> list[str]:
    """Return the longest path among a post's categories: what is in another has an address below it."""
    named = sorted((f"{said(c, 'link').rstrip('/')}/", said(c, "name")) for c in categories)
    named = [(link, name) for link, name in named if content.says(name)]
    paths = [[name for other, name in named if link.startswith(other)] for link, _ in named]
    return max(paths, key=len, default=[])


def _authors(post: Any) -> Iterator[str]:
    for author in listed(post, "_embedded", "author")[:_MOST]:
        yield said(author, "name")
    # Those who write together are known to a plug-in only.
    for author in listed(post, "yoast_head_json", "schema", "@graph")[:_MOST]:
        types = [said(author, "@type"), *listed(author, "@type")]
        yield said(author, "name") if "Person" in types else ""


def _own_fields(post: Any, base: str) -> Iterator[Video]:
    """Yield the films a newsroom keeps in fields of its own (Advanced Custom Fields), beside the text."""
    for value in islice(texts(at(post, "acf")), _MOST):
        if (url := joined(base, value)) and "/" in value and is_video("", url):
            yield Video(url)
