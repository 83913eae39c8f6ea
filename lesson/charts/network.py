"""What every picture of the network keeps to: how many units it draws, and which weights are lit."""

from __future__ import annotations

from typing import NamedTuple

from lesson.numeric.config import Entry

SHOWN = 4
"""Units of a layer that are drawn; of a larger layer the first ones, and dots."""


class Unit(NamedTuple):
    """A circle with a name."""

    x: float
    y: float
    name: str
    kind: str


def is_lit(entry: Entry, chosen: Entry) -> bool:
    """The chosen entry, and whatever carries its effect on: the weights that leave its unit."""
    carries_on = chosen.parameter in ("w1", "b1") and entry.parameter == "w2" and entry.row == chosen.column
    return entry == chosen or carries_on
