"""Tensors: arrays that know a dtype and a device, what one does with them, and who shares memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.growth import growth_chart
from lesson.controls import segments
from lesson.numeric.experiments.matrix_text import MatrixError, matrix_of
from lesson.numeric.program.mistakes import COLLECTION
from lesson.page.compute import computed, devices, forget
from lesson.page.questions import ask
from lesson.page.show import code, fragment, matrices, matrix, picture, refused, snippet
from lesson.page.words import say, sides, text, words

if TYPE_CHECKING:
    import numpy as np

    from lesson.numeric.snippet import Ran


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    arrays_and_tensors(network.seed)
    a_dtype()
    operations()
    view_is_no_transpose()
    view_in_the_lines(network)
    shared_memory()
    a_device()
    why(network)
    ask("check-shapes")
    ask("check-memory")


def side_by_side(left: Ran, right: Ran) -> None:
    for column, ran in zip(st.columns(2), (left, right), strict=True):
        with column:
            snippet(ran)


def arrays_and_tensors(seed: int) -> None:
    """The same numbers' kind in numpy and in torch, and two ways to create a tensor."""
    from lesson.numeric.experiments import tensors
    from lesson.numeric.snippet import ran

    say("arrays")
    side_by_side(ran(tensors.numpy_array, seed), ran(tensors.torch_tensor, seed))
    say("constructors")
    side_by_side(ran(tensors.legacy_constructors), ran(tensors.one_constructor))
    say("constructors-why")


@fragment
def a_dtype() -> None:
    """What a dtype does to the same numbers."""
    from lesson.numeric.experiments import tensors
    from lesson.numeric.snippet import ran

    say("dtype")
    dtype = segments(text("dtype-label"), tensors.DTYPES, "shown-dtype", "float32")
    snippet(ran(tensors.in_a_dtype, dtype))
    say("dtype-why")


@fragment
def operations() -> None:
    """The notebook's operations on two matrices that the learner types, in torch and in numpy."""
    from lesson.numeric.experiments import tensors

    say("operations")
    name = segments(text("operation"), list(tensors.OPERATIONS), "operation", "mm")
    left, right = st.columns(2)
    with left:
        a = typed_matrix("a", "1 2 3\n4 5 6")
    with right:
        b = typed_matrix("b", "7 8\n9 1\n2 3")
    if a is not None and b is not None:
        operated(name, a, b)


def operated(name: str, a: np.ndarray, b: np.ndarray) -> None:
    """The operation in both libraries, its result, and why where there is none."""
    from lesson.numeric.experiments import tensors

    side_by_side(*tensors.operate(name, a, b))
    result = tensors.result_of(name, a, b)
    if result is None:
        say(f"misfit-{name}", a=sides(a.shape), b=sides(b.shape))
        return
    if name in tensors.ELEMENTWISE and a.shape != b.shape:
        say("broadcast", a=sides(a.shape), b=sides(b.shape), result=sides(result.shape))
    matrix(text(f"result-{name}"), result)


def typed_matrix(key: str, default: str) -> np.ndarray | None:
    """A matrix as typed; None with a sentence that says where it is none."""
    typed = st.text_area(
        text("matrix", name=key),
        default,
        height=130,
        max_chars=200,
        key=f"matrix-{key}",
        bind="query-params",
        persist_state="session",
        help=text("matrix-help"),
    )
    try:
        return matrix_of(typed or "")
    except MatrixError as error:
        refused(error)
        return None


@fragment
def view_is_no_transpose() -> None:
    """The same numbers, viewed and transposed: same shape, other cells."""
    from lesson.numeric.experiments import tensors
    from lesson.numeric.snippet import ran

    say("view")
    left, right = st.columns(2)
    rows = left.slider(text("rows"), 1, 5, 2, key="rows", persist_state="session")
    columns = right.slider(text("columns"), 1, 5, 3, key="columns", persist_state="session")
    counted = tensors.counted(rows, columns).items()
    matrices({text(f"counted-{name}", rows=rows, columns=columns): values for name, values in counted})
    say("view-why" if min(rows, columns) > 1 else "view-same")
    snippet(ran(tensors.view_of_a_transpose))
    say("view-error")


@fragment
def view_in_the_lines(network: settings.Settings) -> None:
    """The seven lines with view for .T, at the learner's sizes: which gradients suffer, and which do not."""
    from lesson.numeric.experiments import tensors

    say("view-in-the-lines")
    viewed = computed(tensors.viewed, settings.config(network))
    code("\n".join(viewed.lines))
    if not viewed.wrong:
        say("view-none-wrong")
        return
    say("view-wrong", wrong=listed(viewed.wrong))
    if viewed.right:
        say("view-right", right=listed(viewed.right))


def listed(names: Sequence[str]) -> str:
    """Names as code, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


@fragment
def shared_memory() -> None:
    """Change one, watch the other: numpy and torch, a tensor and its view."""
    from lesson.numeric.experiments import tensors
    from lesson.numeric.snippet import ran

    say("memory")
    value = st.slider(text("value"), -9.0, 9.0, 5.0, 0.5, key="value", persist_state="session")
    side_by_side(ran(tensors.from_numpy, value), ran(tensors.of_a_view, value))


@fragment
def a_device() -> None:
    """Where a tensor lives, and what a matrix product costs there, measured on this server."""
    from lesson.numeric.experiments import tensors
    from lesson.numeric.snippet import ran

    *_, last = devices()
    say("device-cpu" if last == "cpu" else "device")
    snippet(ran(tensors.on_a_device, last))
    timed()


def timed() -> None:
    """The time of a matrix product against its size; on request measured anew."""
    from lesson.numeric.experiments.tensors import ROUNDS, SIZES, product_times

    say("timing", rounds=ROUNDS)
    titles = words()["matrix-size"], words()["microseconds"]
    times = computed(product_times)
    picture(growth_chart(SIZES, times, *titles, log=(True, True)), text("timing-alt"))
    args = (product_times,)
    st.button(text("again"), icon=":material/refresh:", key="time-again", on_click=forget, args=args)
    the_times(times)


def the_times(times: Mapping[str, Sequence[float]]) -> None:
    """Who was the quickest, and how a time grows with the size, by what was measured."""
    from lesson.numeric.experiments.tensors import SIZES

    quickest = [min(times, key=lambda name: times[name][size]) for size in (0, -1)]
    first, second, *_, half, last = times["torch, cpu"]
    say(
        "timing-found",
        small=quickest[0],
        large=quickest[1],
        least=SIZES[0],
        second=SIZES[1],
        half=SIZES[-2],
        most=SIZES[-1],
        growth_of_least=f"{second / first:.1f}",
        growth_of_half=f"{last / half:.1f}",
    )
    say("timing-why")


@fragment
def why(network: settings.Settings) -> None:
    """What the shapes tell of the collected mistakes, and what memory has to do with the notebook."""
    from lesson.numeric.experiments import tensors

    say("explain")
    refused = len(computed(tensors.refused, settings.config(network)))
    say("shapes-refused" if refused else "shapes-silent", collected=len(COLLECTION), refused=refused)
    say("memory-shared")
