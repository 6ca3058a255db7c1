"""A page in UTF-8, whatever it is in and whatever it says it is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import charsets

RUSSIAN = "<p>" + "Президент сообщил вчера журналистам, что погода в городе будет хорошей. " * 20
JAPANESE = "<p>" + "日本の首相は昨日、東京で記者会見を行い、新しい政策について説明しました。" * 10
GERMAN = "<p>Größe und Maß für München, schöne Grüße</p>" * 10


@pytest.mark.parametrize(
    ("words", "codec"),
    [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (GERMAN, "cp1252")],
)
@pytest.mark.parametrize("header", ["", "utf-8", "nonsense", "utf-7", "base64", "\0"])
def test_the_meta_element_tells_when_the_header_is_wrong(words: str, codec: str, header: str) -> None:
    html = f'<html><meta charset="{codec}">{words}'
    assert charsets.utf8(html.encode(codec), header).decode() == html


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "cp932", "utf-8", "utf-16", "utf-8-sig"])
def test_the_header_tells_when_the_page_is_silent(codec: str) -> None:
    words = JAPANESE if codec == "cp932" else RUSSIAN
    assert charsets.utf8(words.encode(codec), codec).decode() == words


def test_an_xml_declaration_and_an_old_meta_element_tell() -> None:
    for head in ('<?xml version="1.0" encoding="windows-1251"?>',
                 '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'):  # fmt: skip
        assert charsets.utf8((head + RUSSIAN).encode("cp1251")).decode() == head + RUSSIAN


@pytest.mark.parametrize("wrong", ["iso-8859-1", "windows-1251", "shift_jis", "utf-16"])
def test_utf8_is_seen_whatever_is_declared(wrong: str) -> None:
    html = f'<meta charset="{wrong}">{JAPANESE}'
    assert charsets.utf8(html.encode(), wrong).decode() == html


@pytest.mark.parametrize("header", ["", "iso-8859-1", "utf-8"])
@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "utf-16-le", "utf-16-be", "iso2022_jp"])
def test_what_nobody_declares_is_detected(codec: str, header: str) -> None:
    words = JAPANESE if codec == "iso2022_jp" else RUSSIAN
    assert charsets.utf8(words.encode(codec), header).decode() == words


def test_a_stray_byte_does_not_change_the_charset() -> None:
    html = f'<meta charset="utf-8">{GERMAN}'.encode()
    assert "schöne Grüße" in charsets.utf8(html + b"\xc3</p>").decode()
    assert charsets.utf8(b'<meta charset="utf-8"><p>caf\xe9</p>').decode().endswith("<p>café</p>")


def test_latin_1_means_windows_1252() -> None:
    assert "“quoted”" in charsets.utf8(b'<meta charset="iso-8859-1"><p>\x93quoted\x94</p>').decode()


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-16", "big5", "johab", "gb2312", "unicode_escape", "idna"]),
)
def test_any_bytes_become_utf8(html: bytes, header: str) -> None:
    charsets.utf8(html, header).decode("utf-8")
