"""Bias: a weight whose input is always one, and the sum that its gradient is. Earns grad_b1, grad_b2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.numeric.training.curves import CELLS
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import formula, matrix, proved, seven_lines
from lesson.page.words import figure, say, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.matrix_form import Signals


def render(network: settings.Settings) -> None:
    from lesson.numeric.experiments import matrix_form

    say("question")
    ask("predict")
    if not network.bias:
        say("switched-off")
    two_sums(network, computed(matrix_form.signals, settings.config(network)))
    always_one(network)
    say("explain")
    seven_lines()
    proved(network.sizes, "b1", "b2")
    ask("check-sum")
    ask("check-b2")


def two_sums(network: settings.Settings, signals: Signals) -> None:
    """grad_h, its sum over the batch, and its sum over everything, with the learner's numbers."""
    say("sums", batch=f"{network.batch:,}", hidden=f"{network.hidden:,}", shown=CELLS)
    matrix(text("signal"), signals.rows.grad_h)
    matrix(text("sum-batch"), signals.sums.grad_h)
    say("one-unit" if network.hidden == 1 else "many-units", all=figure(signals.sums.grad_h.sum()))
    say("output")
    matrix(text("sum-out"), signals.sums.grad_out)
    say("one-output" if network.outputs == 1 else "many-outputs", all=figure(signals.sums.grad_out.sum()))


def always_one(network: settings.Settings) -> None:
    """The bias's line from the weights' line, for an input that is always one."""
    from lesson.symbolic.matrix_form import LARGEST, derive_bias

    for step in derive_bias(network.batch, network.inputs, network.hidden):
        say(f"step-{step.rule}")
        formula(step.left, step.right, shapes=True, lead=text(f"lead-{step.id}"))
        st.caption(text("holds" if step.holds() else "fails"))
    if max(network.batch, network.inputs, network.hidden) > LARGEST:
        say("cut", largest=LARGEST)
