"""What a page shows beside its words: code, snippets, tabs, pictures, tables, formulas and their proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import streamlit as st

from lesson.numeric import source
from lesson.page.questions import finished
from lesson.page.words import chapter, keep_in_address, phrase, quoted, text, words
from lesson.workers.process import WorkerLost

# Neither torch nor SymPy, Altair or pandas: the heading is on the screen before they are loaded.
if TYPE_CHECKING:
    import numpy as np

    from lesson.charts.picture import Picture
    from lesson.numeric.data import DataError
    from lesson.numeric.experiments.matrix_text import MatrixError
    from lesson.numeric.snippet import Ran
    from lesson.symbolic.typeset import Formula, Values

Arguments = ParamSpec("Arguments")


def code(lines: str) -> None:
    """Code as it stands in a file; Streamlit colours Python too faintly for its light page (axe)."""
    st.code(lines, language=None)


def snippet(ran: Ran) -> None:
    """Code that ran, what it printed, and the error in which it ended, in torch's own words."""
    with st.container(border=True, gap="small"):
        code(ran.code)
        if ran.output:
            st.markdown(words()["prints"])
            code(ran.output)
        if ran.error:
            st.error(f"`{ran.error.replace('`', chr(39))}`", icon=":material/error:")


@contextmanager
def worker_loss_reported() -> Iterator[None]:
    """Where a worker is lost on the way, say so in the place of what it should have given."""
    try:
        yield
    except WorkerLost as lost:
        st.error(words()[f"worker-lost-{lost.limit}"], icon=":material/memory:")


def fragment(draw: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Streamlit's fragment, in which a lost worker is said too."""

    @st.fragment
    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with worker_loss_reported():
            draw(*args, **kwargs)

    return drawn


def tabs(**acts: Callable[[], None]) -> None:
    """A tab for each act of this chapter, named by its section; only the open one is computed and drawn.

    The address has the name of the open one.
    """
    labels = {name: text(f"tab-{name}") for name in acts}
    key, first = f"{chapter()}-tab", next(iter(acts))
    if key not in st.session_state:
        st.session_state[key] = labels.get(st.query_params.get("tab", first), labels[first])
    opened = st.tabs(list(labels.values()), key=key, on_change="rerun")
    for (name, act), tab in zip(acts.items(), opened, strict=True):
        if tab.open:
            keep_in_address("tab", name, first)
            with tab:
                act()


EARNED = {
    "chain-rule": ("grad_out",),
    "matrix-form": ("grad_w2", "grad_a", "grad_w1"),
    "activation": ("grad_h",),
    "bias": ("grad_b1", "grad_b2"),
}
"""Which of the seven lines each chapter of the derivation earns."""


def seven_lines() -> None:
    """The seven lines from the running source, those ticked whose chapter's checks were answered rightly."""
    done = {line for name, lines in EARNED.items() if finished(name) for line in lines}
    rows = []
    for line in source.seven_lines().splitlines():
        name = line.split(" = ")[0]
        mark = ":material/check_circle:" if name in done else ":material/radio_button_unchecked:"
        new = f" **{words()['earned-here']}**" if name in EARNED[chapter()] else ""
        rows.append(f"{mark} `{line}`{new}")
    with st.container(border=True):
        st.markdown("  \n".join(rows))


def in_ink(drawing: Mapping[str, Any]) -> dict[str, Any]:
    """A drawing whose words and rulers can be read in the theme on the screen."""
    from lesson.charts import theme

    ink = {"color": theme.INK[theme_name()]}
    return {**drawing, "config": {**drawing["config"], "text": ink, "rule": ink}}


def theme_name() -> str:
    """The theme on the screen: light or dark."""
    return st.context.theme.type or "light"


def colors() -> Mapping[str, str]:
    """The colours of quantities in formulas, legible in the theme on the screen."""
    from lesson.charts import theme

    return theme.TEXT[theme_name()]


ROOM = r"\:\begin{gathered} \\[-1.2em] %s \\[-0.8em] \, \end{gathered}\:"
"""An empty line above and below: KaTeX's glyphs reach out of their box by some pixels, which are cut off."""


def formula(*sides: Formula, values: Values | None = None, shapes: bool = False, lead: str = "") -> None:
    """What is asked, in LaTeX, and the typeset sides that it equals, one below the other."""
    from lesson.symbolic.typeset import typeset

    rows = r" \\ &= ".join(typeset(side, colors(), values, shapes) for side in sides)
    framed(rf"\begin{{aligned}} {lead} &= {rows} \end{{aligned}}")


def framed(latex: str) -> None:
    """A formula in a frame: where the screen is narrower than the formula, one sees that it goes on."""
    with st.container(border=True):
        st.latex(ROOM % latex)


def proved(sizes: tuple[int, int, int, int], *parameters: str) -> None:
    """Prove the lines of these parameters at sizes (batch, inputs, hidden, outputs), and say how it went."""
    from lesson.symbolic.proof import LARGEST, prove

    for parameter in parameters:
        proof = prove(parameter, *(min(size, LARGEST) for size in sizes))
        mark = st.success if proof.proved == proof.entries else st.error
        mark(
            phrase(
                "proof",
                parameter=parameter,
                proved=proof.proved,
                entries=proof.entries,
                seconds=f"{proof.seconds:.3f}",
                sizes="-".join(map(str, proof.sizes)),
            ),
            icon=":material/verified:",
        )
    if max(sizes) > LARGEST:
        st.caption(phrase("proof-cut", largest=LARGEST))


def picture(
    picture: Picture,
    alt: str,
    on_pick: tuple[str, Callable[[], None]] | None = None,
    selects: str | Sequence[str] = (),
) -> None:
    """A chart, and what it shows in words for those who do not see it; with other words it is drawn anew.

    One with a width of its own, or of several views, scrolls where the page is narrower. on_pick: the
    widget key of a chart in which one can select something, and what that calls. selects: the selections of
    which the server hears, where the browser keeps others to itself.
    """
    chosen: dict[str, Any] = {"key": on_pick[0], "on_select": on_pick[1]} if on_pick else {}
    if selects:
        chosen["selection_mode"] = selects
    if picture.drawing.keys().isdisjoint(("vconcat", "width")):
        st.vega_lite_chart(picture.table, in_ink(picture.drawing), alt=alt, **chosen)
        return
    with st.container(horizontal=True, wrap=False):
        st.vega_lite_chart(picture.table, in_ink(picture.drawing), alt=alt, width="content", **chosen)


def refused(error: DataError | MatrixError) -> None:
    """What is wrong with what the learner gave, as this chapter says it."""
    facts = {name: quoted(fact) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    st.error(text(error.reason, **facts), icon=":material/error:")


def matrix(title: str, values: np.ndarray, **choices: Any) -> None:  # noqa: ANN401
    """A matrix cell by cell under its title; choices as in matrix_chart."""
    from lesson.charts.matrices import matrix_chart

    picture(matrix_chart(values, title, words(), **choices), title)


def matrices(titled: Mapping[str, np.ndarray], **choices: Any) -> None:  # noqa: ANN401
    """Matrices beside each other, as many as there are titles."""
    for column, (title, values) in zip(st.columns(len(titled)), titled.items(), strict=True):
        with column:
            matrix(title, values, **choices)


def over_steps(
    steps: Sequence[float] | np.ndarray,
    curves: Mapping[str, Sequence[float] | np.ndarray],
    title: str,
    alt: str,
    log: bool = False,
) -> None:
    """Curves over the steps of a training, title for what they show; log: on a logarithmic axis."""
    from lesson.charts.growth import growth_chart

    picture(growth_chart(steps, curves, words()["step"], title, log=(False, log)), alt)


def table(rows: Sequence[Mapping[str, object]], alt: str) -> None:
    """Rows by the headings of their columns, and what they show in words."""
    import pyarrow as pa

    st.table(pa.Table.from_pylist(list(rows)), hide_index=True, alt=alt)
