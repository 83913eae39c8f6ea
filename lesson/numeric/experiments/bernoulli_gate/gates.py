"""Hidden units behind coin flips, and five ways to send a gradient through a flip.

    s = x wg + bg        p = sigmoid(s)        m ~ Bernoulli(p)        out = (m * a) w2 + b2

a is the activation of the lesson's network, a = phi(x w1 + b1). Each observation flips a coin of its own
for each unit, as in hard attention (Xu et al., 2015). For a few units the expected loss is a finite sum
over all masks, and so is its gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from threading import Lock
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from lesson.numeric.network import Activation
from lesson.numeric.snippet import Ran, run

LARGEST = (64, 8, 6, 4)
"""Batch, inputs, gated units and outputs at most: the exact sum has 2 to the power of the units terms."""

FLIPPING = Lock()
"""Torch's flips come from a stream that the whole process shares."""


class Loss(NamedTuple):
    """The squared error of each observation, (..., batch), as a function of the gates m, (..., batch, units).

    a (..., batch, units), w2 (..., units, outputs), b2 (..., 1, outputs), y (..., batch, outputs).
    """

    a: Tensor
    w2: Tensor
    b2: Tensor
    y: Tensor

    def __call__(self, m: Tensor) -> Tensor:
        return ((m * self.a) @ self.w2 + self.b2 - self.y).square().sum(-1)

    def expected(self, p: Tensor) -> Tensor:
        """Its expectation over independent flips of probability p: the squared error of the mean output and
        the outputs' variance. The same number as exactly() sums up, for any number of units."""
        variance = (p * (1 - p) * self.a.square()) @ self.w2.square().sum(-1, keepdim=True)
        return self(p) + variance.squeeze(-1)


Estimator = Callable[[Tensor, Tensor, Loss], Tensor]
"""A function of s, of uniform noise of its shape and of the loss: a value for each observation, (..., batch),
whose gradient estimates that of the expected loss, by s and by all that the loss depends on."""


@dataclass(frozen=True)
class Gated:
    """A network with gates: sizes (batch, inputs, units, outputs), whether it has biases, the slope of its
    activation for h <= 0, the temperature of the relaxed gates, and the seed."""

    sizes: tuple[int, int, int, int] = (64, 3, 4, 1)
    bias: bool = True
    slope: float = 0.0
    temperature: float = 0.5
    seed: int = 0

    def fitted(self) -> Gated:
        """The same, in sizes of at most LARGEST."""
        batch, inputs, units, outputs = map(min, self.sizes, LARGEST)
        return replace(self, sizes=(batch, inputs, units, outputs))

    @property
    def entries(self) -> list[str]:
        """The names of the gates' weights, wg then bg if there is one, row by row, counted from 1."""
        _, inputs, units, _ = self.sizes
        columns = range(1, units + 1)
        return [
            *(f"wg[{row},{column}]" for row in range(1, inputs + 1) for column in columns),
            *(f"bg[1,{column}]" for column in columns if self.bias),
        ]


class Weights(NamedTuple):
    """wg (..., inputs, units), bg (..., 1, units) of the gates; the rest as in the lesson's network."""

    wg: Tensor
    bg: Tensor
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor

    def map(self, change: Callable[[Tensor], Tensor]) -> Weights:
        """The same change to every tensor."""
        return Weights(*map(change, self))


class StraightThrough(torch.autograd.Function):
    """m = 1 where noise < p, else 0. Backward, as if it had been m = p."""

    @staticmethod
    def forward(ctx: Any, p: Tensor, noise: Tensor) -> Tensor:
        return (noise < p).to(p.dtype)

    @staticmethod
    def backward(ctx: Any, grad_m: Tensor) -> tuple[Tensor, None]:
        return grad_m, None


def naive(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    m = (noise < torch.sigmoid(s)).to(s.dtype)
    return loss(m)


def straight_through(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    m = StraightThrough.apply(torch.sigmoid(s), noise)
    return loss(m)


def score(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    m = (noise < torch.sigmoid(s)).to(s.dtype)
    value = loss(m)
    return value + value.detach() * log_probability(m, s)


def score_baseline(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    p = torch.sigmoid(s)
    m = (noise < p).to(s.dtype)
    value, baseline = loss(m), loss(p)
    return value + (value - baseline).detach() * log_probability(m, s)


def relaxed(s: Tensor, noise: Tensor, loss: Loss, temperature: float) -> Tensor:
    logistic = torch.log(noise) - torch.log1p(-noise)
    m = torch.sigmoid((s + logistic) / temperature)
    return loss(m)


def log_probability(m: Tensor, s: Tensor) -> Tensor:
    """The log probability of gates m of zeros and ones, (..., batch). Its derivative by s is m - p."""
    return logsigmoid((2 * m - 1) * s).sum(-1)


def exactly(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    """The expected loss of each observation: the sum over all masks; the noise is not needed."""
    masks = torch.tensor(list(product((0.0, 1.0), repeat=s.shape[-1])), dtype=s.dtype)
    masks = masks.reshape(-1, *(1,) * (s.dim() - 1), s.shape[-1])
    return (log_probability(masks, s).exp() * loss(masks)).sum(0)


def expected(s: Tensor, noise: Tensor, loss: Loss) -> Tensor:
    """The same in closed form, as a training has no time for the sum."""
    return loss.expected(torch.sigmoid(s))


SHOWN: dict[str, Callable[..., Tensor]] = {
    "straight-through": straight_through,
    "score": score,
    "score-baseline": score_baseline,
    "relaxed": relaxed,
}
"""The ways whose gradient by s is not zero, by name: the straight-through estimator (Bengio, Léonard and
Courville, 2013), the score function (REINFORCE: Williams, 1992) without and with a baseline, the
relaxed gate (Maddison, Mnih and Teh, 2017; Jang, Gu and Poole, 2017)."""


def estimators(temperature: float) -> dict[str, Estimator]:
    return {**SHOWN, "relaxed": partial(relaxed, temperature=temperature)}


def task(gated: Gated, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Weights]:
    """x (batch, inputs), y (batch, outputs) and the weights at the start.

    y is x u for a direction u where the first input is positive and 0 elsewhere, with a sign for each output:
    what a gate is made for. Weights have variance 2 / inputs (w1), 1 / units (w2), 1 / inputs (wg).
    """
    batch, inputs, units, outputs = gated.sizes
    generator = torch.Generator().manual_seed(gated.seed)

    def drawn(rows: int, columns: int) -> Tensor:
        return torch.randn((rows, columns), generator=generator).to(dtype)

    x, direction, signs = drawn(batch, inputs), drawn(inputs, 1), drawn(1, outputs).sign()
    y = (x @ direction / direction.norm()) * (x[:, :1] > 0) * signs
    weights = Weights(
        inputs**-0.5 * drawn(inputs, units),
        torch.zeros(1, units, dtype=dtype),
        (2 / inputs) ** 0.5 * drawn(inputs, units),
        torch.zeros(1, units, dtype=dtype),
        units**-0.5 * drawn(units, outputs),
        torch.zeros(1, outputs, dtype=dtype),
    )
    return x, y, weights


def forward(x: Tensor, y: Tensor, weights: Weights, slope: float) -> tuple[Tensor, Loss]:
    """s (..., batch, units), and the loss as a function of the gates."""
    wg, bg, w1, b1, w2, b2 = weights
    return x @ wg + bg, Loss(Activation.leaky_relu(slope)(x @ w1 + b1), w2, b2, y)


# What a page shows as code has every tensor under its own name, so that a snippet has many parameters.
def unnoticed(
    print: Callable[..., None],
    x: Tensor,
    a: Tensor,
    wg: Tensor,
    bg: Tensor,
    w2: Tensor,
    b2: Tensor,
    y: Tensor,
) -> None:
    s = x @ wg + bg
    s.retain_grad()
    m = torch.bernoulli(torch.sigmoid(s))
    loss = ((m * a) @ w2 + b2 - y).square().sum()
    loss.backward()
    print("loss:", loss.item())
    print("m.grad_fn:", m.grad_fn.name())
    print("largest entry of s.grad:", s.grad.abs().max().item())
    print("largest entry of wg.grad:", wg.grad.abs().max().item())


def unnoticed_of(gated: Gated) -> Ran:
    """Torch differentiates through a flip without a word, and the gradient is zero."""
    x, y, weights = task(gated)
    _, loss = forward(x, y, weights, gated.slope)
    with FLIPPING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(gated.seed)
        return run(unnoticed, x, loss.a, weights.wg.requires_grad_(), weights.bg, loss.w2, loss.b2, y)
