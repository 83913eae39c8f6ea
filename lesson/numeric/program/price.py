"""What a program costs on a network, known before it runs, and what it may cost there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import inf, nan
from typing import Any, NamedTuple

import torch
from torch import Tensor

from lesson.numeric.network import Activation
from lesson.numeric.program.cost import LOOKS, Cost, Kind, laid_out
from lesson.numeric.program.interpreter import Run
from lesson.numeric.program.lines import Line, act, with_ends
from lesson.numeric.program.meter import Limits, Meter
from lesson.numeric.program.whitelist import read
from lesson.numeric.source import seven_lines

TIMES = 6
SPARE = Limits(work=10**10, bytes=96 * 2**20)
LEAST = Limits(work=5 * 10**8, bytes=2**20)
"""A program may cost so many TIMES what the seven lines cost on a network, though no more than SPARE beyond
them, and LEAST in any case. In words: a third of a second of an ordinary core and what a small server has
left; a sixtieth and a megabyte."""

Sizes = tuple[int, int, int, int]


class Price(NamedTuple):
    """What one run of a program costs.

    work_per_step: in multiplications of a large float32 product. peak_bytes: of what it holds at once beside
    the network. dearest_line: the number of the line that does most of the work, 0 where none does any.
    """

    work_per_step: int
    peak_bytes: int
    dearest_line: int


class Estimate(Run):
    """A run that only counts: in the place of each result is memory that nobody touches, which the system
    therefore never provides.

    A number that would be read from a tensor is nan, and as many entries are under a mask as it has.
    """

    def done(
        self,
        node: ast.AST,
        foreseen: Cost,
        make: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """What the operation would give."""
        name = make.__name__
        if name in LOOKS:
            seen = self.attempt(node, make, *arguments, **keywords)
            return nan if name == "item" else seen
        if foreseen.result is None:
            return arguments[0]
        if name == "reshape":
            room = self.attempt(node, torch.empty, arguments[0].shape, dtype=foreseen.result.dtype)
            return self.attempt(node, make, room, *arguments[1:], **keywords)
        return self.attempt(node, stand_in, foreseen.result)


def stand_in(kind: Kind) -> Tensor:
    """A tensor of this kind whose numbers nobody has written."""
    return laid_out(lambda sizes: torch.empty(sizes, dtype=kind.dtype), kind.shape, kind.order)


def network(sizes: Sizes, bias: bool, dtype: torch.dtype) -> dict[str, Tensor]:
    """Stand-ins for all that a program may use on a network, by name."""
    batch, inputs, hidden, outputs = sizes
    shapes = {"x": (batch, inputs), "y": (batch, outputs), "w1": (inputs, hidden), "w2": (hidden, outputs)}
    shapes |= {"b1": (1, hidden), "b2": (1, outputs)} if bias else {}
    shapes |= {"h": (batch, hidden), "a": (batch, hidden), "out": (batch, outputs)}
    return {name: stand_in(Kind(shape, dtype)) for name, shape in shapes.items()}


def estimated(
    lines: Sequence[Line],
    given: Mapping[str, Tensor],
    activation: Activation,
    limits: Limits,
    copied: int = 0,
) -> Price:
    """What lines cost. Raises ProgramError where they cannot run, or cost more than the limits allow."""
    meter = Meter(Limits(inf, limits.bytes), given.values(), copied, exact=True)
    act(lines, Estimate(given, activation, meter))
    meter.limits = limits
    if meter.work > limits.work:
        raise meter.too_much_work()
    return Price(meter.work, int(meter.peak_bytes), meter.dearest_line)


@lru_cache(maxsize=256)
def limits_on(sizes: Sizes, dtype: torch.dtype) -> Limits:
    """What a program may cost on a network of these sizes: so many times what the seven lines cost."""
    lines = with_ends(map(Line.of, read(seven_lines())))
    seven = estimated(lines, network(sizes, True, dtype), Activation.relu(), Limits(inf, inf))
    own = Limits(seven.work_per_step, seven.peak_bytes)
    work, most = (
        least + cost + min((TIMES - 1) * cost, spare)
        for least, cost, spare in zip(LEAST, own, SPARE, strict=True)
    )
    return Limits(work, most)
