"""An article -> a story video: slides of its words and pictures, typeset, filmed and captioned."""

from feedsvc.slides.render import CODES, MINIMUM_WORDS, Story, render
from feedsvc.slides.script import Slide, script

__all__ = ["CODES", "MINIMUM_WORDS", "Slide", "Story", "render", "script"]
