"""An article -> a story video: slides of its words and pictures, typeset, filmed, captioned, read aloud."""

from feedsvc.slides.render import CODES, MINIMUM_WORDS, VERSION, Story, render, unfit
from feedsvc.slides.script import Slide, script
from feedsvc.slides.voice import NarratorError, narrator

__all__ = [
    "CODES", "MINIMUM_WORDS", "VERSION", "NarratorError", "Slide", "Story", "narrator", "render", "script",
    "unfit",
]  # fmt: skip
