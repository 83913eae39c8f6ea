"""What the C library's allocator is told, on Linux; others have their own ways, and are told nothing."""

from __future__ import annotations

import os
from ctypes import CDLL
from functools import cache
from pathlib import Path

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Parameters of mallopt (malloc.h)."""

PAGE = os.sysconf("SC_PAGE_SIZE")
LARGE = 128 * 1024
"""Bytes from which a piece of memory is the system's own, and goes back to it as soon as it is free."""


@cache
def keep_together() -> None:
    """Let all threads of this process share a few heaps, out of which large pieces stay.

    By itself the allocator gives each of many threads a heap of its own, and puts ever larger pieces into
    it. What is kept among what is dropped then leaves holes in all of them: 60 MB after ten minutes with
    thirty learners, 10 MB so.
    """
    tell = getattr(CDLL(None), "mallopt", None)
    if tell:
        tell(M_ARENA_MAX, 2)
        tell(M_MMAP_THRESHOLD, LARGE)


def resident() -> int:
    """Bytes that this process holds in memory; 0 where the system does not say so in Linux's way."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except FileNotFoundError:
        return 0


def give_back() -> None:
    """Return to the system what is free, up to 90 MB after a large computation."""
    trim = getattr(CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
