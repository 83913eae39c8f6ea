"""Why a text is no loss, and where. Free of SymPy."""

from __future__ import annotations

import ast
import time
from functools import partial
from typing import Literal

Reason = Literal[
    "empty",
    "too-long",
    "too-deep",
    "no-python",
    "unknown-name",
    "unknown-function",
    "arguments",
    "number-of-arguments",
    "caret",
    "needs-condition",
    "no-condition",
    "one-comparison",
    "pieces",
    "no-number",
    "too-large-number",
    "numbers-alone",
    "exponent",
    "too-large-exponent",
    "divided-by-zero",
    "not-real",
    "no-prediction",
    "not-here",
    "too-many-terms",
    "too-slow",
]
"""The page has a sentence for each, under `refused-` and its name."""


class LossError(ValueError):
    """What is wrong with a loss and at which character of the text, counted from 1.

    reason chooses the sentence on the page, facts fill it in.
    """

    def __init__(self, place: int, reason: Reason, **facts: object) -> None:
        super().__init__(f"character {place}: {reason} {facts or ''}".rstrip())
        self.place, self.reason, self.facts = place, reason, facts

    def __reduce__(self) -> tuple[object, ...]:
        """How it travels between processes."""
        return partial(LossError, self.place, self.reason, **self.facts), ()


def refuse(node: ast.AST, reason: Reason, **facts: object) -> LossError:
    """The error of a node, at the place where it is written."""
    return LossError(getattr(node, "col_offset", 0) + 1, reason, **facts)


MOST_SECONDS = 0.15
"""Of one processor. What takes longer is refused between two steps, each of which is short."""


class Stopwatch:
    """Counts the processor time of this thread from when it was made."""

    def __init__(self) -> None:
        self.began = time.thread_time()

    def check(self, place: int = 1) -> None:
        """Raise LossError where too much time has gone."""
        if time.thread_time() - self.began > MOST_SECONDS:
            raise LossError(place, "too-slow")
