"""What the notebook says of tensors, as snippets that run: each torch operation beside numpy's."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric import by_hand
from lesson.numeric.config import Config
from lesson.numeric.experiments.wrong_gradients.witnesses import cut, stretched, values_of, zero_gradients
from lesson.numeric.from_config import task_of
from lesson.numeric.network import Task
from lesson.numeric.program import gradient_names, parse
from lesson.numeric.program.mistakes import COLLECTION, Mistake
from lesson.numeric.snippet import Ran, run
from lesson.numeric.source import seven_lines
from lesson.numeric.training import devices

Print = Callable[..., None]
DTYPES = ("float16", "bfloat16", "float32", "float64", "int32", "bool")


def numpy_array(print: Print, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 2))
    print(x)
    print(x.shape, x.dtype)


def torch_tensor(print: Print, seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 2, generator=rng)
    print(x)
    print(x.shape, x.dtype, x.device)


def legacy_constructors(print: Print) -> None:
    print(torch.Tensor(np.ones((2, 3))))
    print(torch.FloatTensor([1, 2, 3]))
    print(torch.IntTensor([1, 2, 3]))


def one_constructor(print: Print) -> None:
    print(torch.tensor(np.ones((2, 3))))
    print(torch.tensor([1, 2, 3], dtype=torch.float32))
    print(torch.tensor([1, 2, 3], dtype=torch.int32))


def in_a_dtype(print: Print, dtype: str) -> None:
    x = torch.tensor([0, 1, 2, 3]).to(getattr(torch, dtype))
    print(x, x.element_size(), "byte(s) each")
    print("a third:", torch.tensor(1 / 3, dtype=torch.float64).to(x.dtype).item())


def add(print: Print, a: Tensor, b: Tensor) -> None:
    print(torch.add(a, b))


def np_add(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.add(a, b))


def sub(print: Print, a: Tensor, b: Tensor) -> None:
    print(torch.sub(a, b))


def np_sub(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.subtract(a, b))


def mul(print: Print, a: Tensor, b: Tensor) -> None:
    print(torch.mul(a, b))


def np_mul(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.multiply(a, b))


def mm(print: Print, a: Tensor, b: Tensor) -> None:
    print(torch.mm(a, b))


def np_mm(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.matmul(a, b))


def ones(print: Print, a: Tensor, b: Tensor) -> None:
    print(torch.ones(a.shape[0], b.shape[1]))


def np_ones(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.ones((a.shape[0], b.shape[1])))


def view(print: Print, a: Tensor, b: Tensor) -> None:
    print(a.view(b.shape))


def np_view(print: Print, a: np.ndarray, b: np.ndarray) -> None:
    print(np.reshape(a, b.shape))


OPERATIONS = {
    "add": (add, np_add),
    "sub": (sub, np_sub),
    "mul": (mul, np_mul),
    "mm": (mm, np_mm),
    "ones": (ones, np_ones),
    "view": (view, np_view),
}
"""The notebook's operations, in torch and in numpy."""

ELEMENTWISE = ("add", "sub", "mul")
"""Those that repeat rows and columns of a single entry until the shapes fit."""


def operate(name: str, a: np.ndarray, b: np.ndarray) -> tuple[Ran, Ran]:
    """An operation on two float32 matrices, in torch and in numpy."""
    in_torch, in_numpy = OPERATIONS[name]
    return run(in_torch, torch.from_numpy(a), torch.from_numpy(b)), run(in_numpy, a, b)


def result_of(name: str, a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """The matrix that an operation gives, None where the shapes do not fit."""
    printed: list[Tensor] = []
    try:
        OPERATIONS[name][0](printed.append, torch.from_numpy(a), torch.from_numpy(b))
    except RuntimeError:
        return None
    return printed[0].numpy()


def counted(rows: int, columns: int) -> dict[str, np.ndarray]:
    """The numbers from 0 row by row, and the same numbers viewed and transposed: (columns, rows)."""
    x = torch.arange(rows * columns).view(rows, columns)
    return {"x": x.numpy(), "view": x.view(columns, rows).numpy(), "transpose": x.T.numpy()}


def view_of_a_transpose(print: Print) -> None:
    x = torch.arange(6).view(2, 3)
    print(x.T.reshape(6))
    print(x.T.view(6))


class Viewed(NamedTuple):
    """The seven lines with view for .T: those that changed, and which gradients are still right or not."""

    lines: tuple[str, ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def viewed(config: Config) -> Viewed:
    """What becomes of the gradients at a configured start, float32, where view stands for .T."""
    batch, inputs, hidden, outputs = config.sizes
    turned = {"x": (inputs, batch), "a": (hidden, batch), "w2": (outputs, hidden)}
    lines = re.sub(
        r"\b(\w+)\.T\b", lambda match: f"{match[1]}.view{turned[match[1]]}", seven_lines()
    ).splitlines()
    task = task_of(config, torch.float32)
    expected, mistaken = by_hand.gradients(*task), parse("\n".join(lines)).gradients(*task)
    right = {
        f"grad_{name}": close_to(a, b)
        for name, a, b in zip(expected._fields, mistaken, expected, strict=True)
        if a is not None and b is not None
    }
    return Viewed(
        tuple(line for line in lines if ".view" in line),
        tuple(name for name, holds in right.items() if holds),
        tuple(name for name, holds in right.items() if not holds),
    )


def close_to(gradient: Tensor, expected: Tensor) -> bool:
    """Whether nothing but float32's rounding is between them."""
    return torch.allclose(gradient, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def refused(config: Config) -> tuple[str, ...]:
    """Which of the collected mistakes torch refuses for a shape, at the sizes at which they are studied."""
    task = task_of(cut(config), torch.float32)
    return tuple(known.name for known in COLLECTION if not fits(known, task))


def fits(known: Mistake, task: Task) -> bool:
    """Whether an update with what the mistaken lines give would pass."""
    try:
        values = values_of(parse(known.text), task, zero_gradients(task.params))
        stretched([values[name] for name in gradient_names(task.params)], task.params)
    except RuntimeError:
        return False
    return True


def from_numpy(print: Print, value: float) -> None:
    array = np.zeros(3, np.float32)
    shared = torch.from_numpy(array)
    copied = torch.tensor(array)
    array[0] = value
    print("shared:", shared)
    print("copied:", copied)


def of_a_view(print: Print, value: float) -> None:
    x = torch.zeros(4)
    y = x.view(2, 2)
    y[1, 0] = value
    print(y)
    print(x)


def on_a_device(print: Print, device: str) -> None:
    x = torch.randn(2, 2, device=device)
    print(x.device)
    print(x.cpu().numpy())


SIZES = (8, 16, 32, 64, 128, 256, 512)
LONG_ENOUGH = 5e-4
"""Seconds for which a product is repeated, so that the clock can tell."""

ROUNDS = 9


def product_times() -> dict[str, list[float]]:
    """Microseconds of one n x n float32 matrix product for n in SIZES, in numpy and on every device.

    Medians of ROUNDS, in each of which all take their turn: what else this server does slows all alike.
    """
    products = {"numpy": [numpy_product(n) for n in SIZES]}
    products |= {f"torch, {device}": [torch_product(n, device) for n in SIZES] for device in devices()}
    rounds = [[list(map(microseconds, row)) for row in products.values()] for _ in range(ROUNDS)]
    return dict(zip(products, np.median(rounds, axis=0).tolist(), strict=True))


def numpy_product(n: int) -> Callable[[], object]:
    a = np.ones((n, n), np.float32)
    return lambda: a @ a


def torch_product(n: int, device: str) -> Callable[[], object]:
    a = torch.ones(n, n, device=device)

    def product() -> None:
        torch.mm(a, a)
        if device == "cuda":
            # A GPU answers before it has computed.
            torch.cuda.synchronize()

    return product


def microseconds(product: Callable[[], object]) -> float:
    """The mean time of a call, over as many calls as fill LONG_ENOUGH; the first is for warming up."""
    product()
    calls, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < LONG_ENOUGH or not calls:
        product()
        calls += 1
    return 1e6 * spent / calls
