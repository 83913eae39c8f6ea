"""What a GPU does with this training, beside what its matrix products alone need, and beside the CPU.

    python benchmarks/gpu.py

Prints the time of a large training in float32 as a ratio to that of its matrix products on the same device
(goal 1.2), and the time of a step of the small default network on the GPU and on the CPU. Where there is no
GPU the large figure is taken on the CPU, which shows that the path works and no more.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from lesson.numeric.config import Config, Lane
from lesson.numeric.data import Normal
from lesson.numeric.training import train

ROUNDS = 5
LARGE = Config(source=Normal(8192, 256, 32), hidden=1024, learning_rate=1e-10)


def seconds(work: Callable[[], object], device: str) -> float:
    """The median of ROUNDS, the first of which only warms up."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def on(config: Config, device: str, steps: int) -> Config:
    """The same training with both lanes in float32 on this device."""
    lane = Lane("float32", device)
    return replace(config, by_hand=lane, autograd=lane, steps=steps)


def products(config: Config) -> Callable[[], None]:
    """The matrix products of so many steps of both lanes, and nothing else."""
    rows, inputs, hidden, outputs = config.sizes
    device = config.by_hand.device
    x, w1, h, w2, out = (
        torch.randn(shape, device=device)
        for shape in ((rows, inputs), (inputs, hidden), (rows, hidden), (hidden, outputs), (rows, outputs))
    )

    def multiply() -> None:
        for _ in range(2 * config.steps):
            x @ w1
            h @ w2
            h.T @ out
            out @ w2.T
            x.T @ h

    return multiply


def main() -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(torch.cuda.get_device_name() if device == "cuda" else "No GPU here: this is the CPU.")
    large = on(LARGE, device, 100 if device == "cuda" else 3)
    whole, least = seconds(lambda: train(large), device), seconds(products(large), device)
    print(f"8192-256-1024-32: {whole / large.steps * 1e3:.2f} ms a step of both lanes, its matrix products")
    print(f"{least / large.steps * 1e3:.2f} ms, ratio {whole / least:.2f} (goal 1.20 on a GPU)")
    for each in dict.fromkeys(("cpu", device)):
        small = on(Config(), each, 300)
        taken = seconds(lambda small=small: train(small), each) / small.steps  # type: ignore[misc]
        print(f"64-3-2-1 on {each}: {taken * 1e6:.0f} µs a step of both lanes")


if __name__ == "__main__":
    main()
