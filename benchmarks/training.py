"""This training, with everything recorded, against the notebook's two bare loops.

    python benchmarks/training.py

Both in one process, alternating, so that a machine's moods hit both. Prints the median of the
ratios of neighbouring runs; below 1 means that this training is the faster. Peak memory is that of
the whole process.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))

from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.from_config import start_of
from lesson.numeric.source import seven_lines
from lesson.numeric.training import train
from lesson.numeric.training.descent import Descent
from tests.harness.programs import NOTEBOOK


def bare_by_hand(x: Tensor, y: Tensor, start: list[Tensor], steps: int, rate: float) -> None:
    """The homework as one writes it first: mm, clamp, a loss fetched at every step."""
    w1, b1, w2, b2 = (p.clone() for p in start)
    for _ in range(steps):
        h = x.mm(w1) + b1
        a = h.clamp(min=0)
        out = a.mm(w2) + b2
        (out - y).pow(2).sum().item()
        grad_out = 2 * (out - y)
        grad_w2 = a.t().mm(grad_out)
        grad_h = grad_out.mm(w2.t())
        grad_h[h < 0] = 0
        grad_w1 = x.t().mm(grad_h)
        w1 -= rate * grad_w1
        w2 -= rate * grad_w2
        b1 -= rate * grad_h.sum(0)
        b2 -= rate * grad_out.sum(0)


def bare_autograd(x: Tensor, y: Tensor, start: list[Tensor], steps: int, rate: float) -> None:
    """The same by backward(), the gradients zeroed after each step."""
    params = [p.clone().requires_grad_() for p in start]
    w1, b1, w2, b2 = params
    for _ in range(steps):
        out = (x.mm(w1) + b1).clamp(min=0).mm(w2) + b2
        loss = (out - y).pow(2).sum()
        loss.item()
        loss.backward()
        with torch.no_grad():
            for p in params:
                assert p.grad is not None
                p -= rate * p.grad
            for p in params:
                assert p.grad is not None
                p.grad.zero_()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(config: Config, rounds: int) -> tuple[float, float, float]:
    """Median seconds of this training and of the bare loops, and the median ratio of neighbours."""
    data = config.source.load()
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    start = [p for p in start_of(config, torch.float32) if p is not None]

    def bare() -> None:
        for loop in (bare_by_hand, bare_autograd):
            loop(x, y, start, config.steps, config.learning_rate)

    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: train(config)))
        theirs.append(seconds(bare))
    pairs = zip(ours[1:], theirs[1:], strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    return statistics.median(ours[1:]), statistics.median(theirs[1:]), ratio


def learners_lane(text: str, rounds: int) -> float:
    """The median ratio of a learner's program to the seven lines, each training for 1001 steps alone."""
    config = Config()
    data = config.source.load()

    def advance(program: str) -> float:
        lane = Descent("by_hand", replace(config, program=program), data)
        return seconds(lambda: lane.advance(config.steps))

    return statistics.median([advance(text) / advance("") for _ in range(rounds)][1:])


def main() -> None:
    cases = [
        ("64-3-2-1, 1001 steps", Config(), 21, 0.90),
        (
            "1024-128-512-16, 100 steps",
            Config(source=Normal(1024, 128, 16), hidden=512, steps=100, learning_rate=1e-8),
            9,
            1.15,
        ),
    ]
    for name, config, rounds, goal in cases:
        ours, theirs, ratio = compare(config, rounds)
        print(f"{name}: {ours:.3f} s beside {theirs:.3f} s, ratio {ratio:.2f} (goal {goal:.2f})")
    for name, text in (("the seven lines as a program", seven_lines()), ("the notebook's lines", NOTEBOOK)):
        print(f"{name}: {learners_lane(text, 21):.2f} of the lane by hand (goal 1.50)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{torch.get_num_threads()} threads, peak memory of the process {peak:.0f} MiB")


if __name__ == "__main__":
    main()
