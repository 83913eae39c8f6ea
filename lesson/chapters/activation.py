"""Activation: a gate for the error signal, and what it does at exactly zero. Earns grad_h."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.gate import gate_chart
from lesson.charts.slopes import activation_chart
from lesson.controls import number
from lesson.numeric.operands import Cell
from lesson.page.cells import choose_cell, chosen_cell, linked, placed, tables
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import fragment, picture, proved, seven_lines, table
from lesson.page.words import figure, keep_in_address, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.corners import Corner
    from lesson.numeric.experiments.matrix_form import Signals


H = "activation-h"


def render(network: settings.Settings) -> None:
    from lesson.numeric.experiments import matrix_form

    say("question")
    ask("predict")
    signals = computed(matrix_form.signals, settings.config(network))
    function_and_derivative(network, signals)
    the_gate(network)
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


@fragment
def the_gate(network: settings.Settings) -> None:
    """H, the mask, the signal that arrives and that passes, place by place; and one h that can be moved."""
    from lesson.numeric.experiments.activation import GATED, TOGETHER, gates

    say("gate", otherwise=figure(own_slope(network) or 0.0))
    shapes = {"h": (network.batch, network.hidden)}
    cell = chosen_cell(shapes, Cell("h", 0, 0))
    corners = computed(gates, settings.config(network), cell)
    kinds = {"h": "hidden", "mask": "hidden"}
    tensors = placed(corners, {name: (column, 0) for column, name in enumerate(GATED)}, kinds)
    linked(tensors, TOGETHER, cell, text("gate-alt"), "activation-picture", shapes, text("gate-hint"))
    one_gate(network, cell, value_in(corners["h"], cell))
    tables(corners)


def value_in(corner: Corner, cell: Cell) -> float:
    top, left = corner.first
    return float(corner.values[cell.row - top, cell.column - left])


def one_gate(network: settings.Settings, cell: Cell, own: float) -> None:
    """One pre-activation on its activation, moved by a drag or by a slider, and what the gate lets back."""
    from lesson.numeric.experiments.activation import POSITIONS, nearest, swept

    key = f"{H}-{cell.name}"
    start = float(POSITIONS[nearest(own)])
    say("one-gate", cell=cell.name, own=figure(own).replace("-", "−"))
    h = moved_to(key, start)
    found = computed(swept, settings.config(network), cell.row, cell.column)
    labels = {name: text(f"gate-{name}") for name in ("own", "open", "shut", "damped")}
    chart = gate_chart(found, nearest(h), own, {"h": cell.name, "a": words()["phi"], **labels})
    # A drawing of its own for each cell: it remembers to where the last one was dragged.
    widget = f"gate-{cell.row}-{cell.column}"
    picture(chart, text("one-gate-alt"), on_pick=(widget, partial(released, widget, key)), selects="released")
    choose_cell(cell, {"h": (network.batch, network.hidden)})
    with st.expander(text("moved")):
        row = {name: figure(float(values[nearest(h)])) for name, values in vars(found).items()}
        table([row], text("one-gate-alt"))


def moved_to(key: str, start: float) -> float:
    """Where the slider has a pre-activation, at first as the address says or where it is by itself."""
    from lesson.numeric.experiments.activation import POSITIONS, nearest

    asked = number(st.query_params.get("h", ""), start)
    st.session_state.setdefault(key, float(POSITIONS[nearest(asked)]))
    h = st.slider(text("move"), float(POSITIONS[0]), float(POSITIONS[-1]), step=0.2, key=key)
    keep_in_address("h", f"{h:g}", f"{start:g}")
    return h


def released(widget: str, key: str) -> None:
    """The end of a drag moves the slider too."""
    from lesson.numeric.experiments.activation import POSITIONS

    found = st.session_state[widget]["selection"]["released"]
    if found:
        st.session_state[key] = float(POSITIONS[int(found[0]["at"])])


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
