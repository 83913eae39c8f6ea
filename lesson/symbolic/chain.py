"""The chain rule for one weight and one observation: every path to the loss, factor by factor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from sympy import Derivative, Expr, Float, Piecewise, Symbol, factor, lambdify, symbols

from lesson.symbolic.derivation import Step, phi, slope_of

if TYPE_CHECKING:
    from lesson.numeric.experiments.chain_rule import Moment

REST = Symbol(r"\ldots")
"""The terms of a sum in which a variable does not occur."""


def counted(letter: str) -> Callable[[int], Symbol]:
    """The symbols of one quantity, by an index from 0 and written from 1."""
    return lambda index: Symbol(f"{letter}_{{{index + 1}}}")


x, h, a, o, y = map(counted, "xhaoy")


def weight(parameter: str, row: int, column: int) -> Symbol:
    """An entry of a parameter: w with two indices, b with one."""
    letter, layer = parameter[0], parameter[1]
    index = f"{row + 1}{column + 1}" if letter == "w" else f"{column + 1}"
    return Symbol(f"{letter}^{{({layer})}}_{{{index}}}")


def factor_of(id: str, about: Symbol, definition: Expr, by: Symbol, rule: str) -> Step:
    """The derivative of one quantity by the one before it."""
    left = Derivative(definition, by)
    return Step(id, str(about), left, factor(left.doit()), rule)


def path(parameter: str, row: int, column: int, output: int) -> tuple[Step, ...]:
    """The factors from the loss back to an entry of a parameter, through one output.

    row and column count from 0, as in the parameter's matrix.
    """
    chosen = weight(parameter, row, column)
    loss = factor_of("loss", Symbol("L"), REST + (o(output) - y(output)) ** 2, o(output), "power")
    if parameter == "w2":
        return loss, factor_of("weight", o(output), REST + a(row) * chosen, chosen, "linear")
    if parameter == "b2":
        return loss, factor_of("weight", o(output), REST + chosen, chosen, "constant")
    between = weight("w2", column, output)
    to_weight = REST + (x(row) * chosen if parameter == "w1" else chosen)
    return (
        loss,
        factor_of("output", o(output), REST + a(column) * between, a(column), "linear"),
        factor_of("activation", a(column), phi(h(column)), h(column), "activation"),
        factor_of("weight", h(column), to_weight, chosen, "linear" if parameter == "w1" else "constant"),
    )


def paths(parameter: str, row: int, column: int, outputs: int) -> tuple[tuple[Step, ...], ...]:
    """One path for each output that the entry can reach."""
    reached = range(outputs) if parameter in ("w1", "b1") else (column,)
    return tuple(path(parameter, row, column, output) for output in reached)


def numbers(parameter: str, row: int, column: int, moment: Moment) -> dict[Expr, float]:
    """The values of the atoms on the paths of an entry, from the network at one observation."""
    passed, j = moment.passed, row if parameter == "w2" else column
    values: dict[Expr, float] = {}
    for k in range(len(passed.y)):
        values |= {o(k): passed.out[k], y(k): passed.y[k]}
    if parameter == "b2":
        return values
    values |= {h(j): passed.h[j], a(j): passed.a[j], slope_of(h(j)): passed.slopes[j]}
    values |= {weight("w2", j, k): passed.w2[j, k] for k in range(len(passed.y))}
    return values | ({x(row): passed.x[row]} if parameter == "w1" else {})


def value(step: Step, values: Mapping[Expr, float]) -> float:
    """What a factor is for these numbers."""
    atoms = step.right.atoms(Symbol, slope_of) & values.keys()
    return float(step.right.xreplace({atom: Float(values[atom], 20) for atom in atoms}))


def derivative_of_whole_loss(parameter: str, row: int, column: int, moment: Moment) -> float:
    """The loss as a function of this one weight, differentiated by SymPy, every number filled in."""
    passed, first_layer = moment.passed, parameter in ("w1", "b1")
    unit, reached = (column, range(len(passed.y))) if first_layer else (row, (column,))
    # A bias is a weight on a constant one.
    feeds = {"w1": passed.x, "w2": passed.a}[parameter][row] if parameter[0] == "w" else 1.0
    outputs = [(passed.w2[unit, k], passed.out[k], passed.y[k]) for k in reached]
    numbers = moment.value, moment.value, feeds, passed.h[unit], passed.a[unit], moment.slope
    derivative = whole_loss_differentiated(first_layer, len(outputs))
    return float(derivative(*numbers, *chain.from_iterable(outputs)))


@lru_cache(maxsize=64)
def whole_loss_differentiated(through_hidden: bool, outputs: int) -> Callable[..., float]:
    """d loss / d w, as a function of w, its present value, what it multiplies, the hidden unit's h, a
    and slope, and for each output reached the weight to it, its value and its target.

    The loss is one expression in w: what the weight adds to, or takes from, what the network computed
    with its present value.
    """
    w, before, feeds, h, a, slope = symbols("w before feeds h a slope", real=True)
    moved = feeds * (w - before)
    if through_hidden:
        now = h + moved
        moved = Piecewise((now, now > 0), (slope * now, True)) - a
    triples = [symbols(f"v{k} o{k} y{k}", real=True) for k in range(outputs)]
    loss = sum(
        (out + (weight if through_hidden else 1) * moved - target) ** 2 for weight, out, target in triples
    )
    arguments = (w, before, feeds, h, a, slope, *chain.from_iterable(triples))
    return lambdify(arguments, loss.diff(w), "math")
