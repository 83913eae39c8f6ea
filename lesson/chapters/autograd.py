"""Autograd: what is recorded, what is freed, what adds up, and the notebook's second puzzle."""

from __future__ import annotations

import streamlit as st

from lesson import settings
from lesson.charts.arrows import arrows_chart
from lesson.charts.growth import growth_chart
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import fragment, picture, snippet, table
from lesson.page.words import figure, say, sides, text, words

MOST_PRESSES = 8
NOTICEABLY = 1.1
"""From this factor on something is said to be slower."""


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    recorded()
    freed()
    added_up()
    of_more_than_one_number(network)
    not_recorded()
    clone_and_alias()
    price()
    say("explain")
    ask("check-grad")
    ask("check-clone")
    ask("check-vector")


def recorded() -> None:
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran

    say("recorded")
    snippet(ran(autograd.leaves))
    say("recorded-why")


def freed() -> None:
    """Backward a second time: the error, and what retain_graph does."""
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran

    say("freed")
    snippet(ran(autograd.backward_twice))
    say("freed-why")
    snippet(ran(autograd.backward_retained))
    say("retained-why")


@fragment
def added_up() -> None:
    """Press backward, and watch the gradient grow; zero_grad takes it back."""
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran, run

    say("added-up")
    presses = st.session_state.setdefault("presses", 1)
    with st.container(horizontal=True):
        st.button("loss.backward()", key="press", icon=":material/add:", on_click=press)
        st.button("optimizer.zero_grad()", key="zero", icon=":material/restart_alt:", on_click=zero)
    say("presses" if presses < MOST_PRESSES else "presses-most", presses=presses)
    most = autograd.gradients_after(MOST_PRESSES)
    reach = float(most.min()), float(most.max())
    picture(arrows_chart(most[:presses], reach, words()), text("arrows-alt"))
    snippet(ran(autograd.pressed, presses))
    say("zeroed")
    # In the worker: a layer draws its weights from torch's one stream, which other snippets here seed.
    snippet(computed(run, autograd.zeroed))


def press() -> None:
    st.session_state["presses"] = min(st.session_state["presses"] + 1, MOST_PRESSES)


def zero() -> None:
    st.session_state["presses"] = 0


@fragment
def of_more_than_one_number(network: settings.Settings) -> None:
    """What backward() of a matrix wants: the error signal, in whose place a Jacobian would be multiplied."""
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran

    say("vector")
    snippet(ran(autograd.backward_of_many))
    say("vector-why")
    snippet(ran(autograd.backward_with_signal))
    off = computed(autograd.off_by_signal, settings.config(network))
    say("signal-close" if off else "signal-identical", off=figure(off))
    say("jacobian")
    snippet(ran(autograd.jacobian_multiplied))
    never_built(network)


def never_built(network: settings.Settings) -> None:
    """The Jacobians of the learner's network: their shapes and bytes beside those of the gradients."""
    from lesson.numeric.experiments.autograd import jacobians

    say("never-built")
    rows = [
        {
            text("column-by"): name,
            text("column-jacobian"): sides(jacobian.sides),
            text("column-jacobian-bytes"): in_bytes(jacobian.bytes),
            text("column-gradient"): sides(jacobian.gradient_sides),
            text("column-gradient-bytes"): in_bytes(jacobian.gradient_bytes),
        }
        for name, jacobian in jacobians(settings.config(network).sizes).items()
    ]
    table(rows, text("jacobian-alt"))
    say("never-built-why")


def in_bytes(number: int) -> str:
    """A size in B, kB, MB or GB, by thousands."""
    power = min((len(str(number)) - 1) // 3, 3)
    return f"{figure(number / 1000**power)} {('B', 'kB', 'MB', 'GB')[power]}"


def not_recorded() -> None:
    """no_grad with enable_grad inside, and an update in place with and without it."""
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran

    say("not-recorded")
    snippet(ran(autograd.no_grad))
    say("in-place")
    snippet(ran(autograd.in_place))
    say("in-place-why")
    snippet(ran(autograd.in_place_unrecorded))


def clone_and_alias() -> None:
    """The notebook's second puzzle: why by hand needed a clone and autograd an alias."""
    from lesson.numeric.experiments import autograd
    from lesson.numeric.snippet import ran

    say("clone")
    snippet(ran(autograd.cloned))
    say("clone-why")
    snippet(ran(autograd.aliased))
    say("alias-why")
    snippet(ran(autograd.copied))
    say("copied-why")


@fragment
def price() -> None:
    """What training by hand costs on clones that still require a gradient."""
    from lesson.numeric.experiments.autograd import MOST_STEPS, REPEATS, cost

    say("price")
    steps = st.slider(text("steps"), 20, MOST_STEPS, 200, 20, key="price-steps", persist_state="session")
    measured = computed(cost, steps)
    say("price-found", steps=steps, nodes=f"{measured.nodes['clone'][-1]:,}")
    slower = measured.slowdown > NOTICEABLY
    say("price-slower" if slower else "price-alike", times=f"{measured.slowdown:.1f}", repeats=REPEATS)
    shown = {"nodes": measured.nodes, "microseconds-per-step": measured.microseconds}
    for column, (title, values) in zip(st.columns(2), shown.items(), strict=True):
        curves = {words()[name]: array for name, array in values.items()}
        chart = growth_chart(measured.steps, curves, words()["step"], words()[title])
        with column:
            picture(chart, text(f"price-{title}-alt"))
    say("price-why")
