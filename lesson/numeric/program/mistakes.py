"""A collection of mistakes: each the seven lines with one of them, or their order, changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lesson.numeric.source import LINES, seven_lines


@dataclass(frozen=True, eq=False)
class Mistake:
    """What is written in the place of which lines. The same name may stand for several ways to write it."""

    name: str
    lines: Mapping[str, str]

    @property
    def rows(self) -> tuple[str, ...]:
        """The seven lines with the mistake in them, in their order."""
        right = dict(zip(LINES, seven_lines().splitlines(), strict=True))
        return tuple({**right, **self.lines}.values())

    @property
    def text(self) -> str:
        """The same as a program."""
        return "\n".join(self.rows)


def mistake(name: str, text: str) -> Mistake:
    """A mistake in a single line, which is named on its left."""
    return Mistake(name, {text.split(" = ")[0].splitlines()[-1]: text})


NOT_ZEROED = Mistake(
    "not-zeroed",
    {
        "grad_w2": "grad_w2 += a.T @ grad_out",
        "grad_b2": "grad_b2 += grad_out.sum(0, keepdim=True)",
        "grad_w1": "grad_w1 += x.T @ grad_h",
        "grad_b1": "grad_b1 += grad_h.sum(0, keepdim=True)",
    },
)

COLLECTION = (
    mistake("factor", "grad_out = out - y"),
    mistake("mean", "grad_b1 = grad_h.mean(0, keepdim=True)"),
    mistake("gradient-for-weight", "grad_a = grad_out @ grad_w2.T"),
    mistake("no-mask", "grad_h = grad_a"),
    mistake("mask-of-signal", "grad_h = grad_a * activation.derivative(grad_a)"),
    mistake("or-equal", "grad_h = torch.where(h >= 0, grad_a, slope * grad_a)"),
    mistake("sum-all", "grad_b1 = grad_h.sum()"),
    mistake("no-sum", "grad_b1 = grad_h"),
    mistake("precision", "grad_h = grad_a * torch.where(h > 0, 1.0, slope)"),
    Mistake("too-early", {"grad_a": "w2 -= learning_rate * grad_w2\ngrad_a = grad_out @ w2.T"}),
    NOT_ZEROED,
)
"""Those of the chapter on wrong gradients, in its order."""

OFTEN_WRITTEN = (
    mistake("factor", "grad_out = out - y"),
    mistake("sign", "grad_out = 2 * (y - out)"),
    mistake("loss", "grad_out = (out - y) ** 2"),
    mistake("mean", "grad_out = 2 * (out - y) / len(x)"),
    mistake("transposed", "grad_w2 = grad_out.T @ a"),
    mistake("before-activation", "grad_w2 = h.T @ grad_out"),
    mistake("mean", "grad_w2 = a.T @ grad_out / len(x)"),
    mistake("no-sum", "grad_b2 = grad_out"),
    mistake("sum-all", "grad_b2 = grad_out.sum()"),
    mistake("other-dimension", "grad_b2 = grad_out.sum(1)"),
    mistake("other-dimension", "grad_b2 = grad_out.sum(1, keepdim=True)"),
    mistake("mean", "grad_b2 = grad_out.mean(0)"),
    mistake("mean", "grad_b2 = grad_out.mean(0, keepdim=True)"),
    mistake("gradient-for-weight", "grad_a = grad_out @ grad_w2.T"),
    mistake("transposed", "grad_a = w2 @ grad_out.T"),
    mistake("no-mask", "grad_h = grad_a"),
    mistake("mask-of-signal", "grad_h = grad_a * activation.derivative(grad_a)"),
    mistake("slope", "grad_h = grad_a * (h > 0)"),
    mistake("mask-alone", "grad_h = activation.derivative(h)"),
    mistake("mask-reversed", "grad_h = grad_a * (h <= 0)"),
    mistake("value-for-slope", "grad_h = grad_a * a"),
    mistake("transposed", "grad_w1 = grad_h.T @ x"),
    mistake("gate-skipped", "grad_w1 = x.T @ grad_a"),
    mistake("mean", "grad_w1 = x.T @ grad_h / len(x)"),
    mistake("no-sum", "grad_b1 = grad_h"),
    mistake("sum-all", "grad_b1 = grad_h.sum()"),
    mistake("other-dimension", "grad_b1 = grad_h.sum(1)"),
    mistake("other-dimension", "grad_b1 = grad_h.sum(1, keepdim=True)"),
    mistake("mean", "grad_b1 = grad_h.mean(0)"),
    mistake("mean", "grad_b1 = grad_h.mean(0, keepdim=True)"),
    mistake("gate-skipped", "grad_b1 = grad_a.sum(0, keepdim=True)"),
)

OF_THE_FORWARD_PASS = (
    mistake("forward-no-bias", "h = x @ w1"),
    mistake("forward-no-bias", "out = a @ w2"),
    mistake("forward-no-activation", "a = h"),
    mistake("forward-relu", "a = torch.relu(h)"),
)
"""Another network than that on the screen: what is missing in it, or its activation."""


def by_line() -> dict[str, tuple[Mistake, ...]]:
    mistakes: defaultdict[str, tuple[Mistake, ...]] = defaultdict(tuple)
    for known in OFTEN_WRITTEN + OF_THE_FORWARD_PASS:
        (line,) = known.lines
        mistakes[line] += (known,)
    return dict(mistakes)


EXERCISE = by_line()
"""Mistakes that learners make in a line, by its name."""
