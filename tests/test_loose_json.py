"""JSON as people write it by hand."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import loose_json
from feeds.loose_json import Loose

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=20,
)


@given(VALUES)
def test_json_is_what_it_says(value: object) -> None:
    assert loose_json.read(json.dumps(value)) == Loose(value)


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('{"a": [1, 2,], "b": 3,}', {"a": [1, 2], "b": 3}),
        ('{"a": 1 "b": [{"c": 2} {"c": 3}]}', {"a": 1, "b": [{"c": 2}, {"c": 3}]}),
        ('{"a": "one"\n "b": "two"}', {"a": "one", "b": "two"}),
        ('/* by hand */ {"a": "http://x/*y*/", // an address\n "b": 2}', {"a": "http://x/*y*/", "b": 2}),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        ('{"a": "The "Big" Storm", "b": "a 12" gun"}', {"a": 'The "Big" Storm', "b": 'a 12" gun'}),
        ('{"a": "x\\"y",}', {"a": 'x"y'}),
        ('Warning: x in y on line 3\n{"a": 1}', {"a": 1}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": [{"b": 1}, {b: 2}]}', {"a": [{"b": 1}, {"b": 2}]}),
        (
            "{'a': 'it\\'s', 'b': True, c: None, d: undefined, e: soon}",
            {"a": "it's", "b": True, "c": None, "d": None, "e": "soon"},
        ),
        (r'{"a": "c:\dir \x41 \n \u00e9 \ud", b: .5}', {"a": "c:dir x41 \n é ud", "b": ".5"}),
        ('{"a": 1};</script>', {"a": 1}),
        ("{“a”: “it is “so” he said”, “b”: 2}", {"a": 'it is "so" he said', "b": 2}),
        ('{"a": [1], "b": 1, "a": [2], "b": 2,}', {"a": [1, 2], "b": 2}),
    ],
)
def test_what_is_mended(document: str, value: object) -> None:
    found = loose_json.read(document)
    assert (found.value, found.whole) == (value, True)


@pytest.mark.parametrize(
    "document",
    [
        '{"a": [{"b": [1, 2], "c": 3, {"b": 4}], "d": 5}',
        '{"a": [{"b": [1, 2], "c": 3}}, {"b": 4}], "d": 5}',
        '{"a": [{"b": [1, 2, "c": 3}, {"b": 4}], "d": 5}',
        '{"a": [{"b": [1, 2], "c": 3], {"b": 4}], "d": 5}',
        '{"a": ["b": [1, 2], "c": 3}, {"b": 4}], "d": 5}',
        '{"a": [{"b": [1, 2]}, "c": 3}, {"b": 4}], "d": 5}',
        '{"a": [{"b": [1, 2], "c": 3}, {"b": 4], "d": 5}',
        '{"a": [{"b": [1, 2], "c": 3}, {"b": 4}]}, "d": 5}',
        '{"a": [{"b": [1, 2] "c": 3} {"b": 4}] "d": 5}',
        '{,"a": [,{"b": [1,, 2], "c": 3,}, {"b":: 4}], "d": 5}}}',
        '{"a": [{"b": [1, 2], "c": 3}, {"b": 4}}], "d": 5}',
    ],
)
def test_brackets_and_commas_that_are_missing_or_too_many(document: str) -> None:
    found = loose_json.read(document)
    assert found.value == {"a": [{"b": [1, 2], "c": 3}, {"b": 4}], "d": 5}
    assert found.fault


def test_values_that_are_missing_are_null() -> None:
    assert loose_json.read('{"a": , "b": [1, {"c"}], "d":}').value == {
        "a": None,
        "b": [1, {"c": None}],
        "d": None,
    }


def test_several_values_are_a_list() -> None:
    assert loose_json.read('{"a": 1}\n{"a": 2}\n').value == [{"a": 1}, {"a": 2}]
    assert loose_json.read('Warning [foo] in feed.php\n{"a": 1}').value == [["foo"], {"a": 1}]
    assert loose_json.read("{} " * 2000).value == [{}] * 1000


def test_what_is_mended_is_said_with_its_line() -> None:
    assert loose_json.read('{"a": [1,\n2,\n]}').fault.startswith("line ")
    assert loose_json.read('{"a": "one\ntwo"}').fault == "", "no reader minds"


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('{"a": [{"b": 1}, {"b": 2}, {"b": ', {"a": [{"b": 1}, {"b": 2}]}),
        ('{"a": [{"b": {"c": 1}}, {"b": {"c": ', {"a": [{"b": {"c": 1}}]}),
        ('{"a": [{"b": "1"}, {"b": "2', {"a": [{"b": "1"}]}),
        ("{a", {}),
    ],
)
def test_what_stands_before_a_fault_is_read(document: str, value: object) -> None:
    found = loose_json.read(document)
    assert (found.value, found.whole) == (value, False)
    assert found.fault


@pytest.mark.parametrize(
    "document", ["", "none", "[" * 100_000, '{"a":' * 100_000, "[1 " * 1000, "<html></html>", '"'], ids=repr
)
def test_what_is_no_json_is_a_value_error(document: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loose_json.read(document)


@given(
    st.lists(
        st.sampled_from([*'{}[],:"\\/\n ', "//", "/*", "*/", '"a"', "1", "true", "NaN"]) | st.text(max_size=3)
    )
)
def test_anything_is_read_or_a_value_error(pieces: list[str]) -> None:
    try:
        found = loose_json.read("".join(pieces))
    except ValueError:
        return
    assert isinstance(found, Loose)


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        '"a\n',
        '"}',
        ',{"a":"',
        "/*",
        "//",
        "\\",
        '"\\',
        "[,]",
        '" ',
        "“",
        "{}",
        "a",
        '"b" ',
        "'a ",
        "“a ",
    ],
)
@pytest.mark.parametrize("end", ["", "\\',", '",'])
def test_nothing_takes_long(piece: str, end: str) -> None:
    started = time.process_time()
    with suppress(ValueError):
        loose_json.read('{"a":[' + piece * (400_000 // len(piece)) + end)
    assert time.process_time() - started < 4
