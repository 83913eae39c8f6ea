"""The lines of one training step: what each makes, from what, and what is kept meanwhile. Free of torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lesson.numeric.operands import (
    Operation,
    Shape,
    entrywise,
    product,
    product_of_columns,
    product_of_rows,
    sum_over_all,
    sum_over_rows,
)
from lesson.numeric.source import LINES, forward_lines, line_of

FORWARD = ("h", "a", "out", "residual", "loss")
BIASES = {"grad_b1": "b1", "grad_b2": "b2"}

KINDS = {"x": "data", "y": "data", "w1": "weights", "b1": "weights", "w2": "weights", "b2": "weights"} | {
    "h": "hidden",
    "a": "hidden",
    "out": "hidden",
    "residual": "error",
    "loss": "error",
}
"""What each tensor of the forward pass is; every gradient is an error signal."""

DIMENSIONS = {
    "x": ("batch", "inputs"),
    "w1": ("inputs", "hidden"),
    "b1": ("one", "hidden"),
    "h": ("batch", "hidden"),
    "a": ("batch", "hidden"),
    "w2": ("hidden", "outputs"),
    "b2": ("one", "outputs"),
    "out": ("batch", "outputs"),
    "y": ("batch", "outputs"),
    "residual": ("batch", "outputs"),
    "loss": ("one", "one"),
}


def dimensions(tensor: str) -> tuple[str, str]:
    """What the rows and the columns of a tensor stand for; a gradient has the shape of its tensor."""
    return DIMENSIONS[tensor.removeprefix("grad_")]


def shapes(sizes: tuple[int, int, int, int], bias: bool) -> dict[str, Shape]:
    """The shape of every tensor of a step; sizes: (batch, inputs, hidden, outputs)."""
    size = dict(zip(("batch", "inputs", "hidden", "outputs"), sizes, strict=True)) | {"one": 1}
    lines = operations(bias)
    names = {name for line in lines for name in (line.result, *line.names)}
    ordered = [name for name in (*DIMENSIONS, *LINES) if name in names]
    return {name: (size[rows], size[columns]) for name in ordered for rows, columns in [dimensions(name)]}


def operations(bias: bool) -> tuple[Operation, ...]:
    """The lines in their order, without those of a bias that is not there."""
    lines = (
        product("h", "x", "w1", "b1" if bias else ""),
        entrywise("a", "φ({h})", "h"),
        product("out", "a", "w2", "b2" if bias else ""),
        entrywise("residual", "{out} − {y}", "out", "y"),
        sum_over_all("loss", "{residual}²", "residual"),
        entrywise("grad_out", "2·({out} − {y})", "out", "y"),
        product_of_columns("grad_w2", "a", "grad_out"),
        sum_over_rows("grad_b2", "grad_out"),
        product_of_rows("grad_a", "grad_out", "w2"),
        entrywise("grad_h", "{grad_a}·φ′({h})", "grad_a", "h"),
        product_of_columns("grad_w1", "x", "grad_h"),
        sum_over_rows("grad_b1", "grad_h"),
    )
    return tuple(line for line in lines if bias or line.result not in BIASES)


def code_of_line(result: str) -> str:
    """The line of the running source that makes this."""
    return forward_lines()[result] if result in FORWARD else line_of(result)


def kind(tensor: str) -> str:
    """data, weights, hidden or error."""
    return KINDS.get(tensor, "error")


def held(result: str, bias: bool) -> dict[str, tuple[str, ...]]:
    """What has to be kept after this line, and for which later lines of the backward pass.

    Of all that the lines so far have read or made.
    """
    lines = operations(bias)
    position = [line.result for line in lines].index(result)
    seen = {name for line in lines[: position + 1] for name in (*line.names, line.result)}
    later = [line for line in lines[position + 1 :] if line.result in LINES]
    readers = {
        name: tuple(line.result for line in later if name in line.names)
        for name in (*DIMENSIONS, *LINES)
        if name in seen
    }
    return {name: lines_of for name, lines_of in readers.items() if lines_of}


def bytes_of(names: Iterable[str], of: Mapping[str, Shape], itemsize: int = 4) -> dict[str, int]:
    """What each of these tensors takes, in bytes."""
    return {name: itemsize * of[name][0] * of[name][1] for name in names}
