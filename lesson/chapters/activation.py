"""Activation: a gate for the error signal, and what it does at exactly zero. Earns grad_h."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.slopes import activation_chart
from lesson.page.compute import computed
from lesson.page.show import fragment, matrices, picture, proved, seven_lines, table
from lesson.page.words import ask, figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.matrix_form import Signals


def render(network: settings.Settings) -> None:
    from lesson.numeric.experiments import matrix_form

    say("question")
    ask("predict")
    signals = computed(matrix_form.signals, settings.config(network))
    function_and_derivative(network, signals)
    the_gate(signals)
    at_the_kink(network, signals)
    say("explain")
    seven_lines()
    proved(network.sizes, "w1")
    ask("check-gate")
    ask("check-zero")


@fragment
def function_and_derivative(network: settings.Settings, signals: Signals) -> None:
    """Both functions and their derivatives, with the values of the learner's hidden units."""
    say("function")
    slope = st.slider(text("slope"), 0.0, 1.0, 0.1, 0.01, key="drawn-slope", persist_state="session")
    own = network.slope if network.activation == "leaky_relu" else 0.0
    for column, derivative in zip(st.columns(2), (False, True), strict=True):
        kind = "derivative" if derivative else "function"
        chart = activation_chart(slope, signals.units.some, own, words(), derivative)
        with column:
            picture(chart, text(f"{kind}-alt"))


def the_gate(signals: Signals) -> None:
    """H, the mask, and the signal before and behind it, cell by cell."""
    say("gate")
    rows = signals.rows
    notes = [[text(f"cell-{gate}") for gate in row] for row in rows.gates]
    for pair in (("h", "mask"), ("grad_a", "grad_h")):
        matrices({text(f"stage-{name}"): getattr(rows, name) for name in pair}, notes=notes)


def at_the_kink(network: settings.Settings, signals: Signals) -> None:
    """Six ways to write an activation and their derivatives at zero, and whether it matters here."""
    from lesson.numeric.experiments.activation import at_zero

    say("at-zero")
    rows = [
        {text("way"): f"`{way}`", text("at-zero-column"): figure(value)} for way, value in at_zero().items()
    ]
    table(rows, text("at-zero-alt"))
    say("zeros", zeros=f"{signals.units.zeros:,}", units=f"{signals.units.number:,}")
    say("zeros-bias" if network.bias else "zeros-no-bias")
