"""What a server does before its first page, and behind it."""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from threading import Thread

from lesson import allocator
from lesson.workers.pool import workers

PRELOADED = (
    "lesson.symbolic.proof",
    "lesson.symbolic.chain",
    "lesson.symbolic.matrix_form",
    "lesson.symbolic.linear",
    "lesson.symbolic.tensors",
    "lesson.symbolic.typeset",
    "lesson.numeric.experiments.matrix_form",
)
"""What chapters need and takes long to load; whoever needs one sooner loads it himself."""


@cache
def begin() -> None:
    """Tell the allocator how to keep memory, and start the workers.

    They load torch while the rest is imported and the first page is drawn.
    """
    allocator.keep_together()
    workers()


@cache
def preload() -> None:
    """Load what chapters need in the background, once for the server."""
    Thread(target=load, daemon=True).start()


def load() -> None:
    for name in PRELOADED:
        import_module(name)
    # The million objects of these libraries stay for good: the garbage collector need not look at them
    # again and again, a tenth of a second each time.
    gc.collect()
    gc.freeze()
