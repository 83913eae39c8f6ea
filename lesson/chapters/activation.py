"""Activation: a gate for the error signal, and what it does at exactly zero. Earns grad_h."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.slopes import activation_chart
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import fragment, matrices, picture, proved, seven_lines, table
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.matrix_form import Signals


def render(network: settings.Settings) -> None:
    from lesson.numeric.experiments import matrix_form

    say("question")
    ask("predict")
    signals = computed(matrix_form.signals, settings.config(network))
    function_and_derivative(network, signals)
    the_gate(network, signals)
    at_the_kink(network, signals)
    say("explain")
    seven_lines()
    proved(network.sizes, "w1")
    ask("check-gate")
    ask("check-zero")


@fragment
def function_and_derivative(network: settings.Settings, signals: Signals) -> None:
    """Both functions and their derivatives, with the values of the learner's hidden units."""
    units = signals.units
    say("function", drawn=len(units.some), units=f"{units.number:,}")
    own = own_slope(network)
    slope = drawn_slope() if own is None else own
    if own is not None:
        say("slope-own", slope=figure(own))
    for column, derivative in zip(st.columns(2), (False, True), strict=True):
        kind = "derivative" if derivative else "function"
        chart = activation_chart(slope, units.some, own or 0.0, words(), derivative)
        with column:
            picture(chart, text(f"{kind}-alt"))


def own_slope(network: settings.Settings) -> float | None:
    """The slope of the network's LeakyReLU; a ReLU has none."""
    return network.slope if network.activation == "leaky_relu" else None


def drawn_slope() -> float:
    """The slope of a LeakyReLU that is not the network's and is drawn beside its ReLU."""
    return st.slider(
        text("slope"), 0.0, 1.0, 0.1, 0.01, key="drawn", persist_state="session", bind="query-params"
    )


def the_gate(network: settings.Settings, signals: Signals) -> None:
    """H, the mask, and the signal that arrives and that passes, cell by cell."""
    say("gate", otherwise=figure(own_slope(network) or 0.0))
    rows = signals.rows
    notes = [[text(f"cell-{gate}") for gate in row] for row in rows.gates]
    for pair in (("h", "mask"), ("grad_a", "grad_h")):
        matrices({text(f"stage-{name}"): getattr(rows, name) for name in pair}, notes=notes)


def at_the_kink(network: settings.Settings, signals: Signals) -> None:
    """Ways to write the activation and their derivatives at zero, and whether it matters here."""
    from lesson.numeric.experiments.activation import at_zero

    say("at-zero")
    slope = own_slope(network)
    ways = at_zero(slope)
    rows = [{text("way"): f"`{way}`", text("at-zero-column"): figure(value)} for way, value in ways.items()]
    table(rows, text("at-zero-alt"))
    if slope is not None:
        say("at-zero-leaky", slope=figure(slope))
    say("zeros", zeros=f"{signals.units.zeros:,}", units=f"{signals.units.number:,}")
    say("zeros-bias" if network.bias else "zeros-no-bias")
