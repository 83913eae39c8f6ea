"""The networks on which a program is tried, what has to come out there, and when a value is that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from lesson.numeric import autograd
from lesson.numeric.compare import Verdict, compare
from lesson.numeric.config import Config
from lesson.numeric.from_config import activation_of
from lesson.numeric.network import Task, Trace, forward, init_params, loss
from lesson.numeric.rounding import allowance
from lesson.numeric.source import LINES

FORWARD = ("h", "a", "out")
SIGNALS = ("grad_out", "grad_a", "grad_h")
ROLES = (*FORWARD, *LINES)
"""What a line of a program may compute: the forward pass, and the seven."""

LARGEST = (64, 32, 32, 32)
"""A line that is right at these sizes is right at larger ones: the learner's network is cut to them."""

PROBES = ((5, 4, 3, 2), (1, 3, 2, 4), (7, 2, 6, 3))
"""Sizes at which nothing fits by luck."""

OWN_WAY = 8
"""How many times the rounding of the seven lines is allowed, as a line may be written in another way."""

ROUNDED = 1e-12
"""And by this share of the largest entry, where what stands above has another size than autograd's."""

Sizes = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Network:
    """One network to try a program on, and what has to come out there, float64.

    right: by role, the forward pass and autograd's gradients. rounding: by role, what rounding may change.
    """

    sizes: Sizes
    task: Task
    right: Mapping[str, Tensor]
    rounding: Mapping[str, Tensor]

    @property
    def bias(self) -> bool:
        return self.task.params.b1 is not None

    @property
    def trace(self) -> Trace:
        return Trace(*(self.right[name] for name in FORWARD))

    @property
    def largest(self) -> int:
        """Entries of the largest tensor that a line may have to give."""
        return max(tensor.numel() for tensor in self.right.values())

    def fitted(self, value: object, role: str) -> Tensor | None:
        """A value in the shape of its role; a row without its dimension of 1 is as good. None where it has
        another."""
        needed = self.right[role].shape
        if not isinstance(value, Tensor) or (value.shape != needed and (1, *value.shape) != needed):
            return None
        return value.detach().double().view(needed)

    def verdict(self, value: object, role: str, expected: Tensor | None = None) -> Verdict:
        """A value beside what is expected in its role, else beside what is right."""
        fitted = self.fitted(value, role)
        expected = self.fitted(self.right[role] if expected is None else expected, role)
        if fitted is None or expected is None:
            return Verdict.DIFFERENT
        off = OWN_WAY * self.rounding[role] + ROUNDED * float(expected.abs().max())
        flat = (tensor.reshape(1, -1).numpy() for tensor in (fitted, expected, off))
        return Verdict(int(compare(*flat).verdict[0]))

    def fits(self, value: object, role: str, expected: Tensor | None = None) -> bool:
        """Whether a value is, but for rounding, what is expected."""
        return self.verdict(value, role, expected) <= Verdict.ROUNDING


def network(sizes: Sizes, config: Config, seed: int, silent: bool = False) -> Network:
    """The network at these sizes and random data; silent: its first observation and all biases are zero."""
    batch, inputs, hidden, outputs = sizes
    params = init_params(inputs, hidden, outputs, bias=config.bias, seed=seed, dtype=torch.float64)
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(batch, n, generator=generator, dtype=torch.float64) for n in (inputs, outputs))
    task = Task(x, y, params, activation_of(config))
    if silent:
        task = silenced(task)
    trace = forward(task.x, task.params, task.activation)._asdict()
    allowed = allowance(*task, (torch.float64, torch.float64))
    rounding = {name: torch.zeros_like(tensor) for name, tensor in trace.items()}
    rounding |= {f"grad_{name}": off for name, off in allowed.rounding._asdict().items()}
    return Network(sizes, task, trace | autograd_at_every_line(task), rounding | allowed.signals._asdict())


def silenced(task: Task) -> Task:
    """The same with biases and a first observation of zero, whose pre-activations are exactly zero."""
    x, params = task.x.clone(), task.params
    x[0] = 0
    if params.b1 is not None and params.b2 is not None:
        params = params._replace(b1=torch.zeros_like(params.b1), b2=torch.zeros_like(params.b2))
    return task._replace(x=x, params=params)


def autograd_at_every_line(task: Task) -> dict[str, Tensor]:
    """What autograd says that each of the seven lines has to be; without bias there are five."""
    x, y, params, activation = task
    leaves = autograd.leaves_of(params)
    trace = forward(x, leaves, activation)
    tensors = {**leaves._asdict(), **trace._asdict()}
    asked = {name: tensors[name.removeprefix("grad_")] for name in LINES}
    there = {name: tensor for name, tensor in asked.items() if tensor is not None}
    return dict(zip(there, torch.autograd.grad(loss(trace.out, y), tuple(there.values())), strict=True))


def own_sizes(sizes: Iterable[int]) -> Sizes:
    """The learner's sizes, cut to the largest."""
    batch, inputs, hidden, outputs = (min(size, most) for size, most in zip(sizes, LARGEST, strict=True))
    return batch, inputs, hidden, outputs


@lru_cache(maxsize=32)
def networks(
    sizes: Sizes, bias: bool, activation: str, slope: float, seed: int
) -> tuple[tuple[Network, ...], Network]:
    """The learner's own network and the probes beside it; and one whose units sit on the kink."""
    config = Config(bias=bias, activation=activation, slope=slope)
    tried = [network(size, config, seed + number) for number, size in enumerate((own_sizes(sizes), *PROBES))]
    return tuple(tried), network(PROBES[0], config, seed, silent=True)


def tried_on(config: Config) -> tuple[tuple[Network, ...], Network]:
    return networks(config.sizes, config.bias, config.activation, config.slope, config.seed)
