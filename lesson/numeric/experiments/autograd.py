"""What autograd records, and what follows from it, as snippets that run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.autograd import leaves_of
from lesson.numeric.config import Config
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Params, Task, forward

Print = Callable[..., None]


def leaves(print: Print) -> None:
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()
    print(w.is_leaf, w.grad_fn)
    print(loss.is_leaf, loss.grad_fn.name())
    loss.backward()
    print(w.grad)


def backward_twice(print: Print) -> None:
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()
    loss.backward()
    print(w.grad)
    loss.backward()


def backward_retained(print: Print) -> None:
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    print(w.grad)
    loss.backward()
    print(w.grad)


def pressed(print: Print, times: int) -> None:
    w = torch.tensor([1.0, -0.5, 0.25], requires_grad=True)
    loss = (w * w).sum()
    for _ in range(times):
        loss.backward(retain_graph=True)
        print(w.grad)


def zeroed(print: Print) -> None:
    layer = torch.nn.Linear(2, 1, bias=False)
    x = torch.ones(3, 2)
    for _ in range(2):
        layer.zero_grad()
        layer(x).sum().backward()
        print(layer.weight.grad)


def no_grad(print: Print) -> None:
    x = torch.tensor([1.0], requires_grad=True)
    with torch.no_grad():
        z = x * 2
        with torch.enable_grad():
            y = x * 2
    print(z.requires_grad, y.requires_grad)


def in_place(print: Print) -> None:
    w = torch.ones(2, requires_grad=True)
    print(w)
    w -= 0.1


def in_place_unrecorded(print: Print) -> None:
    w = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        w -= 0.1
    print(w)


def cloned(print: Print) -> None:
    w_start = torch.ones(2, requires_grad=True)
    w = w_start.clone()
    (w * w).sum().backward()
    print(w.is_leaf, w.grad)
    print(w_start.grad)


def aliased(print: Print) -> None:
    w_start = torch.ones(2, requires_grad=True)
    w = w_start
    with torch.no_grad():
        w -= 0.1
    print(w_start)


def copied(print: Print) -> None:
    w_start = torch.ones(2, requires_grad=True)
    w = w_start.detach().clone().requires_grad_()
    (w * w).sum().backward()
    print(w.is_leaf, w.grad)
    with torch.no_grad():
        w -= 0.1 * w.grad
    print(w_start)


def gradients_after(times: int) -> np.ndarray:
    """w.grad after each of so many calls of backward: (times, 3)."""
    gradients: list[np.ndarray] = []
    pressed(lambda gradient: gradients.append(gradient.clone().numpy()), times)
    return np.array(gradients).reshape(times, 3)


MOST_STEPS = 400
LOOKS = 10


@dataclass(frozen=True, eq=False)
class Cost:
    """Training by hand, on clones that still require a gradient and on detached copies.

    steps (LOOKS,): when one looked; for each kind of copy, nodes: how many were alive then, and
    microseconds: the median per step since the look before, (LOOKS,) each.
    """

    steps: np.ndarray
    nodes: dict[str, np.ndarray]
    microseconds: dict[str, np.ndarray]

    @property
    def slowdown(self) -> float:
        """How many times as long a step on clones takes, by the medians."""
        return float(np.median(self.microseconds["clone"]) / np.median(self.microseconds["detached"]))


COPIES: dict[str, Callable[[Tensor], Tensor]] = {
    "clone": lambda p: p.clone(),
    "detached": lambda p: p.detach().clone(),
}


def cost(steps: int) -> Cost:
    """The notebook's network, 64-3-2-1 in float32, trained by hand for LOOKS to MOST_STEPS steps."""
    looks = np.linspace(0, min(steps, MOST_STEPS), LOOKS + 1).astype(int)[1:]
    measured = {name: trained_on(copy, looks) for name, copy in COPIES.items()}
    return Cost(
        looks,
        {name: nodes for name, (nodes, _) in measured.items()},
        {name: microseconds for name, (_, microseconds) in measured.items()},
    )


def trained_on(copy: Callable[[Tensor], Tensor], looks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes alive and microseconds per step at each look."""
    config = Config()
    task = task_of(config, torch.float32)
    task = task._replace(params=leaves_of(task.params).map(copy))
    nodes, microseconds = [], []
    for steps in np.diff(looks, prepend=0):
        times = [timed_step(task, config.learning_rate) for _ in range(steps)]
        microseconds.append(float(np.median(times)))
        nodes.append(nodes_behind(task.params))
    for p in task.params:
        if p is not None:
            # Its graph saved the very tensor that was then changed in place and holds the graph: torch never
            # frees such a ring by itself.
            p.detach_()
    return np.array(nodes), np.array(microseconds)


def timed_step(task: Task, learning_rate: float) -> float:
    """One step by hand on the parameters in place, and the microseconds that it took."""
    began = time.perf_counter()
    x, y, params, activation = task
    gradients = by_hand.backward(x, y, params, activation, forward(x, params, activation))
    for p, gradient in zip(params, gradients, strict=True):
        assert p is not None
        assert gradient is not None
        p -= learning_rate * gradient
    return 1e6 * (time.perf_counter() - began)


def nodes_behind(params: Params) -> int:
    """How many nodes of the graph the tensors keep alive."""
    waiting = [p.grad_fn for p in params if p is not None and p.grad_fn is not None]
    seen = set(waiting)
    while waiting:
        for successor, _ in waiting.pop().next_functions:
            if successor is not None and successor not in seen:
                seen.add(successor)
                waiting.append(successor)
    return len(seen)
