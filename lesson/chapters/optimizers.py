"""Optimizers: what to do with a gradient, by hand and by torch.optim, and where it leads."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.differences import local_chart
from lesson.charts.network import SHOWN
from lesson.charts.race import race_chart
from lesson.charts.surface import surface_chart
from lesson.controls import Step, Switch, correct_address
from lesson.numeric.compare import Verdict, largest_share, worst
from lesson.numeric.config import OPTIMIZERS, Config, Entry, entries
from lesson.numeric.experiments.optimizers import RATES
from lesson.numeric.training import curves
from lesson.page.compute import computed
from lesson.page.player import film
from lesson.page.questions import ask
from lesson.page.show import code, fragment, picture, snippet, tabs
from lesson.page.words import figure, say, text, words

STEPS = 100
SCALE = tuple(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 3))
SAME_RATE = Switch("same_rate", False)
RATE = Step("rate", RATES["sgd"], SCALE)
RATE_OF = {name: Step(f"rate_{name}", rate, SCALE) for name, rate in RATES.items()}


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    sum_or_mean(network)
    play(network)
    say("explain")
    ask("check-rate")
    ask("check-adam")


def sum_or_mean(network: settings.Settings) -> None:
    """Where a factor comes from: both reductions of MSELoss on the learner's network."""
    from lesson.numeric.experiments.optimizers.reductions import sum_and_mean_of

    say("reduction")
    snippet(computed(sum_and_mean_of, settings.config(network)))
    say("reduction-why", entries=f"{network.batch * network.outputs:,}")


@fragment
def play(network: settings.Settings) -> None:
    """One optimizer and the learning rates: its lines, three trainings, its updates, three paths."""
    from lesson.numeric.experiments.optimizers.race import affordable

    say("rules")
    correct_address(settings.OPTIMIZER, SAME_RATE, RATE, *RATE_OF.values())
    optimizer = settings.OPTIMIZER.widget()
    the_lines(optimizer)
    rates = chosen_rates()
    config = affordable(dataclasses.replace(settings.config(network), steps=STEPS).quick())
    tabs(
        losses=partial(three_trainings, config, rates),
        updates=partial(update_by_update, config, rates, optimizer),
        surface=partial(three_paths, network, config, rates),
    )


def chosen_rates() -> dict[str, float]:
    """The learning rate of each optimizer; on request the same for all."""
    if SAME_RATE.widget():
        return dict.fromkeys(OPTIMIZERS, RATE.widget())
    rates = {}
    for column, (name, control) in zip(st.columns(len(RATE_OF)), RATE_OF.items(), strict=True):
        with column:
            rates[name] = control.widget()
    return rates


def the_lines(optimizer: str) -> None:
    from lesson.numeric.optimizers import BY_HAND
    from lesson.numeric.snippet import code_of

    code(code_of(BY_HAND[optimizer].step))
    say(f"rule-{optimizer}")


def three_trainings(config: Config, rates: Mapping[str, float]) -> None:
    """The three losses, which of them ends lowest, and which blew up."""
    from lesson.numeric.experiments.optimizers.race import race

    say("losses")
    losses = {name: stretch.losses for name, stretch in computed(race, config, rates).items()}
    steps, shown = curves.together(losses)
    highest = curves.ceiling(curve[0] for curve in losses.values() if len(curve))
    named = {words()[name]: values for name, values in shown.items()}
    picture(race_chart(steps, named, highest, words()), text("losses-alt"))
    if any((curve > highest).any() for curve in losses.values()):
        st.caption(text("losses-leave", times=curves.HIGHEST, ceiling=figure(highest)))
    how_they_ended(config, rates, losses)


def how_they_ended(config: Config, rates: Mapping[str, float], losses: Mapping[str, np.ndarray]) -> None:
    """The last loss of each, the lowest first; who blew up, and where."""
    ended = {name: float(values[-1]) for name, values in losses.items() if len(values) == config.steps}
    if ended:
        order = sorted(ended, key=ended.__getitem__)
        said = (
            text("ended", optimizer=words()[name], rate=f"{rates[name]:g}", loss=figure(ended[name]))
            for name in order
        )
        say("last-losses", steps=f"{config.steps:,}", losses=", ".join(said))
    for name, values in losses.items():
        if name not in ended:
            st.warning(
                text("blew-up", optimizer=words()[name], step=f"{len(values):,}", rate=f"{rates[name]:g}"),
                icon=":material/explosion:",
            )


def update_by_update(config: Config, rates: Mapping[str, float], optimizer: str) -> None:
    """By hand beside torch.optim at every step: same weights, same gradient, same past."""
    from lesson.numeric.experiments.optimizers.race import race
    from lesson.numeric.experiments.optimizers.update_referee import compare_updates

    say("updates")
    stretch = computed(race, config, rates)[optimizer]
    config = dataclasses.replace(config, optimizer=optimizer, learning_rate=rates[optimizer])
    steps = len(stretch.losses)
    if not steps:
        return
    compared = computed(compare_updates, config, stretch.weights, stretch.gradients)
    verdict = worst(compared)
    mark = st.success if verdict <= Verdict.ROUNDING else st.error
    share = figure(100 * largest_share(compared))
    mark(text(f"updates-{verdict.word}", steps=f"{steps:,}", share=share))
    picture(local_chart(curves.shares(np.arange(steps), compared), words()), text("updates-alt"))


def three_paths(network: settings.Settings, config: Config, rates: Mapping[str, float]) -> None:
    """The loss over two weights of the learner's choice, and the way that each optimizer takes."""
    say("surface")
    drawn = entries(network.inputs, network.hidden, network.outputs, network.bias, SHOWN)
    left, right = st.columns(2)
    with left:
        across = chosen("across", drawn, "w1[1,1]")
    with right:
        up = chosen("up", drawn, "w2[1,1]")
    if across == up:
        st.info(text("same-weight"), icon=":material/info:")
        return
    from lesson.numeric.experiments.optimizers.surface import surface

    landscape = computed(surface, config, config.index(across), config.index(up), rates)
    paths = surface_chart(landscape, across.name, up.name, words())
    film(paths, text("surface-alt"), last=landscape.last_step, first=landscape.last_step)
    if landscape.left:
        say("left", optimizers=", ".join(words()[name] for name in landscape.left))
    if landscape.rows < network.batch:
        say("fewer-rows", rows=f"{landscape.rows:,}", batch=f"{network.batch:,}")


def chosen(key: str, drawn: dict[str, Entry], default: str) -> Entry:
    if st.session_state.get(key) not in drawn:
        st.session_state[key] = default
    return drawn[st.selectbox(text(key), list(drawn), key=key, persist_state="session")]
