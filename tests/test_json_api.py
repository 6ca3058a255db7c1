import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.http import Response
from feedsvc.sources.json_api import Refused, at, decode, is_at, listed, named, said, texts, whole

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NOTICE = "<br />\n<b>Notice</b>: [8] in {x.php}<br />\n"


def decoded(body: bytes) -> Any:
    return decode(Response("https://news.example/", 200, {}, body), "https://news.example/").value


@given(JSON.filter(lambda value: value is not None and value == value))
def test_what_is_json_is_read_also_behind_what_a_server_printed_before_it(value: Any) -> None:
    document = json.dumps(value)
    assert str(decoded(document.encode())) == str(value)
    if isinstance(value, dict | list):
        assert str(decoded((NOTICE + document).encode())) == str(value)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    codes = []
    try:
        decoded(body)
    except Refused as refused:
        codes.append(refused.issue.code)
    assert codes in ([], ["source_not_json"])


@pytest.mark.parametrize(
    "body",
    [b"[" * 1_000_000, b"\n[" * 200_000, b'{"a":' * 300_000, b"9" * 5000, b"<html>[1]</html>"],
    ids=["deep", "starts", "objects", "digits", "page"],
)
def test_what_would_break_a_parser_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        decoded(body)


@given(JSON)
def test_no_shape_is_taken_for_granted(value: Any) -> None:
    for path in (["a"], [0], ["a", 0, "b"], []):
        assert isinstance(said(value, *path), str)
        assert isinstance(listed(value, *path), list)
        assert isinstance(named(value, *path), str)
        assert (whole(value, *path) or 1) > 0
    assert at(value, "no", "such", 7) is None
    assert all(isinstance(text, str) for text in texts(value))


def test_a_login_goes_to_the_sites_own_host_and_no_less_safely() -> None:
    assert is_at("https://news.example/x", "http://news.example/")
    assert not is_at("http://news.example/x", "https://news.example/")
    assert not is_at("https://news.example:8443/x", "https://news.example/")
    assert not is_at("https://[/", "https://[/")


def test_numbers_and_lists_as_php_writes_them() -> None:
    assert (whole("12"), whole(12.0), whole(True), whole("-1"), whole(10**12)) == (12, 12, None, None, None)
    assert listed({"0": "a", "2": "b"}) == ["a", "b"]
    assert (named(7), named(True), named(" x\n"), named(10**30)) == ("7", "", "x", "")
