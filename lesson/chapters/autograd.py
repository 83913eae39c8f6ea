"""Autograd: what is recorded, what is freed, what adds up, and the notebook's second puzzle."""

from __future__ import annotations

import streamlit as st

from lesson import settings
from lesson.charts.arrows import arrows_chart
from lesson.page.compute import computed
from lesson.page.show import fragment, over_steps, picture, snippet
from lesson.page.words import ask, figure, say, text, words

MOST_PRESSES = 8


def render(network: settings.Settings) -> None:  # noqa: ARG001
    say("question")
    ask("predict")
    recorded()
    freed()
    added_up()
    not_recorded()
    clone_and_alias()
    price()
    say("explain")
    ask("check-grad")
    ask("check-clone")


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
    picture(arrows_chart(autograd.gradients_after(presses), words()), text("arrows-alt"))
    snippet(ran(autograd.pressed, presses))
    say("zeroed")
    # In the worker: a layer draws its weights from torch's one stream, which other snippets here seed.
    snippet(computed(run, autograd.zeroed))


def press() -> None:
    st.session_state["presses"] = min(st.session_state["presses"] + 1, MOST_PRESSES)


def zero() -> None:
    st.session_state["presses"] = 0


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
    from lesson.numeric.experiments.autograd import MOST_STEPS, cost

    say("price")
    steps = st.slider(text("steps"), 20, MOST_STEPS, 200, 20, key="price-steps", persist_state="session")
    measured = computed(cost, steps)
    nodes = f"{measured.nodes['clone'][-1]:,}"
    say("price-found", steps=steps, nodes=nodes, times=figure(measured.slowdown))
    shown = {"nodes": measured.nodes, "microseconds-per-step": measured.microseconds}
    for column, (title, values) in zip(st.columns(2), shown.items(), strict=True):
        with column:
            curves = {words()[name]: array for name, array in values.items()}
            over_steps(measured.steps, curves, words()[title], text(f"price-{title}-alt"))
