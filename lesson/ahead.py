"""What the chapters need and takes long to load, loaded behind the first page."""

from __future__ import annotations

import gc
from importlib import import_module
from threading import Lock, Thread

MODULES = (
    "lesson.symbolic.proof",
    "lesson.symbolic.chain",
    "lesson.symbolic.matrix_form",
    "lesson.symbolic.linear",
    "lesson.symbolic.tensors",
    "lesson.symbolic.typeset",
    "lesson.numeric.experiments.matrix_form",
)
BEGUN = Lock()


def load_ahead() -> None:
    """Load them in the background, once for the server; whoever needs one sooner loads it himself."""
    if BEGUN.acquire(blocking=False):
        Thread(target=load, daemon=True).start()


def load() -> None:
    for name in MODULES:
        import_module(name)
    # The million objects of these libraries stay for good: the garbage collector need not look at them
    # again and again, a tenth of a second each time.
    gc.collect()
    gc.freeze()
