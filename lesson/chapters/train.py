"""Train: the laboratory. One network, two trainings, and how far they are from each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.differences import DRIFTS, SHARES, Axis, drift_chart, local_chart
from lesson.charts.lanes import fit_chart, loss_chart
from lesson.controls import correct_address, segments
from lesson.numeric.compare import Verdict
from lesson.numeric.config import LANES, MAX_WORK, QUICK_WORK, Config
from lesson.numeric.data import (
    DataError,
    Normal,
    Sine,
    Source,
    Sparse,
    Table,
    begins_with_data,
    cars,
    numeric_columns,
)
from lesson.numeric.program.whitelist import ProgramError
from lesson.numeric.training import curves
from lesson.numeric.training.outcome import THAT_FIT, explained, lines_to_blame, opposed
from lesson.page.compute import computed, devices, finished, watched
from lesson.page.questions import ask
from lesson.page.show import fragment, matrices, picture, refused, table, worker_loss_reported
from lesson.page.words import figure, lead_to, program_error, quoted, say, text, words
from lesson.workers.process import WorkerLost

CURVES_ON_THE_WAY = 20
"""How often a training that is watched draws its losses anew."""

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from lesson.numeric.compare import Comparison
    from lesson.numeric.training import History


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    config = configured(network)
    history, watch = training(config) if config else (None, None)
    if history:
        results(history)
    say("explain")
    ask("check-rounding")
    ask("check-drift")
    if watch:
        # Last of all: whatever stops it leaves a whole page.
        watch()


def configured(network: settings.Settings) -> Config | None:
    """The controls of the laboratory; None where there is no data to train on."""
    with st.container(border=True):
        correct_address(
            settings.DATA,
            settings.ZEROS,
            settings.STEPS,
            settings.LEARNING_RATE,
            settings.OPTIMIZER,
            settings.BACKWARD,
        )
        source = chosen_data(network)
        offer = st.empty()
        changes = how_to_train()
        offer_what_fits(offer, asdict(network) | changes)
    if source is None or changes["program"] is None:
        return None
    return replace(settings.config(network, source), **changes)


def how_to_train() -> dict[str, Any]:
    """Optimizer, lines, steps, learning rate and both lanes, by their names in a Config."""
    changes: dict[str, Any] = {"optimizer": settings.OPTIMIZER.widget(), "program": whose_lines()}
    left, right = st.columns(2)
    with left:
        changes |= {"steps": settings.STEPS.widget(), "by_hand": settings.lane("by_hand", devices())}
    with right:
        changes["learning_rate"] = settings.LEARNING_RATE.widget()
        changes["autograd"] = settings.lane("autograd", devices())
    return changes


def offer_what_fits(slot: DeltaGenerator, asked: Mapping[str, object]) -> None:
    """For data in which there is something to learn, settings that learn it, with one click."""
    fitting = THAT_FIT.get(st.session_state["data"], {})
    if any(asked[key] != value for key, value in fitting.items()):
        facts = {"hidden": fitting["hidden"], "steps": f"{fitting['steps']:,}"}
        slot.button(
            text("take-what-fits", rate=f"{fitting['learning_rate']:g}", **facts),
            key="take-what-fits",
            icon=":material/tune:",
            on_click=st.session_state.update,
            args=(fitting,),
        )


def whose_lines() -> str | None:
    """The learner's program, "" for the lesson's lines; None with a sentence where nothing is written yet."""
    if settings.BACKWARD.widget() == "lesson":
        return ""
    written = settings.program()
    say("yours" if written.strip() else "yours-missing")
    lead_to("your-turn", text("to-your-turn"), ":material/edit:")
    return written if written.strip() else None


def chosen_data(network: settings.Settings) -> Source | None:
    """The data, with a word about it; None with a sentence that says what is wrong and what would do."""
    batch, seed = network.batch, network.seed
    kind = settings.DATA.widget()
    match kind:
        case "normal":
            source: Source | None = Normal(batch, network.inputs, network.outputs, seed)
        case "sparse":
            source = Sparse(batch, network.inputs, network.outputs, seed, settings.ZEROS.widget())
        case "sine":
            source = Sine(batch, seed)
        case "cars":
            source = cars(batch, seed)
        case _:
            source = own_data(batch, seed)
    if source:
        say(f"data-{kind}", **facts_of_data(source))
        if kind == "csv":
            say_left_out(source)
    return source


def facts_of_data(source: Source) -> dict[str, object]:
    data, (rows, inputs, outputs) = source.load(), source.sizes
    facts = {"rows": rows, "inputs": inputs, "outputs": outputs, "available": data.available}
    return {**facts, "dropped": data.dropped, "target": quoted(data.outputs[0])}


def say_left_out(source: Source) -> None:
    """Which columns of a learner's table are not used, as they hold no numbers."""
    if left_out := source.load().left_out:
        say("csv-left-out", columns=", ".join(map(quoted, left_out)))


def own_data(batch: int, seed: int) -> Source | None:
    """The learner's own CSV, kept for the session, and its target column."""
    uploaded = st.file_uploader(text("csv-label"), type=["csv", "tsv", "txt"], key="csv-file")
    if uploaded:
        st.session_state["csv"] = uploaded.getvalue()
    csv = st.session_state.get("csv")
    if csv is None:
        st.info(text("csv-missing"), icon=":material/upload_file:")
        return None
    try:
        source = chosen_columns(csv, batch, seed)
        source.load()
    except DataError as error:
        refused(error)
        return None
    return source


def chosen_columns(csv: bytes, batch: int, seed: int) -> Table:
    """A table with its target column, and whether its first row is data where that row holds numbers."""
    header = not (
        begins_with_data(csv)
        and st.toggle(text("csv-first-row"), True, key="csv-first-row", persist_state="session")
    )
    columns = numeric_columns(csv, header).names
    target = st.selectbox(
        text("csv-target"), columns, len(columns) - 1, key="csv-target", persist_state="session"
    )
    return Table(csv, target, batch, seed, header)


def training(config: Config) -> tuple[History | None, Callable[[], None] | None]:
    """The training of these settings: at once where it is quick, else on request, with a way to stop.

    The history of other settings stays on the page until then, marked as such. Beside it what carries out the
    training, where that was asked for.
    """
    from lesson.numeric.training import priced

    bar, buttons, live = st.empty(), st.container(horizontal=True), st.empty()
    watch = None
    try:
        # What was trained before stays on the page.
        with worker_loss_reported():
            if config.program:
                config = computed(priced, config)
            if config.steps > config.affordable_steps:
                say_too_much(config)
                return None, None
            if train_or_offer(config, buttons):
                watch = partial(train_in_view, config, bar, buttons, live)
    except ProgramError as error:
        st.error(program_error(error), icon=":material/error:")
        return None, None
    say_lost()
    return history_in_view(config, bar), watch


def train_or_offer(config: Config, buttons: DeltaGenerator) -> bool:
    """Train what is quick, and offer to train what is not; whether that was asked for."""
    from lesson.numeric.training import run, train

    if config.steps * config.work_per_step <= QUICK_WORK:
        st.session_state["history"] = computed(train, config)
    elif trained := finished(run, config):
        st.session_state["history"] = trained
    else:
        return buttons.button(text("train"), key="train", icon=":material/play_arrow:")
    return False


def history_in_view(config: Config, bar: DeltaGenerator) -> History | None:
    """The last history of this session, and a word about it where it is of other settings or was stopped."""
    history: History | None = st.session_state.get("history")
    if history and history.config == config:
        stopped = "" if history.finished else f" {text('stopped')}"
        bar.progress(history.steps / config.steps, progress(history) + stopped)
    else:
        bar.progress(0.0, text("not-yet"))
        if history:
            st.warning(text("stale", **facts_of(history)), icon=":material/history:")
    return history


def say_lost() -> None:
    """Say what ended the training that the learner watched, if something did."""
    with worker_loss_reported():
        if lost := st.session_state.pop("training-lost", None):
            raise lost


def say_too_much(config: Config) -> None:
    st.error(
        text(
            "too-much",
            asked=figure(config.steps * config.work_per_step),
            limit=figure(MAX_WORK),
            steps=f"{config.affordable_steps:,}",
        ),
        icon=":material/error:",
    )


def train_in_view(config: Config, bar: DeltaGenerator, buttons: DeltaGenerator, live: DeltaGenerator) -> None:
    """Train while the learner watches; whatever stops it, what was done so far is kept."""
    from lesson.numeric.training import run

    buttons.button(text("stop"), key="stop", icon=":material/stop:")
    drawn = -config.steps
    try:
        # Closed, so that whoever leaves gives up the seat at once.
        with closing(watched(bar, run, config)) as histories:
            for history in histories:
                st.session_state["history"] = history
                bar.progress(history.steps / config.steps, progress(history))
                if history.steps - drawn >= config.steps / CURVES_ON_THE_WAY:
                    drawn = history.steps
                    with live:
                        picture(loss_chart(curves.losses(history), words()), text("losses-alt"))
    except WorkerLost as lost:
        st.session_state["training-lost"] = lost
    st.rerun()


def progress(history: History) -> str:
    return text(
        "progress",
        steps=f"{history.steps:,}",
        all=f"{history.config.steps:,}",
        seconds=f"{history.seconds:.1f}",
        speed=f"{history.steps / history.seconds:,.0f}",
    )


def facts_of(history: History) -> dict[str, object]:
    """What tells one training from another, for a sentence."""
    config = history.config
    rows, inputs, hidden, outputs = config.sizes
    return {
        "rows": f"{rows:,}",
        "sizes": f"{inputs}-{hidden}-{outputs}",
        "done": f"{history.steps:,}",
        "steps": f"{config.steps:,}",
        "activation": config.activation,
        "bias": words()["with-bias" if config.bias else "without-bias"],
        "seed": config.seed,
        "rate": f"{config.learning_rate:g}",
        "optimizer": config.optimizer,
        "by_hand": f"{config.by_hand.dtype}, {config.by_hand.device}",
        "autograd": f"{config.autograd.dtype}, {config.autograd.device}",
    }


def results(history: History) -> None:
    say_blown_up(history)
    if not history.steps:
        return
    verdict(history)
    learned(history)
    losses(history)
    fit(history)
    differences(history)
    scrubber(history)
    download(history)


def download(history: History) -> None:
    st.download_button(
        text("download"),
        history.csv,
        "seven-lines.csv",
        "text/csv",
        icon=":material/download:",
        key="download",
        on_click="ignore",
    )


def say_blown_up(history: History) -> None:
    """Which lane blew up, and whether the learner's lines or the learning rate did it."""
    if lines_to_blame(history):
        st.error(because_of_the_lines(history), icon=":material/explosion:")
        return
    for lane, step in history.blew_up.items():
        dtype = history.config.lane(lane).dtype
        st.warning(
            text("blew-up", lane=words()[lane], step=f"{step:,}", dtype=dtype), icon=":material/explosion:"
        )


def because_of_the_lines(history: History) -> str:
    step = f"{history.blew_up['by_hand']:,}"
    if not history.steps:
        return text("lines-at-once")
    ours, theirs = history.loss["by_hand"], history.loss["autograd"]
    facts = {"first": figure(ours[0]), "by_hand": figure(ours[-1]), "autograd": figure(theirs[-1])}
    said = text("lines-blew-up", step=step, steps=f"{history.steps:,}", **facts)
    return f"{said} {text('opposed')}" if opposed(history) else said


def verdict(history: History) -> None:
    """The worst local verdict, in words, and the two numbers that a glance needs."""
    say("verdict-heading")
    facts = {"steps": f"{len(history.recorded):,}", "share": figure(100 * history.largest_share)}
    marks = {Verdict.KINK: st.warning, Verdict.DIFFERENT: st.error}
    mark = marks.get(history.verdict, st.success)
    mark(text(f"verdict-{history.verdict.word}", **facts, kink=kink(history)))
    local, drift = st.columns(2)
    local.metric(text("local-metric"), figure(history.largest_local), help=text("local-metric-help"))
    drift.metric(text("drift-metric"), figure(history.last_weights_drift), help=text("drift-metric-help"))
    if history.verdict is Verdict.IDENTICAL and history.largest_weights_drift:
        say("updates-differ", drift=figure(history.largest_weights_drift))


def learned(history: History) -> None:
    """What the networks have learned, which is another question than whether both are the same."""
    shares = explained(history)
    if isinstance(history.config.source, Sine | Table) and all(map(np.isfinite, shares.values())):
        percent = {lane: figure(round(100 * share, 1)) for lane, share in shares.items()}
        say("explained", steps=f"{history.steps:,}", **percent)
    if history.config.activation == "relu":
        with worker_loss_reported():
            say_silent(history)


def say_silent(history: History) -> None:
    """The hidden units of each lane that fire at no observation at the end."""
    from lesson.numeric.training.fit import silent_units

    config = history.config
    silent = {lane: computed(silent_units, config, history.weights[lane][-1]) for lane in LANES}
    for units in dict.fromkeys(silent.values()):
        lanes = ", ".join(words()[lane] for lane in LANES if silent[lane] == units)
        if len(units) == config.hidden:
            st.warning(text("silent-all", lanes=lanes), icon=":material/notifications_off:")
            lead_to("dying-relu", text("to-dying-relu"), ":material/arrow_forward:")
        elif units:
            say("silent-some", lanes=lanes, units=", ".join(map(str, units)), hidden=f"{config.hidden:,}")


def kink(history: History) -> str:
    """The first pre-activation that a verdict puts down to the kink."""
    if not history.kinks:
        return ""
    step, kink = next(iter(history.kinks.items()))
    return text(
        "kink",
        step=f"{step:,}",
        observation=kink.observation + 1,
        unit=kink.unit + 1,
        h=f"{kink.h:.1e}",
        count=f"{len(history.kinks):,}",
    )


def losses(history: History) -> None:
    say("losses")
    log = st.toggle(text("log"), key="log", persist_state="session")
    shown = curves.losses(history)
    picture(loss_chart(shown, words(), log), text("losses-alt"))
    if shown.leave:
        st.caption(text("losses-leave", times=curves.HIGHEST, ceiling=figure(shown.ceiling)))


def fit(history: History) -> None:
    """The fitted curve, where the data has one input and one output."""
    _, inputs, _, outputs = history.config.sizes
    if (inputs, outputs) == (1, 1):
        from lesson.numeric.training.fit import fitted

        say("fit")
        curve = fitted(history, -1)
        picture(fit_chart(curve, words()), text("fit-alt"))
        if curve.leaves:
            st.caption(text("fit-leaves"))


def differences(history: History) -> None:
    say("local")
    picture(local_chart(curves.local(history), words()), text("local-alt"))
    say_clipped(history.largest_share, SHARES)
    say("drift")
    picture(drift_chart(curves.drift(history), words()), text("drift-alt"))
    say_clipped(history.largest_weights_drift, DRIFTS)


def say_clipped(largest: float, axis: Axis) -> None:
    """Say so where something is larger than its axis reaches."""
    if largest > 10**axis.high:
        st.caption(text("clipped", highest=figure(10**axis.high)))


@fragment
def scrubber(history: History) -> None:
    """One recorded step: the weights, both gradients, their difference, and the third witness."""
    say("scrub")
    step = history.recorded[0]
    if len(history.recorded) > 1:
        step = st.select_slider(text("scrub-step"), history.recorded.tolist(), key="scrub")
    row = int(np.searchsorted(history.recorded, step))
    witnesses(history, row)
    shapes = history.config.shapes
    name = segments(text("scrub-parameter"), list(shapes), "scrub-parameter")
    of_step = curves.matrices(history, row, name)
    if max(shapes[name]) > curves.CELLS:
        say("corner", name=name, rows=shapes[name][0], columns=shapes[name][1], cells=curves.CELLS)
    for pair in (("by_hand", "autograd"), ("difference", "weights")):
        matrices({text(f"matrix-{kind}", name=name): of_step[kind] for kind in pair})


def witnesses(history: History, row: int) -> None:
    """A line for each parameter: by hand beside autograd, and beside the finite differences."""
    from lesson.numeric.finite import third_witness

    third = computed(
        third_witness, history.config, history.weights["by_hand"][row], history.gradients["by_hand"][row]
    )
    rows = [
        {
            text("column-parameter"): name,
            text("column-autograd"): judged(comparison, row),
            text("column-finite"): judged(third[name], 0) if third else text("too-many-entries"),
        }
        for name, comparison in history.local.items()
    ]
    table(rows, text("witnesses-alt"))


def judged(comparison: Comparison, row: int) -> str:
    return text(
        "judged",
        verdict=words()[Verdict(comparison.verdict[row]).word],
        largest=figure(float(comparison.largest[row])),
        ulps=f"{comparison.ulps[row]:,}",
    )
