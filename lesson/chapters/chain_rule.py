"""Chain rule: one observation, one weight, and every path from it to the loss. Earns grad_out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from lesson import settings
from lesson.charts.network import SHOWN, network_chart
from lesson.charts.slopes import tangent_chart
from lesson.numeric.config import Entry, entries
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import colors, formula, fragment, picture, proved, seven_lines, table
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.chain_rule import Moment
    from lesson.symbolic.derivation import Step


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    chosen = chosen_entry(network)
    play(network, chosen)
    say("explain")
    seven_lines()
    proved(network.sizes, "w1")
    ask("check-paths")
    ask("check-zero")


def chosen_entry(network: settings.Settings) -> Entry:
    """An entry, chosen in the picture or, by keyboard, from the list below it."""
    drawn = entries(network.inputs, network.hidden, network.outputs, network.bias, SHOWN)
    if st.session_state.get("entry") not in drawn:
        st.session_state["entry"] = "w1[1,1]"
    above = st.container()
    name = st.selectbox(
        text("choose"), list(drawn), key="entry", persist_state="session", bind="query-params"
    )
    chosen = drawn[name]
    sizes = (network.inputs, network.hidden, network.outputs)
    with above:
        chart = network_chart(sizes, network.bias, chosen, words()["entry"])
        picture(chart, text("picture-alt", entry=chosen.name), on_pick=("network-picture", pick))
        if max(sizes) > SHOWN:
            say("dots", shown=SHOWN)
        say("network")
    return chosen


def pick() -> None:
    """A click in the picture chooses its weight."""
    picked = st.session_state["network-picture"]["selection"]["entry"]
    if picked:
        st.session_state["entry"] = picked[0]["entry"]


@fragment
def play(network: settings.Settings, chosen: Entry) -> None:
    """The chain with its numbers, the same number six ways, and the weight dragged along the curve."""
    from lesson.numeric.experiments.chain_rule import REACH, moment
    from lesson.symbolic import chain

    label = text("drag", entry=chosen.name)
    moved = st.slider(
        label, -REACH, REACH, 0.0, 0.05, key="moved", persist_state="session", bind="query-params"
    )
    now = computed(moment, settings.config(network), chosen, moved)
    paths = chain.paths(*chosen, network.outputs)
    values = chain.numbers(*chosen, now)
    products = [math.prod(chain.value(step, values) for step in path) for path in paths]
    the_chain(paths, values, products)
    six_ways(now, math.fsum(products), chain.derivative_of_whole_loss(*chosen, now))
    curve(chosen, now)


def the_chain(paths: tuple[tuple[Step, ...], ...], values: dict[Any, float], products: list[float]) -> None:
    """The factors of each path: formula, rule and value. Of many outputs the first paths."""
    from lesson.symbolic import chain
    from lesson.symbolic.typeset import asked

    say("chain", paths=len(paths), total=figure(math.fsum(products)))
    for path, product in list(zip(paths, products, strict=True))[:SHOWN]:
        with st.container(border=True):
            for step in path:
                formula(step.right, lead=asked(step, colors()))
                st.caption(text(f"rule-{step.rule}", value=figure(chain.value(step, values))))
            say(
                "path",
                factors=" × ".join(figure(chain.value(step, values)) for step in path),
                product=figure(product),
            )
    if len(paths) > SHOWN:
        say("more-paths", more=len(paths) - SHOWN)


def six_ways(now: Moment, product: float, whole: float) -> None:
    """The same derivative from six sources that know nothing of each other."""
    say("six")
    ways = {
        "way-product": product,
        "way-sympy": whole,
        "way-by-hand": now.derivative.by_hand,
        "way-autograd": now.derivative.autograd,
        "way-finite": now.derivative.finite,
    }
    rows = [{text("way"): text(way), text("value"): f"{value + 0.0:.12g}"} for way, value in ways.items()]
    table(rows, text("six-alt"))
    # A container of its own, so that what follows keeps its place, and the browser its drawing.
    with st.container():
        if now.derivative.kink_in_reach:
            say("kink-in-reach")


def curve(chosen: Entry, now: Moment) -> None:
    say("curve")
    picture(tangent_chart(now, words()), text("curve-alt", entry=chosen.name))
