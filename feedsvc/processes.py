"""What every process of this service owes its parent and its machine."""

import ctypes
import multiprocessing
import os
from contextlib import suppress
from multiprocessing.process import BaseProcess
from threading import Thread

# https://man7.org/linux/man-pages/man3/mallopt.3.html
_ARENA_MAX, _ARENAS = -8, 2


def share_memory() -> None:
    """Have threads share what they free: glibc keeps it apart for each, and pictures are large."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def end_with_parent() -> None:
    """See to it that this process does not outlive a `kill -9` of its parent: it would work for nobody."""
    if parent := multiprocessing.parent_process():
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
