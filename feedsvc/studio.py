"""A story video rendered in a process of its own.

Nothing here is in the way of a refresh or a request: the process is a nice one, its memory goes with it, and
whatever a picture or a font does to it costs one story and not the service. It imports little, to stay small.
"""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock

from msgspec import Struct

from feeds.model import Article, Channel, Issue
from feedsvc import slides
from feedsvc.processes import end_with_parent

# A minute of story takes ten seconds; a slow machine and a narrator get their time.
LONGEST = 600.0
_POLITE = 10


class Order(Struct, frozen=True):
    """All that a process needs to render one story."""

    article: Article
    channel: Channel
    pictures: tuple[bytes, ...]
    logo: bytes
    minimum: int
    motion: bool
    narrator: str
    narrator_timeout: float


class Studio:
    """Renders one order at a time in a process that is started for it, and that `seconds` are enough for."""

    def __init__(
        self, render: Callable[[Connection, Order], None] | None = None, seconds: float = LONGEST
    ) -> None:
        self.stopped = False
        self._render, self._seconds = render or _render, seconds
        self._lock = Lock()
        self._process: BaseProcess | None = None

    def __call__(self, order: Order) -> slides.Story | Issue | None:
        """Return what the process answers, None when it is stopped, crashes or takes for ever."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=self._render, args=(theirs, order), daemon=True)
        with self._lock:
            if self.stopped:
                return None
            process.start()
            self._process = process
        theirs.close()
        try:
            answer: slides.Story | Issue | None = ours.recv() if ours.poll(self._seconds) else None
        except (EOFError, OSError):
            answer = None
        finally:
            process.kill()
            process.join()
            ours.close()
        return answer

    def stop(self) -> None:
        """Render nothing more; what is half done is done again another time."""
        with self._lock:
            self.stopped = True
            if self._process:
                self._process.kill()


def _render(answer: Connection, order: Order) -> None:
    """Render the order and send the story, or why there is none; runs in a process of its own."""
    end_with_parent()
    os.nice(_POLITE)
    narrate = slides.narrator(order.narrator, order.narrator_timeout) if order.narrator else None
    answer.send(
        slides.render(
            *(order.article, order.channel, order.pictures),
            logo=order.logo,
            minimum=order.minimum,
            motion=order.motion,
            narrate=narrate,
        )
    )
