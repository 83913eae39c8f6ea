"""Chain rule: one observation, one weight, and every path from it to the loss. Earns grad_out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from lesson import settings
from lesson.charts.bench import bench_chart
from lesson.charts.network import SHOWN
from lesson.controls import Switch, correct_address
from lesson.numeric.config import Entry, entries
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import colors, formula, fragment, picture, proved, seven_lines, table, theme_name
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.chain_rule import Moment, Sweep
    from lesson.symbolic.derivation import Step


SECOND = Switch("second", True)

DEFAULT = "w1[2,2]"
"""The first weight that is chosen: with the default network its unit's gate turns within reach."""

TOLD = ("entry", "released")
"""The picture's selections that the page is told of."""


def render(network: settings.Settings) -> None:
    correct_address(SECOND)
    say("question")
    ask("predict")
    play(network)
    say("explain")
    seven_lines()
    proved(network.sizes, "w1")
    ask("check-paths")
    ask("check-zero")


@fragment
def play(network: settings.Settings) -> None:
    """The bench, and below it the chain in formulas and the same number six ways."""
    shown, chosen, moved = controls(network)
    the_bench(shown, chosen, moved)
    the_numbers(shown, chosen, moved)


def controls(network: settings.Settings) -> tuple[settings.Settings, Entry, float]:
    """The network on the bench, the entry that is chosen and how far it is moved."""
    from lesson.numeric.experiments.chain_rule import REACH, STEP

    beside = st.columns((2, 4, 3) if network.outputs == 1 else (2, 4), vertical_alignment="bottom")
    if network.outputs == 1:
        with beside[2]:
            network = replace(network, outputs=1 + SECOND.widget())
    drawn = entries(network.inputs, network.hidden, network.outputs, network.bias, SHOWN)
    if st.session_state.get("entry") not in drawn:
        st.session_state["entry"] = DEFAULT if DEFAULT in drawn else "w1[1,1]"
    with beside[0]:
        name = st.selectbox(
            text("choose"), list(drawn), key="entry", persist_state="session", bind="query-params"
        )
    with beside[1]:
        moved = st.slider(
            text("drag", entry=name),
            -REACH,
            REACH,
            0.0,
            STEP,
            key="moved",
            persist_state="session",
            bind="query-params",
        )
    return network, drawn[name], moved


def the_bench(network: settings.Settings, chosen: Entry, moved: float) -> None:
    """The network, the loss against the chosen weight and the chain, in one picture that a drag moves."""
    from lesson.numeric.experiments.chain_rule import position, sweep

    found = computed(sweep, settings.config(network), chosen, SHOWN)
    sizes = (network.inputs, network.hidden, network.outputs)
    rest = text("rest", more=len(found.paths) - SHOWN)
    labels = {"loss": words()["loss"], "entry": words()["entry"], "sum": text("sum"), "rest": rest}
    chart = bench_chart(found, chosen, sizes, position(moved), labels, theme_name())
    picture(chart, text("bench-alt", entry=chosen.name), on_pick=("bench", picked), selects=TOLD)
    say("bench")
    say("network")
    if max(sizes) > SHOWN:
        say("dots", shown=SHOWN)
    with st.expander(text("numbers")):
        table(numbers_at(found, position(moved)), text("numbers-alt"))


def numbers_at(found: Sweep, position: int) -> list[dict[str, str]]:
    """What the picture shows at one position, in rows."""
    from lesson.numeric.experiments.chain_rule import held_at

    return [
        {text("quantity"): name, text("value"): figure(value)}
        for name, value in held_at(found, position).items()
    ]


def picked() -> None:
    """A click on a weight chooses it, the end of a drag moves it; of both only what is new counts."""
    from lesson.numeric.experiments.chain_rule import moved_to

    now = {name: list(st.session_state["bench"]["selection"].get(name, [])) for name in TOLD}
    before = st.session_state.get("bench-before", {})
    st.session_state["bench-before"] = now
    entry, released = (now[name] if now[name] != before.get(name) else [] for name in TOLD)
    if entry:
        st.session_state["entry"] = entry[0]["entry"]
    if released:
        st.session_state["moved"] = moved_to(int(released[0]["at"]))


def the_numbers(network: settings.Settings, chosen: Entry, moved: float) -> None:
    """The chain in formulas, and its value from six sources."""
    from lesson.numeric.experiments.chain_rule import moment
    from lesson.symbolic import chain

    now = computed(moment, settings.config(network), chosen, moved)
    paths = chain.paths(*chosen, network.outputs)
    values = chain.numbers(*chosen, now)
    products = [math.prod(chain.value(step, values) for step in path) for path in paths]
    the_chain(paths, values, products)
    six_ways(now, math.fsum(products), chain.derivative_of_whole_loss(*chosen, now))


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
