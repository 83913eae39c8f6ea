"""What the chapters need and takes long to load, loaded behind the first page."""

from __future__ import annotations

import gc
from ctypes import CDLL
from importlib import import_module
from threading import Lock, Thread

MODULES = (
    "lesson.symbolic.proof",
    "lesson.symbolic.chain",
    "lesson.symbolic.matrix_form",
    "lesson.symbolic.linear",
    "lesson.symbolic.tensors",
    "lesson.symbolic.typeset",
    "lesson.numeric.signals",
)
BEGUN = Lock()
M_ARENA_MAX = -8
"""Its number in malloc.h."""


def load_ahead() -> None:
    """Load them in the background, once for the server; whoever needs one sooner loads it himself."""
    if BEGUN.acquire(blocking=False):
        share_arenas()
        Thread(target=load, daemon=True).start()


def share_arenas() -> None:
    """Linux's allocator keeps memory apart for threads that allocate at once, in up to sixteen arenas here,
    and each answer is a thread of its own: what one gives back another cannot use."""
    set_option = getattr(CDLL(None), "mallopt", None)
    if set_option:
        set_option(M_ARENA_MAX, 2)


def load() -> None:
    for name in MODULES:
        import_module(name)
    # The million objects of these libraries stay for good: the garbage collector need not look at them
    # again and again, a tenth of a second each time.
    gc.collect()
    gc.freeze()
