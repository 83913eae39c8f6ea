"""Add or concatenate: what each branch receives, an experiment that tells when it matters, and residuals."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.growth import growth_chart
from lesson.charts.intervals import Interval, intervals_chart
from lesson.controls import Step, correct_address
from lesson.page.compute import computed, side_by_side
from lesson.page.questions import ask
from lesson.page.show import code, fragment, matrix, over_steps, picture, snippet, tabs
from lesson.page.words import figure, say, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.add_or_concat import Outcome, Pair

UNITS = Step("units", 4, (1, 2, 3, 4, 6, 8, 12, 16))


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-symmetric")
    ask("check-residual")


@fragment
def play(network: settings.Settings) -> None:
    """On the learner's sizes: what each branch receives, then the six cases, then the residual."""
    say("play")
    correct_address(UNITS)
    pair = asked(network, int(UNITS.widget()))
    tabs(
        backward=partial(what_each_receives, pair),
        experiment=partial(experiment, pair),
        residual=partial(residual, pair),
    )


def asked(network: settings.Settings, units: int) -> Pair:
    """The learner's network with two branches."""
    from lesson.numeric.experiments.add_or_concat import LARGEST, Pair

    pair = Pair(
        (network.batch, network.inputs, units, network.outputs),
        network.bias,
        network.slope if network.activation == "leaky_relu" else 0.0,
        seed=network.seed,
    )
    if pair.fitted() != pair:
        st.caption(text("fitted", largest=" - ".join(map(str, LARGEST))))
    return pair.fitted()


def what_each_receives(pair: Pair) -> None:
    """The lines of both joins, the two signals behind each, and what the sum leaves out."""
    from lesson.numeric.experiments.add_or_concat import JOINS, THROUGH, received, tied_of
    from lesson.numeric.snippet import code_of

    say("backward")
    signals = {join: computed(received, pair, join) for join in JOINS}
    for join, column in zip(JOINS, st.columns(2), strict=True):
        with column:
            say(f"join-{join}")
            code(code_of(THROUGH[join]))
            for name, signal in (("a1", signals[join].grad_a1), ("a2", signals[join].grad_a2)):
                matrix(text(name), signal)
    if all(checked.identical for checked in signals.values()):
        st.success(text("checked-identical"), icon=":material/check_circle:")
    else:
        largest = max(checked.largest for checked in signals.values())
        st.warning(text("checked-different", largest=figure(largest)), icon=":material/difference:")
    say("tied")
    snippet(tied_of(pair))
    say("tied-why")


def experiment(pair: Pair) -> None:
    """Both joins on a target of the learner's choice, over many seeds."""
    from lesson.numeric.experiments.add_or_concat import JOINS, RUNS, STEPS, TARGETS, clearly_better, outcome

    say("experiment", runs=RUNS, steps=STEPS)
    titles = {text(f"target-{target}"): target for target in TARGETS}
    target = titles[
        st.radio(text("target"), list(titles), horizontal=True, key="target", persist_state="session")
    ]
    shared = st.toggle(text("shared"), True, key="shared", help=text("shared-help"), persist_state="session")
    pair = replace(pair, target=target, shared=shared)
    outcomes = side_by_side(outcome, {join: (pair, join) for join in JOINS})
    curves = {text(f"curve-{join}"): outcome.median for join, outcome in outcomes.items()}
    over_steps(np.arange(STEPS), curves, text("left-unexplained"), text("curves-alt"), log=True)
    intervals = {text(f"curve-{join}"): Interval(*outcome.interval) for join, outcome in outcomes.items()}
    picture(intervals_chart(intervals, text("share-failed"), 0, 1), text("failed-alt"))
    budget(outcomes["add"], outcomes["concat"])
    st.info(text(f"verdict-{clearly_better(outcomes) or 'same'}"), icon=":material/balance:")


def budget(add: Outcome, concat: Outcome) -> None:
    """What each join learns with, and how often it fails."""
    from lesson.numeric.experiments.add_or_concat import RUNS

    say(
        "budget",
        add=add.parameters,
        concat=concat.parameters,
        add_failed=add.failed,
        concat_failed=concat.failed,
        runs=RUNS,
    )


def residual(pair: Pair) -> None:
    """A sum that is right: how much of a signal arrives in front of many layers."""
    from lesson.numeric.experiments.add_or_concat import DEPTHS, RUNS, signal_by_depth

    say("residual", runs=RUNS)
    arrived = {text(f"stack-{name}"): values for name, values in computed(signal_by_depth, pair).items()}
    picture(
        growth_chart(list(DEPTHS), arrived, text("depth"), text("signal"), log=(False, True)),
        text("residual-alt"),
    )
    say("residual-why")
