"""One step: a whole training step in one picture, each number linked to those that it is made of."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.growth import growth_chart
from lesson.charts.linked import Tensor, linked_chart
from lesson.numeric.config import Entry
from lesson.numeric.experiments.one_step import lines
from lesson.numeric.operands import Cell, Shape
from lesson.numeric.source import LINES
from lesson.page.compute import computed, forget
from lesson.page.questions import ask
from lesson.page.show import code, colors, fragment, framed, picture, table, tabs, worker_loss_reported
from lesson.page.words import figure, keep_in_address, say, sides, text

if TYPE_CHECKING:
    import numpy as np

    from lesson.numeric.experiments.one_step.values import Corner, Look, Sum

LINE, STEP, CELL, PLAYING, DUE = (f"one-step-{name}" for name in ("line", "step", "cell", "playing", "due"))

PACE = 2.0
"""Seconds for each line where the lines play by themselves."""

PLACES = {
    "x": (0, 0),
    "w1": (1, 0),
    "b1": (1, 0),
    "h": (2, 0),
    "a": (3, 0),
    "w2": (4, 0),
    "b2": (4, 0),
    "out": (5, 0),
    "y": (6, 0),
    "residual": (7, 0),
    "loss": (8, 0),
    "grad_w1": (1, 1),
    "grad_b1": (1, 1),
    "grad_h": (2, 1),
    "grad_a": (3, 1),
    "grad_w2": (4, 1),
    "grad_b2": (4, 1),
    "grad_out": (5, 1),
}
"""Column and row of each tensor: forward from left to right, and each gradient below its tensor."""


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    the_ledger(network)
    ask("check-kept")
    ask("check-batch")


@fragment
def play(network: settings.Settings) -> None:
    tabs(step=partial(the_step, network), why=why_backward)


def the_step(network: settings.Settings) -> None:
    """A stepper over the lines, and what they have made so far of the weights at a step of the training."""
    from lesson.numeric.experiments.one_step.values import recorded

    training = computed(recorded, settings.config(network).quick())
    if not len(training.steps):
        say("blew-up")
        return
    results = tuple(line.result for line in lines.operations(network.bias))
    begin(results, training.steps.tolist())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stepper(results)
        step = st.select_slider(
            text("training-step"), training.steps.tolist(), key=STEP, persist_state="session"
        )
    keep_in_address("step", str(step), str(training.steps[0]))
    weights = training.weights[training.steps.tolist().index(step)]
    every = PACE if st.session_state.get(PLAYING) else None
    st.fragment(stage, run_every=every)(network, results, weights)


def begin(results: tuple[str, ...], steps: list[int]) -> None:
    """Line and step as the address has them, or as they were left; at first all lines have run."""
    state, asked = st.session_state, st.query_params
    state.setdefault(LINE, asked.get("line"))
    if state[LINE] not in results:
        state[LINE] = results[-1]
    state.setdefault(CELL, asked.get("cell", ""))
    step = asked.get("step", "")
    state.setdefault(STEP, int(step) if step.isdecimal() else 0)
    if state[STEP] not in steps:
        state[STEP] = min(steps, key=lambda other: abs(other - state[STEP]))


def stepper(results: tuple[str, ...]) -> None:
    """Back, on, and a button that does it by itself; the arrow keys do the same."""
    playing = st.session_state.get(PLAYING, False)
    st.button(text("back"), key="one-step-back", shortcut="Left", on_click=move, args=(results, -1))
    st.button(text("on"), key="one-step-on", shortcut="Right", on_click=move, args=(results, 1))
    st.button(
        text("pause" if playing else "play"),
        icon=":material/pause:" if playing else ":material/play_arrow:",
        key="one-step-play",
        on_click=start_or_stop,
        args=(results,),
    )


def move(results: tuple[str, ...], by: int) -> None:
    """The line so many further on; behind the last comes the first. What was chosen in a line is left."""
    state = st.session_state
    state[LINE] = results[(results.index(state[LINE]) + by) % len(results)]
    state[CELL], state[DUE] = "", time.monotonic() + PACE


def start_or_stop(results: tuple[str, ...]) -> None:
    """Play from where it stands, from the first line where the last has run, or stop."""
    state = st.session_state
    state[PLAYING] = not state.get(PLAYING, False)
    state[DUE] = time.monotonic() + PACE
    if state[PLAYING] and state[LINE] == results[-1]:
        move(results, 1)


def play_on(results: tuple[str, ...]) -> None:
    """While it plays the next line, as soon as it is due; behind the last it stops."""
    state = st.session_state
    # A little early is not too early: the browser's clock and this one are two.
    if not state.get(PLAYING) or time.monotonic() < state[DUE] - PACE / 4:
        return
    move(results, 1)
    if state[LINE] == results[-1]:
        state[PLAYING] = False
        st.rerun()


def stage(network: settings.Settings, results: tuple[str, ...], weights: np.ndarray) -> None:
    """The line that runs, what there is by now, and one cell of it with what it is made of."""
    from lesson.numeric.experiments.one_step.values import look

    play_on(results)
    shapes = lines.shapes(network.sizes, network.bias)
    cell = chosen_cell(results, shapes)
    with worker_loss_reported():
        seen = computed(look, settings.config(network), weights, cell)
        the_lines(network, results, shapes)
        linked(network.bias, results, seen)
        the_sum(seen.sum)
        choose_cell(results, cell, shapes)
        details(network, weights, seen)


def chosen_cell(results: tuple[str, ...], shapes: Mapping[str, Shape]) -> Cell:
    """The cell that was chosen, if there is one by now, else the first that the line makes."""
    line = st.session_state[LINE]
    there = results[: results.index(line) + 1]
    cell = cell_of(st.session_state[CELL], there, shapes) or Cell(line, 0, 0)
    keep_in_address("line", line, results[-1])
    keep_in_address("cell", cell.name, Cell(line, 0, 0).name)
    return cell


def cell_of(name: str, there: tuple[str, ...], shapes: Mapping[str, Shape]) -> Cell | None:
    """The cell of this name, such as w1[2,1], if one of these results has it."""
    found = re.fullmatch(r"(\w+)\[(\d{1,5}),(\d{1,5})\]", name)
    if not found or found[1] not in there:
        return None
    row, column = int(found[2]) - 1, int(found[3]) - 1
    rows, columns = shapes[found[1]]
    return Cell(found[1], row, column) if 0 <= row < rows and 0 <= column < columns else None


def the_lines(network: settings.Settings, results: tuple[str, ...], shapes: Mapping[str, Shape]) -> None:
    """The pass as it stands in the running source, the line that runs lit; its formula, what is kept."""
    line = st.session_state[LINE]
    there, beside = st.columns([6, 5])
    rows = [
        row_of(lines.code_of_line(result), results.index(result) - results.index(line))
        for result in results
        if (result in LINES) == (line in LINES)
    ]
    title = text("backward" if line in LINES else "forward")
    # As many rows in both passes, so that the picture keeps its place.
    blank = ["\u00a0"] * (len(LINES) - len(rows))
    there.markdown("  \n".join([title, *rows, *blank]))
    with beside:
        the_formula(shapes)
        kept_now(network, shapes)


def row_of(line: str, ahead: int) -> str:
    """A line with a sign of whether it has run, runs or will."""
    if ahead == 0:
        return f":material/play_arrow: **`{line}`**"
    return f":material/{'radio_button_unchecked' if ahead > 0 else 'check'}: `{line}`"


def the_formula(shapes: Mapping[str, Shape]) -> None:
    from lesson.symbolic.from_code import formula

    line = st.session_state[LINE]
    framed(formula(line, lines.code_of_line(line), shapes, colors()))


def linked(bias: bool, results: tuple[str, ...], seen: Look) -> None:
    """All tensors on one plane; those of later lines are empty frames."""
    later = results[results.index(st.session_state[LINE]) + 1 :]
    tensors = [
        Tensor(
            name, lines.kind(name), part.values, PLACES[name], part.shape, part.first, made=name not in later
        )
        for name, part in seen.corners.items()
    ]
    chart = linked_chart(
        tensors,
        lines.operations(bias),
        seen.sum.cell,
        {"hint": text("hint"), "more": text("more", count="{count}")},
    )
    picture(chart, text("picture-alt"), on_pick=("step-picture", partial(pick, results)), selects="picked")


def pick(results: tuple[str, ...]) -> None:
    """A click on a number that a line has made chooses it."""
    picked = st.session_state["step-picture"]["selection"]["picked"]
    if picked and picked[0]["tensor"] in results:
        st.session_state[CELL] = Cell(*(picked[0][field] for field in ("tensor", "row", "col"))).name


def kept_now(network: settings.Settings, shapes: Mapping[str, Shape]) -> None:
    """What has to be kept after this line, and its bytes."""
    sizes = lines.bytes_of(lines.held(st.session_state[LINE], network.bias), shapes)
    if not sizes:
        say("kept-none")
        return
    kept = " · ".join(text("kept-one", name=name, size=memory(size)) for name, size in sizes.items())
    say("kept-now", kept=kept, total=memory(sum(sizes.values())))


def memory(size: int) -> str:
    """Bytes for the eye."""
    for unit in ("B", "KiB"):
        if size < 1024:
            return f"{size:.4g} {unit}"
        size /= 1024  # type: ignore[assignment]
    return f"{size:.4g} MiB"


def the_sum(written: Sum) -> None:
    """A cell in names, in numbers, and its value."""
    lead = written.cell.name
    rows = (joined(written.names), joined(written.numbers), figure(written.value).replace("-", "−"))
    code("\n".join(f"{lead if number == 0 else ' ' * len(lead)} = {row}" for number, row in enumerate(rows)))


def joined(summands: tuple[str | None, ...]) -> str:
    return " + ".join("…" if one is None else one for one in summands)


def choose_cell(results: tuple[str, ...], cell: Cell, shapes: Mapping[str, Shape]) -> None:
    """The same choice as by a click, by keyboard."""
    there = results[: results.index(st.session_state[LINE]) + 1]
    keys = [f"one-step-{part}" for part in ("tensor", "row", "column")]
    values = (cell.tensor, cell.row + 1, cell.column + 1)
    st.session_state.update(dict(zip(keys, values, strict=True)))
    rows, columns = shapes[cell.tensor]
    one, two, three = st.columns(3)
    one.selectbox(text("tensor"), there, key=keys[0], on_change=typed, args=(keys,))
    two.number_input(text("cell-row"), 1, rows, key=keys[1], on_change=typed, args=(keys,))
    three.number_input(text("cell-column"), 1, columns, key=keys[2], on_change=typed, args=(keys,))


def typed(keys: list[str]) -> None:
    """What was chosen by keyboard; another tensor begins with its first cell if it has no such one."""
    tensor, row, column = (st.session_state[key] for key in keys)
    st.session_state[CELL] = Cell(tensor, row - 1, column - 1).name


def details(network: settings.Settings, weights: np.ndarray, seen: Look) -> None:
    """Witnesses of a cell that is a weight's gradient, and all numbers that are drawn."""
    cell = seen.sum.cell
    parameter = cell.tensor.removeprefix("grad_")
    if cell.tensor != parameter and parameter in settings.config(network).shapes:
        with st.expander(text("witnesses", cell=cell.name)):
            the_witnesses(network, weights, Entry(parameter, cell.row, cell.column))
    with st.expander(text("numbers")):
        for name, part in seen.corners.items():
            numbers_of(name, part)


def the_witnesses(network: settings.Settings, weights: np.ndarray, entry: Entry) -> None:
    """A row for each of five."""
    from lesson.numeric.experiments.one_step.witness import testify

    said = computed(testify, settings.config(network), weights, entry)
    name = f"grad_{entry.parameter}"
    apart = abs(said.autograd - said.by_hand)
    rows = {
        "shapes": text("says-shapes", name=name, ours=sides(said.shapes[0]), theirs=sides(said.shapes[1])),
        "loss": text("says-loss", before=f"{said.losses[0]:.8g}", after=f"{said.losses[1]:.8g}"),
        "finite": text("says-finite-kink" if said.kink else "says-finite", value=f"{said.finite:.8g}"),
        "autograd": text(
            "says-autograd-apart" if apart else "says-autograd-same",
            value=f"{said.autograd:.8g}",
            difference=figure(apart),
        ),
        "sympy": by_sympy(network, entry.parameter),
    }
    table(
        [{text("witness"): text(f"witness-{who}"), text("says"): what} for who, what in rows.items()],
        text("witnesses-alt"),
    )


def by_sympy(network: settings.Settings, parameter: str) -> str:
    from lesson.symbolic.proof import LARGEST, prove

    proof = prove(parameter, *(min(size, LARGEST) for size in network.sizes))
    return text(
        "says-sympy",
        name=f"grad_{parameter}",
        proved=proof.proved,
        entries=proof.entries,
        sizes="-".join(map(str, proof.sizes)),
    )


def numbers_of(name: str, part: Corner) -> None:
    """The drawn numbers of a tensor as a table, for those who do not see the picture."""
    top, left = (first + 1 for first in part.first)
    st.markdown(text("numbers-of", name=name, shape=sides(part.shape), row=top, column=left))
    rows = [
        {text("column-row"): top + index}
        | {str(left + column): figure(float(value)) for column, value in enumerate(row)}
        for index, row in enumerate(part.values)
    ]
    table(rows, text("numbers-alt"))


def why_backward() -> None:
    """The same gradient path by path and signal by signal: multiplications and time."""
    from lesson.numeric.experiments.one_step.paths import ROWS, growth

    say("paths", rows=ROWS)
    if st.button(text("measure-again"), key="one-step-measure"):
        forget(growth)
    grown = computed(growth)
    counts, times = grown.multiplications, grown.milliseconds
    say(
        "paths-found",
        size=grown.sizes[-1],
        more=figure(counts["paths"][-1] / counts["signals"][-1]),
        paths=f"{counts['paths'][-1]:,}",
        signals=f"{counts['signals'][-1]:,}",
        slow=figure(times["paths"][-1] / times["signals"][-1]),
    )
    for title, curves in (("multiplications", counts), ("milliseconds", times)):
        named = {text(f"way-{way}"): values for way, values in curves.items()}
        picture(
            growth_chart(grown.sizes, named, text("sizes-axis"), text(title), log=(True, True), at_ends=True),
            text(f"{title}-alt"),
        )


def the_ledger(network: settings.Settings) -> None:
    """What the way there leaves for the way back, beside what torch itself keeps."""
    from lesson.numeric.experiments.one_step.ledger import kept_by_torch

    shapes = lines.shapes(network.sizes, network.bias)
    held = lines.held("loss", network.bias)
    kept = computed(kept_by_torch, settings.config(network))
    names = [name for name in shapes if name in held or name in kept]
    rows = [
        {
            text("ledger"): name,
            text("ledger-bytes"): f"{lines.bytes_of([name], shapes)[name]:,}",
            text("ledger-lines"): ", ".join(held.get(name, ())) or "–",
            text("ledger-torch"): text("kept-yes" if name in kept else "kept-no"),
        }
        for name in names
    ]
    table(rows, text("ledger-alt"))
    say("ledger-why")
    say(f"ledger-{network.activation}")
