"""The setup card: the network as formulas, its loss, and every symbol with its shape, one click away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from lesson.page.show import framed
from lesson.page.words import sides, words

Sizes = tuple[int, int, int, int]


class Symbol(NamedTuple):
    """A tensor in formulas, and the names of its sizes."""

    letter: str
    sizes: tuple[str, ...]


SYMBOLS = {
    "x": Symbol("X", ("batch", "inputs")),
    "w1": Symbol("W_1", ("inputs", "hidden")),
    "b1": Symbol("b_1", ("one", "hidden")),
    "h": Symbol("H", ("batch", "hidden")),
    "a": Symbol("A", ("batch", "hidden")),
    "w2": Symbol("W_2", ("hidden", "outputs")),
    "b2": Symbol("b_2", ("one", "outputs")),
    "out": Symbol("O", ("batch", "outputs")),
    "y": Symbol("Y", ("batch", "outputs")),
    "loss": Symbol("L", ()),
}
"""By their names in the code."""


def shapes(sizes: Sizes, bias: bool) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of the network, for sizes (batch, inputs, hidden, outputs)."""
    size = dict(zip(("batch", "inputs", "hidden", "outputs", "one"), (*sizes, 1), strict=True))
    there = {name: symbol for name, symbol in SYMBOLS.items() if bias or name not in ("b1", "b2")}
    return {name: tuple(size[of] for of in symbol.sizes) for name, symbol in there.items()}


def formulas(sizes: Sizes, bias: bool, slope: float | None) -> str:
    """The network and its loss in LaTeX, each matrix with its shape; slope: that of a LeakyReLU."""
    shown = {name: with_shape(SYMBOLS[name].letter, *shape) for name, shape in shapes(sizes, bias).items()}
    ones = with_shape(r"\mathbf{1}", sizes[0], 1)
    below = "0" if slope is None else rf"{slope:g}\,h"
    rows = (
        f"{shown['h']} &= {shown['x']} {shown['w1']}" + (f" + {ones} {shown['b1']}" if bias else ""),
        rf"{shown['a']} &= \varphi(H)",
        rf"\varphi(h) &= \max(h,\, {below})",
        f"{shown['out']} &= {shown['a']} {shown['w2']}" + (f" + {ones} {shown['b2']}" if bias else ""),
        r"L &= \textstyle\sum (O - Y)^2",
    )
    return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"


def with_shape(letter: str, *shape: int) -> str:
    below = r" \times ".join(map(str, shape))
    return rf"\underset{{{below}}}{{{letter}}}\," if shape else letter


def table_of(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """A table in Markdown: each symbol and its name in the code, its shape, and what it is."""
    rows = [[words()[f"setup-{head}"] for head in ("symbol", "shape", "meaning")], ["---"] * 3]
    for name, shape in shapes.items():
        unbroken = sides(shape).replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")
        rows.append([f"${SYMBOLS[name].letter}$ `{name}`", unbroken, words()[f"setup-{name}"]])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def setup_card(sizes: Sizes, bias: bool, slope: float | None) -> None:
    """A card with the learner's network, opened by a click; slope: that of a LeakyReLU."""
    with st.popover(words()["setup"], icon=":material/schema:"):
        framed(formulas(sizes, bias, slope))
        st.markdown(f"{table_of(shapes(sizes, bias))}\n\n{words()['setup-gradients']}")
