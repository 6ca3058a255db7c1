"""Feeds made for tests: RSS 2.0 of the items one wants."""

URL = "https://news.example/rss.xml"
ITEM = "<item><title>{0}</title><link>https://news.example/{0}</link><guid>{0}</guid></item>"


def feed(*items: str, head: str = "", namespaces: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/" {namespaces}><channel><title>News</title>'
        f"<link>https://news.example/</link><description>x</description>{''.join(items)}</channel></rss>"
    ).encode()


def item(inside: str) -> bytes:
    return feed(f"<item><title>T</title><guid>g</guid>{inside}</item>")


# What fills a machine when it is read.
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = (
    f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
    f'<!DOCTYPE rss [<!ENTITY l9 "{"ha" * 100_000}">]>',
    '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE rss [<!ENTITY % l9 SYSTEM "http://127.0.0.1/x.dtd"> %l9;]>',
    '<!DOCTYPE rss [<!entity l9 "ha">]>',
)
