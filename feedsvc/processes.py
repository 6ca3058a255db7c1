"""What every process of this service owes its parent and its machine."""

import ctypes
import multiprocessing
import os
import sys
from functools import cache
from multiprocessing.process import BaseProcess
from threading import Thread

# https://man7.org/linux/man-pages/man3/mallopt.3.html
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8


@cache
def give_memory_back() -> None:
    """Let the C library give pictures back to the system as soon as they are freed.

    glibc raises the size from which it does so to that of the largest picture seen, and then keeps 100 MB,
    some for each thread.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, 1 << 18)
        library.mallopt(_ARENA_MAX, 2)


def end_with_parent() -> None:
    """See to it that this process does not outlive a `kill -9` of its parent: it would work for nobody."""
    if parent := multiprocessing.parent_process():
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
