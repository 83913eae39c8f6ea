"""Matrix form: from entries to matrix products, one step at a time. Earns grad_w2, grad_a, grad_w1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from lesson import settings
from lesson.controls import segments
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import colors, formula, fragment, matrices, proved, seven_lines
from lesson.page.words import say, text

if TYPE_CHECKING:
    from lesson.symbolic.derivation import Step

LINES = ("grad_w1", "grad_w2", "grad_a")


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    why_transposed(network)
    say("explain")
    seven_lines()
    proved(network.sizes, "w2", "w1")
    second_opinion()
    ask("check-batch")
    ask("check-transpose")


@fragment
def play(network: settings.Settings) -> None:
    """One step of one derivation, forward and back, symbols or numbers."""
    from lesson.symbolic.matrix_form import LARGEST, derive

    line = segments(text("line"), LINES, "line")
    sizes = network.sizes
    steps = derive(line, *sizes)
    position = page_of(len(steps))
    with_numbers = st.toggle(text("numbers"), key="numbers", persist_state="session", bind="query-params")
    with st.container(border=True):
        the_step(steps[position - 1], numbers(network, line) if with_numbers else None)
    if max(sizes) > LARGEST:
        say("cut", largest=LARGEST)


def page_of(steps: int) -> int:
    """The step on the screen, from 1; a line that has fewer shows its last."""
    if st.session_state.get("step", 1) > steps:
        st.session_state["step"] = steps
    return st.pagination(steps, key="step", persist_state="session", bind="query-params")


def the_step(step: Step, values: dict[Any, float] | None) -> None:
    """What the step says, its formula, and on request the same with the learner's numbers."""
    from lesson.symbolic.typeset import typeset

    say(f"step-{step.rule}")
    formula(step.left, step.right, shapes=True, lead=text(f"lead-{step.about}"))
    if step.example:
        named, meant = step.example
        say("example")
        formula(meant, lead=typeset(named, colors()))
    if values:
        say("same-with-sizes" if step.rule == "general" else "same-with-numbers")
        formula(step.right, values=values, shapes=True)
    st.caption(text("holds" if step.holds() else "fails"))


def numbers(network: settings.Settings, line: str) -> dict[Any, float]:
    """The learner's numbers for the symbols of a derivation."""
    from lesson.numeric.experiments.matrix_form import signals
    from lesson.symbolic.matrix_form import values

    return values(line, computed(signals, settings.config(network)), network.sizes)


def why_transposed(network: settings.Settings) -> None:
    """grad_a as it is, and with grad_w2.T in the place of w2.T: shapes agree, numbers do not."""
    from lesson.numeric.experiments.matrix_form import signals

    say("transposed", outputs=network.outputs, hidden=network.hidden)
    at_start = computed(signals, settings.config(network))
    matrices({text("with-w2"): at_start.rows.grad_a, text("with-grad-w2"): at_start.grad_a_mistaken})


def second_opinion() -> None:
    """SymPy's matrix calculus, for any sizes, of the network without its activation."""
    from lesson.symbolic.linear import gradient

    say("second-opinion")
    for parameter in ("w1", "w2"):
        formula(gradient(parameter), lead=text(f"lead-{parameter}"))
