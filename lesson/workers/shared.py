"""A long run that several learners ask for at once: one carries it out, the others watch."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")

PATIENCE = 0.3
"""Seconds after which whoever watches looks for a newer value."""


class SharedRun(Generic[Result]):
    """A run that is done once for all who ask for it.

    latest is its last value so far. If the one who carries it out leaves, one who watches begins anew.
    """

    def __init__(self) -> None:
        self.latest: Result | None = None
        self.finished = False
        self.carried_out = Lock()

    def watch(
        self, work: Callable[[], Generator[Result, None, None]], idle: Callable[[], None]
    ) -> Generator[Result, None, None]:
        """Yield the values so far and to come; work() makes them where nobody else does.

        idle() is called about three times a second while another has begun and has no value yet.
        """
        while not self.finished:
            if self.carried_out.acquire(timeout=PATIENCE):
                yield from self.carry_out(work)
            elif self.latest is not None:
                yield self.latest
            else:
                idle()
        if self.latest is not None:
            yield self.latest

    def carry_out(self, work: Callable[[], Generator[Result, None, None]]) -> Generator[Result, None, None]:
        """Yield the values as they are made; the lock is held already, and is released at the end."""
        try:
            # It may have been finished while this one waited for the lock.
            if not self.finished:
                with closing(work()) as values:
                    for self.latest in values:
                        yield self.latest
                self.finished = True
        finally:
            self.carried_out.release()
