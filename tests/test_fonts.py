"""What can be drawn, and what is said of what cannot."""

import subprocess
import sys
from pathlib import Path

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Brand
from feedsvc.thumbnails import cards, fonts, uncovered_scripts
from tests.test_layers import ROOT

DRAWN = {"Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Thai"}


def test_scripts_that_come_as_dependencies_are_never_missing() -> None:
    missing = uncovered_scripts()
    assert not {one.script for one in missing} & DRAWN
    assert all(one.package.startswith("fonts-noto-") for one in missing)


@pytest.mark.parametrize(
    ("script", "package"),
    [("Chinese or Japanese", "fonts-noto-cjk"), ("Korean", "fonts-noto-cjk"), ("Khmer", "fonts-noto-core")],
)
def test_remedy_names_the_package(script: str, package: str) -> None:
    assert f" {package}." in fonts.remedy(script)


def test_remedy_of_a_rare_script_is_a_guess() -> None:
    assert "fonts-noto-extra" in fonts.remedy("Tangut")


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("1\ufe0f\u20e3 place", "1 place"),
        ("A \ue001 logo \uf8ff", "A logo"),
        ("Zoe\u0308 Ra\u030c", "Zoe\u0308 Ra\u030c"),
        ("Unassigned \u0378 \U0010fffd", "Unassigned"),
        ("क्\u200dष में", "क्\u200dष में"),
        ("Family \U0001f9d1\u200d\U0001faaf here", "Family here"),
    ],
)
def test_what_has_no_letter_in_it_is_left_out(words: str, left: str) -> None:
    assert fonts.uncovered(words) == ""
    drawn = fonts.drawable(words)
    assert drawn == left or ("Family" in left and "\u200d" not in drawn.split())


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30))
def test_no_box_is_ever_drawn(words: str) -> None:
    """Every sign that is left has a shape of its own, with the signs it is combined with."""
    for sign in fonts.drawable(words).split():
        cards.typeset(sign, 40, 1000, "", 1.0)
        for char in sign:
            assert fonts._has_glyph(char)


NO_FONTS = """
from feeds.model import Brand, Image
from feedsvc.slides import unfit
from feedsvc.thumbnails import uncovered_scripts
from tests.articles import article, channel
missing = {one.script: one.package for one in uncovered_scripts()}
assert missing["Chinese"] == missing["Japanese"] == missing["Korean"] == "fonts-noto-cjk", missing
assert missing["Tamil"] == missing["Khmer"] == missing["Myanmar"] == "fonts-noto-core", missing
assert not set(missing) & {"Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Thai"}
said = unfit(article(title="東京の新しい橋"), channel(), 5)
assert said is not None and said.code == "story_no_font" and "fonts-noto-cjk" in said.fix, said
said = unfit(article(title="Bridge", summary="မြန်မာနိုင်ငံ " * 40, body=()), channel(), 5)
assert said is not None and "Myanmar" in said.message and "fonts-noto-core" in said.fix, said
assert unfit(article(title="Bridge 😀 東", summary="It opened. " * 9), channel(), 5).code == "story_no_font"
"""


def test_machine_without_fonts_says_what_to_install(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>")
    done = subprocess.run(
        [sys.executable, "-c", NO_FONTS],
        env={"FONTCONFIG_FILE": str(config), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(bool(fonts.uncovered("ロケット")), reason="needs a Japanese font")
def test_japanese_words_are_not_cut() -> None:
    """At the width of all but the last sign, the whole last phrase goes to the next line."""
    words = "少女らによるロケット"
    whole = cards.typeset(words, 40, 2000, "ja", 1.0)
    broken = cards.typeset(words, 40, whole.width - 20, "ja", 1.0)
    assert broken.width <= whole.width - 4 * 36


def test_brand_and_words_make_the_same_card_twice() -> None:
    one, other = (cards.draw("A headline", "World", Brand()) for _ in range(2))
    assert bytes(one.write_to_memory()) == bytes(other.write_to_memory())
    assert isinstance(one, pyvips.Image)


@pytest.mark.parametrize("words", ["\xad", "\xad\u2060", " \u200d "])
def test_words_of_which_nothing_is_seen_are_none(words: str) -> None:
    assert fonts.drawable(words) == ""
    assert fonts.drawable(f"Storm{words}") != ""
