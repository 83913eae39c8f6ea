"""Bias: a weight whose input is always one, and the sum that its gradient is. Earns grad_b1, grad_b2."""

from __future__ import annotations

import streamlit as st

from lesson import settings
from lesson.numeric.operands import Cell
from lesson.page.cells import choose_cell, chosen_cell, linked, placed, tables, the_sum
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import formula, fragment, proved, seven_lines
from lesson.page.words import figure, say, text

PLACES = {
    name + how: (column, row)
    for row, name in enumerate(("grad_h", "grad_out"))
    for column, how in enumerate(("", ".sum(0)", ".sum()"))
}
"""Column and row of each signal and of its two sums."""


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    if not network.bias:
        say("switched-off")
    two_sums(network)
    always_one(network)
    say("explain")
    seven_lines()
    proved(network.sizes, "b1", "b2")
    ask("check-sum")
    ask("check-b2")


@fragment
def two_sums(network: settings.Settings) -> None:
    """Both signals, their sums over the batch and over everything, each linked to what it is made of."""
    from lesson.numeric.experiments.bias import SUMS, sums

    say("sums", batch=f"{network.batch:,}", hidden=f"{network.hidden:,}")
    sides = {"grad_h": network.hidden, "grad_out": network.outputs}
    shapes = {sum.result: (1, 1) if sum.result.endswith("()") else (1, sides[sum.names[0]]) for sum in SUMS}
    cell = chosen_cell(shapes, Cell("grad_h.sum(0)", 0, 0))
    seen = computed(sums, settings.config(network), cell)
    linked(placed(seen.corners, PLACES, {}), SUMS, cell, text("sums-alt"), "bias-picture", shapes)
    the_sum(seen.sum)
    choose_cell(cell, shapes)
    tables(seen.corners)
    of_all = {name: figure(float(seen.corners[f"{name}.sum()"].values[0, 0])) for name in sides}
    say("one-unit" if network.hidden == 1 else "many-units", all=of_all["grad_h"])
    say("one-output" if network.outputs == 1 else "many-outputs", all=of_all["grad_out"])


def always_one(network: settings.Settings) -> None:
    """The bias's line from the weights' line, for an input that is always one."""
    from lesson.symbolic.matrix_form import LARGEST, derive_bias

    for step in derive_bias(network.batch, network.inputs, network.hidden):
        say(f"step-{step.rule}")
        formula(step.left, step.right, shapes=True, lead=text(f"lead-{step.id}"))
        st.caption(text("holds" if step.holds() else "fails"))
    if max(network.batch, network.inputs, network.hidden) > LARGEST:
        say("cut", largest=LARGEST)
