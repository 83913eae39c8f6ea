"""Dying ReLU: units that fall silent on sparse data, why they cannot wake, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from lesson import settings
from lesson.charts.growth import growth_chart
from lesson.charts.intervals import Interval, intervals_chart
from lesson.charts.units import units_chart
from lesson.page import ask, computed, figure, fragment, picture, say, snippet, text, words
from lesson.worker import compute

if TYPE_CHECKING:
    from lesson.numeric.dying import Ground, Lives

SCALE = settings.Step("scale", 1.0, (0.1, 0.3, 1.0, 3.0))
START_BIAS = settings.Real("start_bias", -1.0, -3.0, 1.0)
PACE = settings.Step("pace", 5e-3, (1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2))
LEAK = settings.Real("leak", 0.1, 0.01)

Both = Mapping[str, "Lives"]


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-wake")
    ask("check-leaky")


@fragment
def play(network: settings.Settings) -> None:
    """Sparse data and a start of the learner's choice: ReLU beside LeakyReLU over many seeds, then unit
    by unit in one of them, then the remedies."""
    from lesson.numeric.dying import RUNS, STEPS

    say("play", runs=RUNS, steps=STEPS)
    ground, leak = controls(network)
    both = dict(zip((words()["relu"], words()["leaky_relu"]), lives_of(ground, leak), strict=True))
    over_steps(both)
    counted(both)
    one_run(both)
    remedies(ground)


def controls(network: settings.Settings) -> tuple[Ground, float]:
    """What the ReLU network grows on, and the slope of the other."""
    from lesson.numeric.dying import LARGEST, Ground

    settings.heed_address(settings.ZEROS, SCALE, START_BIAS, PACE, LEAK)
    left, right = st.columns(2)
    with left:
        zeros, scale = settings.ZEROS.widget(), SCALE.widget()
        bias = START_BIAS.widget() if network.bias else None
    with right:
        rate, leak = PACE.widget(), LEAK.widget()
    sizes = (network.batch, network.inputs, network.hidden, network.outputs)
    asked = Ground(sizes, zeros, scale, bias, rate, seed=network.seed)
    if asked.fitted() != asked:
        st.caption(text("fitted", largest=" - ".join(map(str, LARGEST))))
    return asked.fitted(), leak


@st.cache_resource(max_entries=8, show_spinner=False)
def lives_of(ground: Ground, leak: float) -> tuple[Lives, ...]:
    """The trainings of both, shared by all sessions with the same settings."""
    from lesson.numeric.dying import live

    return compute(live, ground, replace(ground, slope=leak))


def over_steps(both: Both) -> None:
    """The means over all runs: units that are silent, gradient entries that are zero, the losses."""
    steps = np.arange(next(iter(both.values())).losses.shape[1])
    left, right = st.columns(2)
    with left:
        say("silent")
        silent = {name: lives.mean_silent for name, lives in both.items()}
        picture(growth_chart(steps, silent, words()["step"], text("silent-units")), text("silent-alt"))
    with right:
        say("zero-entries")
        zeros = {name: lives.mean_zeros for name, lives in both.items()}
        picture(growth_chart(steps, zeros, words()["step"], text("zero-share")), text("zeros-alt"))
    say("losses")
    losses = {name: lives.median_loss for name, lives in both.items()}
    picture(
        growth_chart(steps, losses, words()["step"], text("median-loss"), log=(False, True)),
        text("losses-alt"),
    )


def counted(both: Both) -> None:
    """Deaths and awakenings among all units of all runs."""
    table = [
        {
            text("column-network"): name,
            text("column-died"): int(lives.died.sum()),
            text("column-woke"): int(lives.woke.sum()),
            text("column-all"): lives.died.size,
            text("column-blew"): int(lives.blew_up.sum()),
        }
        for name, lives in both.items()
    ]
    st.table(pd.DataFrame(table), hide_index=True, alt=text("counted-alt"))
    say("counted")
    if any(lives.blew_up.any() for lives in both.values()):
        st.warning(text("blew-up"), icon=":material/explosion:")


def one_run(both: Both) -> None:
    """The units of one run, observation by observation, from step to step."""
    relu = next(iter(both.values()))
    say("one-run")
    first = relu.ground.seed
    seeds = {text("seed", seed=first + number): number for number in range(len(relu.losses))}
    number = seeds[st.selectbox(text("run"), list(seeds), index=relu.telling)]
    step = st.slider(
        text("step"), 0, relu.losses.shape[1] - 1, 0, key="watched-step", persist_state="session"
    )
    active = {name: lives.active(number)[step] for name, lives in both.items()}
    picture(units_chart(active, words()), text("units-alt"))
    since = relu.since(number)
    if not since:
        say("none-silent")
        return
    say(
        "silent-since",
        units=", ".join(text("unit-since", unit=unit, step=step) for unit, step in since.items()),
    )
    why_it_stays(relu, number, next(iter(since)))


def why_it_stays(relu: Lives, number: int, unit: int) -> None:
    from lesson.numeric.dying import why_it_stays_of

    say("why-it-stays", unit=unit)
    snippet(why_it_stays_of(relu, number, unit))
    say("zero-times")


def remedies(ground: Ground) -> None:
    """What helps, each change alone, over all seeds, on request."""
    from lesson.numeric.dying import trials

    say("remedies")
    if st.button(text("try"), icon=":material/healing:", key="try"):
        st.session_state["remedies-tried"] = ground
    if st.session_state.get("remedies-tried") != ground:
        return
    with st.spinner(text("trying")):
        tried = computed(trials, ground)
    shares = {
        text(f"remedy-{trial.remedy}"): Interval(trial.low, trial.share, trial.high)
        for trial in tried
        if trial.runs
    }
    if shares:
        picture(intervals_chart(shares, text("share-of-runs"), 0, 1), text("remedies-alt"))
    table = [
        {
            text("column-remedy"): text(f"remedy-{trial.remedy}"),
            text("column-silent"): text("of-runs", count=trial.silent, runs=trial.runs),
            text("column-blown"): trial.blew_up,
            text("column-loss"): figure(trial.loss),
        }
        for trial in tried
    ]
    st.table(pd.DataFrame(table), hide_index=True, alt=text("remedies-alt"))
    say("remedies-why")
