"""Coin flips: gates without a derivative, four estimators beside the exact gradient, and gradcheck."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.draws import draws_chart
from lesson.charts.growth import growth_chart
from lesson.controls import Step, correct_address
from lesson.page.compute import computed, watched
from lesson.page.questions import ask
from lesson.page.show import code, fragment, over_steps, picture, snippet, table, tabs
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.bernoulli_gate.estimates import Findings
    from lesson.numeric.experiments.bernoulli_gate.gates import Gated

Value = TypeVar("Value")

GATES = Step("gates", 4, (1, 2, 3, 4, 5, 6))
TEMPERATURE = Step("temperature", 0.5, (0.05, 0.1, 0.2, 0.5, 1.0, 2.0))


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-unbiased")
    ask("check-gradcheck")


@fragment
def play(network: settings.Settings) -> None:
    """The flip without a derivative and the ways round it, the estimators beside the truth, trainings with
    each, and a function of the learner's own."""
    say("play")
    correct_address(GATES, TEMPERATURE)
    left, right = st.columns(2)
    with left:
        units = int(GATES.widget())
    with right:
        temperature = TEMPERATURE.widget()
    gated = asked(network, units, temperature)
    tabs(
        flip=partial(the_flip, gated),
        truth=partial(beside_the_truth, gated),
        more=partial(more_samples, gated),
        train=partial(train, gated),
        own=your_own_function,
    )


def asked(network: settings.Settings, units: int, temperature: float) -> Gated:
    """The learner's network with a gate on each hidden unit."""
    from lesson.numeric.experiments.bernoulli_gate.gates import LARGEST, Gated

    gated = Gated(
        (network.batch, network.inputs, units, network.outputs),
        network.bias,
        network.slope if network.activation == "leaky_relu" else 0.0,
        temperature,
        network.seed,
    )
    if gated.fitted() != gated:
        st.caption(text("fitted", largest=" - ".join(map(str, LARGEST))))
    return gated.fitted()


def the_flip(gated: Gated) -> None:
    """What torch makes of it, and four ways round it: each estimator's idea and its lines."""
    from lesson.numeric.experiments.bernoulli_gate.gates import SHOWN, StraightThrough, unnoticed_of
    from lesson.numeric.snippet import code_of, source_of

    say("unnoticed")
    snippet(unnoticed_of(gated))
    say("unnoticed-why")

    say("ways")
    for tab, (name, function) in zip(
        st.tabs([text(f"name-{name}") for name in SHOWN]), SHOWN.items(), strict=True
    ):
        with tab:
            say(f"way-{name}")
            lines = code_of(function)
            code(f"{source_of(StraightThrough)}\n\n{lines}" if name == "straight-through" else lines)


def beside_the_truth(gated: Gated) -> None:
    from lesson.numeric.experiments.bernoulli_gate import estimates

    findings = computed(estimates.findings, gated)
    say("truth", masks=2 ** gated.sizes[2], difference=figure(findings.finite_difference))
    one_entry(findings, gated)
    bias_and_spread(findings)


def one_entry(findings: Findings, gated: Gated) -> None:
    """Where the draws of one weight's gradient fall."""
    from lesson.numeric.experiments.bernoulli_gate.estimates import SAMPLES

    say("one-entry", samples=f"{SAMPLES:,}")
    entries = gated.entries
    if st.session_state.get("gate-weight") not in entries:
        st.session_state["gate-weight"] = entries[findings.most_biased]
    chosen = st.selectbox(text("weight"), entries, key="gate-weight", persist_state="session")
    drawn = findings.distributions[entries.index(chosen)]
    names = {name: text(f"name-{name}") for name in drawn.shares}
    picture(draws_chart(drawn, names, text("gradient-of-weight"), words()), text("draws-alt"))


def named(by_estimator: Mapping[str, Value]) -> dict[str, Value]:
    """The same under the estimators' names on the page."""
    return {text(f"name-{name}"): value for name, value in by_estimator.items()}


def bias_and_spread(findings: Findings) -> None:
    if findings.no_effect:
        st.info(text("no-effect"), icon=":material/info:")
    rows = [
        {
            text("column-estimator"): text(f"name-{name}"),
            text("column-bias"): f"{verdict.bias:.1%}",
            text("column-spread"): f"{verdict.spread:.0%}",
            text("column-inside"): text("of", inside=verdict.inside, all=len(findings.truth)),
        }
        for name, verdict in findings.verdicts.items()
    ]
    table(rows, text("table-alt"))
    say("table")


def more_samples(gated: Gated) -> None:
    """Bias and variance in one picture: the error of a mean against the number of draws."""
    from lesson.numeric.experiments.bernoulli_gate.estimates import COUNTS, findings

    say("more-samples")
    errors = named(computed(findings, gated).error)
    picture(
        growth_chart(COUNTS, errors, text("number-of-draws"), text("error"), log=(True, True)),
        text("errors-alt"),
    )
    say("more-samples-why")


def train(gated: Gated) -> None:
    """All six ways, on request, one after the other."""
    from lesson.numeric.experiments.bernoulli_gate.gate_training import RUNS, STEPS

    say("train", runs=RUNS, steps=STEPS)
    if st.button(text("train-button"), icon=":material/play_arrow:", key="train-gates"):
        st.session_state["gates-trained"] = gated
    if st.session_state.get("gates-trained") != gated:
        return
    losses = trainings_of(gated)
    steps = np.linspace(0, STEPS, len(next(iter(losses.values()))), endpoint=False)
    over_steps(steps, named(losses), text("expected-loss"), text("losses-alt"), log=True)
    say("trained", naive=figure(float(losses["naive"][-1])), exactly=figure(float(losses["exactly"][-1])))


def trainings_of(gated: Gated) -> dict[str, np.ndarray]:
    """All trainings, done once for all who ask for these settings."""
    from lesson.numeric.experiments.bernoulli_gate.gate_training import trainings, ways

    bar, losses = st.empty(), dict[str, np.ndarray]()
    with closing(watched(bar, trainings, gated)) as so_far:
        for losses in so_far:
            bar.progress(len(losses) / len(ways(gated.temperature)), words()["under-way"])
    bar.empty()
    return losses


def your_own_function() -> None:
    """An autograd.Function with a backward pass by hand, and gradcheck, which finds a planted error."""
    from lesson.numeric.experiments.bernoulli_gate import functions
    from lesson.numeric.snippet import ran, source_of

    say("own-function")
    code(source_of(functions.Rectified))
    snippet(ran(functions.checked))
    say("planted")
    code(source_of(functions.Forgetful))
    snippet(ran(functions.checked_forgetful))
    say("rejected")
    snippet(ran(functions.checked_straight_through))
    say("rejected-why")
