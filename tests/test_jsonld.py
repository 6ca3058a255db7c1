"""JSON-LD, however broken: what can be read is read, what cannot is left, and nothing takes long."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.pages import jsonld


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1},{"b": 2};', [{"a": 1}, {"b": 2}]),
        ('{"a": [1, 2,], }', [{"a": [1, 2]}]),
        ('{"a": "one\ntwo\tthree\x01"}', [{"a": "one\ntwo\tthree\x01"}]),
        ('{"a": 1, // why\n "b": /* what */ 2}', [{"a": 1, "b": 2}]),
        ('{"u": "http://x.org//y", "c": "/* kept */"}', [{"u": "http://x.org//y", "c": "/* kept */"}]),
        ("{&quot;@type&quot;: &quot;NewsArticle&quot;}", [{"@type": "NewsArticle"}]),
        ('<![CDATA[{"a": 1}]]>', [{"a": 1}]),
        ('//<![CDATA[\n{"a": 1}\n//]]>', [{"a": 1}]),
        ('/*<![CDATA[*/{"a": 1}/*]]>*/', [{"a": 1}]),
        ('<!-- {"a": 1} -->', [{"a": 1}]),
        ("{'a': 'it''s', 'b': 'x'}", [{"a": "it''s", "b": "x"}]),
        ('{"a": "he said "no", he did", "b": 1}', [{"a": 'he said "no", he did', "b": 1}]),
        (r'{"a": "it\'s \x"}', [{"a": "it's x"}]),
        ('{"a": 1} trailing', [{"a": 1}]),
        ("", []), ("not json", []), ("[" * 100_000, []), ('{"a":' * 100_000, []), ("9" * 5000, []),
    ],
)  # fmt: skip
def test_values(script: str, values: list[Any]) -> None:
    assert jsonld.values(script) == values


def test_types_are_matched_by_their_last_word() -> None:
    assert jsonld.types({"@type": "http://schema.org/NewsArticle"}) == ("newsarticle",)
    assert jsonld.types({"@type": ["schema:Article", 7, "BlogPosting"]}) == ("article", "blogposting")
    assert jsonld.types({}) == ()


def test_a_graph_follows_ids_and_lists() -> None:
    article = {"@type": "Article", "author": [[{"@id": "#ada"}], "Li Wei"], "image": {"@id": "#none"}}
    found = jsonld.graph(
        [f'{{"@graph": [{article}, {{"@id": "#ada", "name": "Ada Berg"}}]}}'.replace("'", '"')]
    )
    assert found.texts(found.roots[0], "author") == ["Ada Berg", "Li Wei"]
    assert found.text(found.roots[0], "missing", "image") == "#none"


def test_ids_in_a_circle_end() -> None:
    found = jsonld.graph(['[{"@id": "a", "@type": "Article", "author": {"@id": "a"}}]'])
    assert found.texts(found.roots[0], "author") == ["a"]


def story(script: str, url: str = "https://x.org/a", title: str = "A") -> list[Any]:
    return [node.get("headline") for node in jsonld.story(jsonld.graph([script]), url, title)]


def test_the_story_is_the_article_at_this_address_then_under_this_title() -> None:
    two = '[{"@type": "Article", "headline": "B", "url": "/b"}'
    two += ', {"@type": "Article", "headline": "C", "url": "%s"}]'
    assert story(two % "http://www.x.org/a/?utm=1") == ["C"]
    assert story(two.replace("C", "A") % "/c") == ["A"]
    assert story(two % "/c") == ["B"]


def test_a_page_that_lists_articles_has_no_story() -> None:
    many = ", ".join(f'{{"@type": "NewsArticle", "headline": "{n}"}}' for n in range(5))
    assert story(f"[{many}]") == []


def test_the_main_entity_of_a_page_is_the_story() -> None:
    entity = '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "A"}}'
    assert story(entity) == ["A", None]


@pytest.mark.parametrize(
    "piece", ['"x ', " 'x", "/* ", "//", ",", ", ", '" ', "\\", '{"a":', "&quot;", "[1,", '"",']
)
def test_hostile_scripts_take_no_time(piece: str) -> None:
    begun = time.process_time()
    jsonld.graph(["{" + piece * 50_000])
    assert time.process_time() - begun < 2


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "@type", "@graph", "name", "author", "mainEntity"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(json_like)
def test_any_json_makes_a_graph(value: Any) -> None:
    import json

    found = jsonld.graph([json.dumps(value)])
    for node in found.nodes:
        assert all(isinstance(t, str) for t in found.texts(node, "name", "author"))
    jsonld.story(found, "https://x.org/a", "A")


@given(st.text(alphabet="{}[]\"',:/*\\ \n&;ab1", max_size=60))
def test_any_script_makes_values(script: str) -> None:
    assert isinstance(jsonld.values(script), list)
