"""How far two gradients are apart, and what explains it. Plain arrays, any number of steps at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Verdict(IntEnum):
    """What a difference is put down to, mildest first."""

    IDENTICAL = 0
    ROUNDING = 1
    KINK = 2
    DIFFERENT = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Kink(NamedTuple):
    """A pre-activation that rounding cannot tell from zero: h[observation, unit]."""

    observation: int
    unit: int
    h: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two gradients of one parameter, compared at each of S steps; every field has shape (S,).

    largest: the largest absolute difference. relative: that over the largest entry of either.
    ulps: the largest distance in units in the last place of the coarser dtype.
    share: the largest difference over its rounding bound (inf where the bound is zero).
    verdict: a Verdict as an integer.
    """

    largest: np.ndarray
    relative: np.ndarray
    ulps: np.ndarray
    share: np.ndarray
    verdict: np.ndarray

    @classmethod
    def joined(cls, parts: list[Comparison]) -> Comparison:
        """The comparisons of consecutive steps as one."""
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))


def worst(compared: Mapping[str, Comparison]) -> Verdict:
    """The worst verdict over all parameters and steps."""
    return Verdict(max(int(c.verdict.max(initial=0)) for c in compared.values()))


def largest_share(compared: Mapping[str, Comparison]) -> float:
    """The largest difference as a share of its rounding bound, over all parameters and steps."""
    return max(float(c.share.max(initial=0.0)) for c in compared.values())


def ulp_distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many floating point numbers lie between a and b, as uint64; 0 and -0 are one number.

    They are counted in the coarser of two dtypes. For nan the answer means nothing.
    """
    dtype = min(a.dtype, b.dtype, key=lambda d: d.itemsize)
    ordinals = []
    for values in (a, b):
        # IEEE 754 orders the positive floats as their bit patterns; the negative ones mirror them.
        bits = np.ascontiguousarray(values, dtype).view(f"i{dtype.itemsize}").astype(np.int64)
        sign = np.int64(-(2 ** (8 * dtype.itemsize - 1)))
        ordinals.append(np.where(bits < 0, sign - bits, bits))
    high, low = np.maximum(*ordinals), np.minimum(*ordinals)
    return high.astype(np.uint64) - low.astype(np.uint64)


def compare(a: np.ndarray, b: np.ndarray, rounding: np.ndarray, kink: np.ndarray | float = 0.0) -> Comparison:
    """Judge gradients a and b, both (S, entries), against allowances of the same shape.

    Within rounding is ROUNDING, within rounding and kink together is KINK.
    """
    difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
    size = np.maximum(np.abs(a), np.abs(b)).max(1, initial=0.0).astype(np.float64)
    largest = difference.max(1, initial=0.0)
    unequal = difference > 0
    share = np.divide(difference, rounding, out=np.where(unequal, np.inf, 0.0), where=rounding > 0)
    # Comparisons with nan are false: what is not shown to be mild is different.
    within = [~unequal & ~np.isnan(difference), difference <= rounding, difference <= rounding + kink]
    verdict = sum((~case.all(1)).astype(np.int8) for case in within)
    return Comparison(
        largest=largest,
        relative=np.divide(largest, size, out=np.zeros_like(largest), where=size > 0),
        ulps=ulp_distance(a, b).max(1, initial=0),
        share=share.max(1, initial=0.0),
        verdict=np.asarray(verdict),
    )
