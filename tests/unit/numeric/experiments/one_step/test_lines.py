"""The lines of a step against the code that computes them."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from lesson.numeric.experiments.one_step import lines
from lesson.numeric.network import Activation, affine, loss
from lesson.numeric.operands import Cell
from lesson.numeric.program import parse
from lesson.numeric.source import LINES, line_of
from tests.harness.networks import activations

Tensors = dict[str, Tensor]


def remade(result: str, given: Tensors, activation: Activation) -> Tensor:
    """What the code of one line makes of given tensors, which need not fit each other."""
    if result in LINES:
        program = parse(line_of(result))
        run = program.run(given, activation)
        program.lines[0].act(run)
        made = run.names[result]
        assert isinstance(made, Tensor)
        return made
    x, a, out, residual = (given[name] for name in ("x", "a", "out", "residual"))
    forward = {
        "h": lambda: affine(x, given["w1"], given.get("b1")),
        "a": lambda: activation(given["h"]),
        "out": lambda: affine(a, given["w2"], given.get("b2")),
        "residual": lambda: out - given["y"],
        # The loss makes the residual itself.
        "loss": lambda: loss(residual, torch.zeros_like(residual)).view(1, 1),
    }
    return forward[result]()


@st.composite
def steps(draw: st.DrawFn) -> tuple[dict[str, tuple[int, int]], Tensors, Activation, bool]:
    """Random tensors of all shapes of a step, none of whose numbers is zero."""
    size = st.integers(1, 5)
    bias, seed = draw(st.booleans()), draw(st.integers(0, 2**31))
    shapes = lines.shapes((draw(size), draw(size), draw(size), draw(size)), bias)
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        name: torch.randn(shape, generator=generator, dtype=torch.float64) for name, shape in shapes.items()
    }
    # Every gate is open: a closed one hides what changes behind it.
    tensors["h"].abs_()
    return shapes, tensors, draw(activations()), bias


@settings(max_examples=40)
@given(steps(), st.integers(0, 24))
def test_exactly_the_cells_that_name_an_entry_change_with_it(
    step: tuple[dict[str, tuple[int, int]], Tensors, Activation, bool], place: int
) -> None:
    shapes, tensors, activation, bias = step
    # With a slope of 1 the derivative asks for no sign, and with one of nearly 1 rounding hides it.
    assume(activation.slope < 0.9)
    for line in lines.operations(bias):
        before = remade(line.result, tensors, activation)
        assert before.shape == shapes[line.result]
        for name in shapes:
            rows, columns = shapes[name]
            row, column = divmod(place % (rows * columns), columns)
            moved = tensors[name].clone()
            # Of another size, and on the other side of zero.
            moved[row, column] *= -3
            after = remade(line.result, {**tensors, name: moved}, activation)
            changed = {Cell(line.result, *at) for at in (after != before).nonzero().tolist()}
            naming = {
                made
                for made in all_cells(line.result, shapes)
                if Cell(name, row, column) in line.made_of(made, shapes)
            }
            assert changed == naming, f"{line.result} after {name}[{row},{column}]"


def all_cells(tensor: str, shapes: dict[str, tuple[int, int]]) -> list[Cell]:
    rows, columns = shapes[tensor]
    return [Cell(tensor, row, column) for row in range(rows) for column in range(columns)]


@settings(max_examples=40)
@given(steps())
def test_the_summands_of_a_cell_add_up_to_it(
    step: tuple[dict[str, tuple[int, int]], Tensors, Activation, bool],
) -> None:
    shapes, tensors, activation, bias = step

    def at(cell: Cell) -> float:
        return float(tensors[cell.tensor][cell.row, cell.column])

    for line in lines.operations(bias):
        if "φ" in line.term:
            continue
        made = remade(line.result, tensors, activation)
        for cell in all_cells(line.result, shapes):
            total = math.fsum(
                summand(line.term, {name: at(one) for name, one in cells.items()})
                for cells in line.summands(cell, shapes)
            )
            if line.added:
                total += at(Cell(line.added, 0, cell.column))
            assert total == pytest.approx(float(made[cell.row, cell.column]), abs=1e-9)


def summand(term: str, values: dict[str, float]) -> float:
    """A term as it is written, with these values."""
    numbers = list(values.values())
    if "²" in term:
        return numbers[0] ** 2
    if "−" in term:
        return (2 if term.startswith("2·") else 1) * (numbers[0] - numbers[1])
    return math.prod(numbers)


def test_the_code_of_a_line_is_that_which_runs() -> None:
    shown = [lines.code_of_line(line.result) for line in lines.operations(True)]
    assert shown == [
        "h = affine(x, w1, b1)",
        "a = activation(h)",
        "out = affine(a, w2, b2)",
        "residual = out - y",
        "return (residual * residual).sum()",
        "grad_out = 2 * (out - y)",
        "grad_w2 = a.T @ grad_out",
        "grad_b2 = grad_out.sum(0, keepdim=True)",
        "grad_a = grad_out @ w2.T",
        "grad_h = grad_a * activation.derivative(h)",
        "grad_w1 = x.T @ grad_h",
        "grad_b1 = grad_h.sum(0, keepdim=True)",
    ]


def test_without_bias_there_are_ten_lines_and_none_reads_one() -> None:
    without = lines.operations(False)
    assert len(without) == 10
    assert not {"b1", "b2"} & {name for line in without for name in line.names}
    assert "b1" not in lines.shapes((2, 2, 2, 2), False)


def test_nothing_is_read_before_it_is_there() -> None:
    there = {"x", "y", "w1", "b1", "w2", "b2"}
    for line in lines.operations(True):
        assert set(line.names) <= there
        there.add(line.result)


def test_what_is_held_grows_on_the_way_there_and_shrinks_on_the_way_back() -> None:
    shapes = lines.shapes((64, 3, 2, 1), True)
    sizes = {
        line.result: lines.bytes_of(lines.held(line.result, True), shapes) for line in lines.operations(True)
    }
    assert sizes["h"] == {"x": 768, "h": 512}
    assert sizes["loss"] == {"x": 768, "h": 512, "a": 512, "w2": 8, "out": 256, "y": 256}
    assert sizes["grad_h"] == {"x": 768, "grad_h": 512}
    assert sizes["grad_b1"] == {}
    assert lines.held("loss", True)["x"] == ("grad_w1",)
