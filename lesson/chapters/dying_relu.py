"""Dying ReLU: units that fall silent on sparse data, why they cannot wake, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.intervals import Interval, intervals_chart
from lesson.charts.units import units_film
from lesson.controls import Real, Step, correct_address
from lesson.page.compute import side_by_side
from lesson.page.player import film
from lesson.page.questions import ask
from lesson.page.show import fragment, over_steps, picture, snippet, table, tabs
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.dying_relu import Conditions, Trial, WatchedTrainings

SCALE = Step("scale", 1.0, (0.1, 0.3, 1.0, 3.0))
START_BIAS = Real("start_bias", -1.0, -3.0, 1.0)
PACE = Step("pace", 5e-3, (1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2))
LEAK = Real("leak", 0.1, 0.01)

Both = Mapping[str, "WatchedTrainings"]


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-wake")
    ask("check-leaky")


@fragment
def play(network: settings.Settings) -> None:
    """Sparse data and a start of the learner's choice, ReLU beside LeakyReLU: unit by unit in one training,
    then over many seeds, then the remedies."""
    say("play")
    conditions, leak = controls(network)
    tabs(
        watch=partial(one_run, conditions, leak),
        count=partial(many_runs, conditions, leak),
        help=partial(remedies, conditions),
    )


def controls(network: settings.Settings) -> tuple[Conditions, float]:
    """What the ReLU network grows on, and the slope of the other."""
    from lesson.numeric.experiments.dying_relu import LARGEST, Conditions

    correct_address(settings.ZEROS, SCALE, START_BIAS, PACE, LEAK)
    left, right = st.columns(2)
    with left:
        zeros, scale = settings.ZEROS.widget(), SCALE.widget()
        bias = START_BIAS.widget() if network.bias else None
    with right:
        rate, leak = PACE.widget(), LEAK.widget()
    sizes = network.sizes
    asked = Conditions(sizes, zeros, scale, bias, rate, seed=network.seed)
    if asked.fitted() != asked:
        st.caption(text("fitted", largest=" - ".join(map(str, LARGEST))))
    return asked.fitted(), leak


def both_of(conditions: Conditions, leak: float) -> Both:
    """The trainings of both."""
    from lesson.numeric.experiments.dying_relu import train_and_watch

    changed = {"relu": (conditions,), "leaky_relu": (replace(conditions, slope=leak),)}
    return {words()[name]: trainings for name, trainings in side_by_side(train_and_watch, changed).items()}


def one_run(conditions: Conditions, leak: float) -> None:
    """The units of one run, observation by observation, from step to step."""
    say("one-run")
    both = both_of(conditions, leak)
    relu = next(iter(both.values()))
    number = chosen_run(conditions, relu)
    last = relu.losses.shape[1] - 1
    spells = {name: trainings.spells(number) for name, trainings in both.items()}
    film(units_film(spells, words()), text("units-alt"), last)
    if any(trainings.blew_up[number] for trainings in both.values()):
        st.warning(text("blew-up"), icon=":material/explosion:")
    if not relu.blew_up[number]:
        silent_units(relu, number)


def chosen_run(conditions: Conditions, relu: WatchedTrainings) -> int:
    """The number of a run; for new conditions that in which there is most to watch."""
    if st.session_state.get("watched-conditions") != conditions:
        st.session_state["watched-seed"] = conditions.seed + relu.latest_death
        st.session_state["watched-conditions"] = conditions
    seeds = range(conditions.seed, conditions.seed + len(relu.losses))
    names = {seed: text("seed", seed=seed) for seed in seeds}
    chosen = st.selectbox(
        text("run"), list(names), format_func=names.__getitem__, key="watched-seed", persist_state="session"
    )
    return chosen - conditions.seed


def silent_units(relu: WatchedTrainings, number: int) -> None:
    """Which units of a run are silent at its end, since when, and why they stay so."""
    since = relu.since(number)
    if not since:
        say("none-silent")
        return
    units = (text("unit-since", unit=unit, step=step) for unit, step in since.items())
    say("silent-since", units=", ".join(units))
    why_it_stays(relu, number, next(iter(since)))


def why_it_stays(relu: WatchedTrainings, number: int, unit: int) -> None:
    from lesson.numeric.experiments.dying_relu import why_it_stays_of

    say("why-it-stays", unit=unit)
    snippet(why_it_stays_of(relu, number, unit))
    say("zero-times")


def many_runs(conditions: Conditions, leak: float) -> None:
    """All runs at once: means over the steps, and deaths counted."""
    from lesson.numeric.experiments.dying_relu import RUNS, STEPS

    say("many-runs", runs=RUNS, steps=STEPS)
    both = both_of(conditions, leak)
    means_of_all(both)
    counted(both)


def means_of_all(both: Both) -> None:
    """The means over all runs: units that are silent, gradient entries that are zero, the losses."""
    steps = np.arange(next(iter(both.values())).losses.shape[1])
    left, right = st.columns(2)
    with left:
        say("silent")
        silent = {name: trainings.mean_silent for name, trainings in both.items()}
        over_steps(steps, silent, text("silent-units"), text("silent-alt"))
    with right:
        say("zero-entries")
        zeros = {name: trainings.mean_zeros for name, trainings in both.items()}
        over_steps(steps, zeros, text("zero-share"), text("zeros-alt"))
    say("losses")
    losses = {name: trainings.median_loss for name, trainings in both.items()}
    over_steps(steps, losses, text("median-loss"), text("losses-alt"), log=True)


def counted(both: Both) -> None:
    """Deaths and awakenings among all units of all runs."""
    rows = [
        {
            text("column-network"): name,
            text("column-died"): int(trainings.died.sum()),
            text("column-woke"): int(trainings.woke.sum()),
            text("column-all"): trainings.died.size,
            text("column-blew"): int(trainings.blew_up.sum()),
        }
        for name, trainings in both.items()
    ]
    table(rows, text("counted-alt"))
    say("counted")
    if any(trainings.blew_up.any() for trainings in both.values()):
        st.warning(text("blew-up"), icon=":material/explosion:")


def remedies(conditions: Conditions) -> None:
    """What helps, each change alone, over all seeds."""
    from lesson.numeric.experiments.dying_relu import RUNS, remedied, trial

    say("remedies", runs=RUNS)
    tried = side_by_side(trial, {name: (changed,) for name, changed in remedied(conditions).items()})
    shares = {
        text(f"remedy-{name}"): Interval(trial.low, trial.share, trial.high)
        for name, trial in tried.items()
        if trial.runs
    }
    if shares:
        picture(intervals_chart(shares, text("share-of-runs"), 0, 1), text("remedies-alt"))
    compared(tried)
    say("remedies-why")


def compared(tried: Mapping[str, Trial]) -> None:
    rows = [
        {
            text("column-remedy"): text(f"remedy-{name}"),
            text("column-silent"): text("of-runs", count=trial.silent, runs=trial.runs),
            text("column-blown"): trial.blew_up,
            text("column-loss"): figure(trial.loss),
        }
        for name, trial in tried.items()
    ]
    table(rows, text("remedies-alt"))
