"""What autograd records, and what follows from it, as snippets that run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import autograd, by_hand
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


def backward_of_many(print: Print) -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = torch.ones(2, 1, requires_grad=True)
    out = x @ w
    print(out)
    out.backward()


def backward_with_signal(print: Print) -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    y = torch.tensor([[2.0], [8.0], [10.0]])
    w = torch.ones(2, 1, requires_grad=True)
    out = x @ w
    grad_out = 2 * (out.detach() - y)
    out.backward(grad_out)
    print(w.grad)
    w.grad = None
    residual = x @ w - y
    loss = (residual * residual).sum()
    loss.backward()
    print(w.grad)


def jacobian_multiplied(print: Print) -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    w = torch.ones(2, 2, requires_grad=True)
    out = x @ w
    numbers = out.flatten()
    rows = [torch.autograd.grad(number, w, retain_graph=True)[0].flatten() for number in numbers]
    jacobian = torch.stack(rows)
    print(jacobian)
    grad_out = torch.tensor([[2.0, 0.0], [-2.0, 1.0], [2.0, 3.0]])
    print((grad_out.flatten() @ jacobian).view(w.shape))
    out.backward(grad_out)
    print(w.grad)


def off_by_signal(config: Config) -> float:
    """The largest difference, in any gradient at a configured start, float32, between out.backward(grad_out)
    with the first of the seven lines and loss.backward()."""
    x, y, start, activation = task_of(config, torch.float32)
    params = leaves_of(start)
    out = forward(x, params, activation).out
    out.backward(2 * (out.detach() - y))
    pairs = zip(params, autograd.gradients(x, y, start, activation), strict=True)
    return max(float((p.grad - g).abs().max()) for p, g in pairs if p is not None and p.grad is not None)


class Jacobian(NamedTuple):
    """Of out by one parameter, which nobody builds, beside the gradient, its product with grad_out.

    sides (numbers in out, numbers in the parameter), and what both would take in float32.
    """

    sides: tuple[int, int]
    bytes: int
    gradient_sides: tuple[int, int]
    gradient_bytes: int


def jacobians(sizes: tuple[int, int, int, int]) -> dict[str, Jacobian]:
    """Those by w1 and w2; sizes: (batch, inputs, hidden, outputs)."""
    batch, inputs, hidden, outputs = sizes
    shapes = {"w1": (inputs, hidden), "w2": (hidden, outputs)}
    return {
        name: Jacobian(
            (batch * outputs, rows * columns), 4 * batch * outputs * rows * columns, shape, 4 * rows * columns
        )
        for name, shape in shapes.items()
        for rows, columns in [shape]
    }


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
REPEATS = 7


@dataclass(frozen=True, eq=False)
class Cost:
    """Training by hand, on clones that still require a gradient and on detached copies.

    steps (LOOKS,): when one looked; for each kind of copy, nodes: how many were alive then, and
    microseconds: the time per step since the look before, (LOOKS,) each, medians of REPEATS trainings.
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
    # Both kinds take turns: what else this server does meets both alike.
    repeats = [{name: trained_on(copy, looks) for name, copy in COPIES.items()} for _ in range(REPEATS)]
    return Cost(
        looks,
        {name: nodes for name, (nodes, _) in repeats[0].items()},
        {name: np.median([repeat[name][1] for repeat in repeats], axis=0) for name in COPIES},
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
