"""What every chapter does: say a section, ask a question, show code that runs, train."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import streamlit as st

from lesson import prose
from lesson.numeric import source
from lesson.numeric.config import Config
from lesson.worker import Shared, WorkerLost, compute, compute_each, compute_in_turns

# Neither torch nor SymPy, Altair or pandas: the heading is on the screen before they are loaded.
if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from sympy import Basic, Expr

    from lesson.charts.picture import Picture
    from lesson.numeric.program.whitelist import ProgramError
    from lesson.numeric.snippet import Ran
    from lesson.settings import Settings


Arguments = ParamSpec("Arguments")
Argument = TypeVar("Argument")
Name = TypeVar("Name", bound=str)
Result = TypeVar("Result")


def language() -> str:
    """What asked_language() gave when the page was drawn; an address takes long to read a hundred times."""
    return str(st.session_state["language"])


def asked_language() -> str:
    """The language of the address parameter `lang`, if there is such a folder, else English."""
    asked = st.query_params.get("lang", "en")
    return asked if asked in prose.languages() else "en"


def words() -> Mapping[str, str]:
    """The labels of widgets and charts."""
    return prose.sections(language(), "words")


def chapter() -> str:
    """The name of the chapter on the screen; the shell keeps it, as fragments rerun without it."""
    return str(st.session_state["chapter"])


def text(section: str, **values: object) -> str:
    """A section of this chapter."""
    return prose.say(language(), chapter(), section, **values)


def say(section: str, **values: object) -> None:
    """Print a section of this chapter."""
    st.markdown(text(section, **values))


def ask(section: str) -> None:
    """A question of this chapter, marked as soon as it is answered, with the reason."""
    question = prose.question(language(), chapter(), section)
    with st.container(border=True):
        answer = st.radio(
            question.text,
            range(len(question.options)),
            format_func=lambda index: question.options[index].text,
            index=None,
            key=f"{chapter()}-{section}",
            persist_state="session",
        )
        if answer is not None:
            option = question.options[answer]
            mark = st.success if option.right else st.info
            mark(option.reason, icon=":material/check:" if option.right else ":material/lightbulb:")


def figure(value: float) -> str:
    """A number for the eye: three digits, plain where that is short, exact zero as 0."""
    if value == 0 or not math.isfinite(value):
        # Minus zero is zero.
        return f"{value + 0.0:.0f}"
    return f"{value:,.4g}" if 1e-3 <= abs(value) < 1e6 else f"{value:.1e}"


def quoted(text: str) -> str:
    """What somebody typed, shortened, as inline code that can break nothing."""
    shown = "".join(c if c.isprintable() else " " for c in text).replace("`", "'")
    return f"`{shown[:40]}{'…' if len(shown) > 40 else ''}`"


def sides(shape: Sequence[int]) -> str:
    """A shape in words: 64 × 2."""
    return " × ".join(map(str, shape)) or words()["a-number"]


def program_error(error: ProgramError) -> str:
    """What is wrong with a learner's program, and where, as a sentence."""
    facts = {
        name: sides(fact) if isinstance(fact, tuple) else quoted(str(fact))
        for name, fact in error.facts.items()
    }
    sentence = prose.say(language(), "words", f"error-{error.reason}", **facts)
    return prose.say(language(), "words", "at", line=error.line, column=error.column, sentence=sentence)


def code(lines: str) -> None:
    """Code as it stands in a file; Streamlit colours Python too faintly for its light page (axe)."""
    st.code(lines, language=None, wrap_lines=True)


def snippet(ran: Ran) -> None:
    """Code that ran, what it printed, and the error in which it ended, in torch's own words."""
    with st.container(border=True, gap="small"):
        code(ran.code)
        if ran.output:
            st.markdown(words()["prints"])
            code(ran.output)
        if ran.error:
            st.error(f"`{ran.error.replace('`', chr(39))}`", icon=":material/error:")


@st.cache_data(show_spinner=False)
def devices() -> tuple[str, ...]:
    """The devices that this server can train on."""
    from lesson.numeric import training

    return compute(training.devices)


def computed(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """What a function of numeric gives, computed in a worker once for all sessions; for small results."""
    name = f"{function.__module__}.{function.__qualname__}"
    return cast("Result", computed_for_all(function, name, args, kwargs))


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs={Config: repr})
def computed_for_all(
    _function: Callable[..., object],
    name: str,  # noqa: ARG001
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    return compute(_function, *args, **kwargs)


@contextmanager
def losses_said() -> Iterator[None]:
    """Where a worker is lost on the way, say so in the place of what it should have given."""
    try:
        yield
    except WorkerLost:
        st.error(words()["worker-lost"], icon=":material/memory:")


def fragment(draw: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Streamlit's fragment, in which a lost worker is said too."""

    @st.fragment
    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with losses_said():
            draw(*args, **kwargs)

    return drawn


def tabs(**acts: Callable[[], None]) -> None:
    """A tab for each act of this chapter, named by its section; only the open one is computed and drawn."""
    labels = [text(f"tab-{name}") for name in acts]
    opened = st.tabs(labels, key=f"{chapter()}-tab", bind="query-params")
    for tab, act in zip(opened, acts.values(), strict=True):
        if tab.open:
            with tab:
                act()


def in_line(bar: DeltaGenerator) -> Callable[[int], None]:
    """Tells, in the place of a progress bar, how many long runs come first."""

    def tell(place: int) -> None:
        bar.progress(0.0, prose.say(language(), "words", "in-line", place=place))

    return tell


def watched(
    shared: Shared[Result],
    bar: DeltaGenerator,
    function: Callable[Arguments, Iterator[Result]],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Generator[Result]:
    """What a long run yields, begun here or by somebody else; until then the bar says what it waits for."""

    def wait() -> None:
        bar.progress(0.0, words()["asked-already"])

    return shared.watch(lambda: compute_in_turns(in_line(bar), function, *args, **kwargs), wait)


MOMENT = 0.4
"""Seconds without a bar: one that comes and goes within them only makes a page jump."""


def one_by_one(
    place: DeltaGenerator, count: int, results: Generator[tuple[Name, Result]]
) -> dict[Name, Result]:
    """The count results of an experiment as they come, by name, and in this place how far it is.

    Any other control stops it.
    """
    begun, found = time.monotonic(), dict[Name, Result]()
    with closing(results):
        for name, result in results:
            found[name] = result
            if time.monotonic() - begun > MOMENT:
                place.progress(len(found) / count, words()["under-way"])
            else:
                # Streamlit stops a run that is no longer asked for where it draws something.
                place.empty()
    place.empty()
    return found


def side_by_side(
    function: Callable[[Argument], Result], named: Mapping[Name, Argument]
) -> dict[Name, Result]:
    """A function's result for each of these, by name, computed side by side; a bar where that takes long."""
    return one_by_one(st.empty(), len(named), compute_each(function, named))


EARNED = {
    "chain-rule": ("grad_out",),
    "matrix-form": ("grad_w2", "grad_a", "grad_w1"),
    "activation": ("grad_h",),
    "bias": ("grad_b1", "grad_b2"),
}
"""Which of the seven lines each chapter of the derivation earns, in the order of the chapters."""


def seven_lines() -> None:
    """The seven lines from the running source, those lit that this chapter or one before it earned."""
    chapters = list(EARNED)
    so_far = chapters[: chapters.index(chapter()) + 1]
    earned = {line for name in so_far for line in EARNED[name]}
    rows = []
    for line in source.seven_lines().splitlines():
        name = line.split(" = ")[0]
        mark = ":material/check_circle:" if name in earned else ":material/radio_button_unchecked:"
        new = f" **{words()['earned-here']}**" if name in EARNED[chapter()] else ""
        rows.append(f"{mark} `{line}`{new}")
    with st.container(border=True):
        st.markdown("  \n".join(rows))


def colors() -> Mapping[str, str]:
    """The colours of quantities in formulas, legible in the theme on the screen."""
    from lesson.charts import theme

    return theme.TEXT[st.context.theme.type or "light"]


def formula(
    *sides: Basic, values: Mapping[Expr, float] | None = None, shapes: bool = False, lead: str = ""
) -> None:
    """What is asked, in LaTeX, and the typeset sides that it equals, one below the other."""
    from lesson.symbolic.typeset import typeset

    rows = r" \\ &= ".join(typeset(side, colors(), values, shapes) for side in sides)
    st.latex(rf"\begin{{aligned}} {lead} &= {rows} \end{{aligned}}")


def proved(network: Settings, *parameters: str) -> None:
    """Prove the lines of these parameters at the learner's sizes, and say how it went."""
    from lesson.symbolic.proof import LARGEST, prove

    sizes = (network.batch, network.inputs, network.hidden, network.outputs)
    for parameter in parameters:
        proof = prove(parameter, *(min(size, LARGEST) for size in sizes))
        mark = st.success if proof.proved == proof.entries else st.error
        mark(
            prose.say(
                language(),
                "words",
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
        st.caption(prose.say(language(), "words", "proof-cut", largest=LARGEST))


def lead_to(name: str, label: str, icon: str, **address: str) -> None:
    """A link to another chapter, with these address parameters beside those that all pages keep."""
    st.page_link(st.session_state["pages"][name], label=label, icon=icon, query_params=address or None)


def picture(picture: Picture, alt: str, on_pick: tuple[str, Callable[[], None]] | None = None) -> None:
    """A chart, and what it shows in words for those who do not see it; with other words it is drawn anew.

    on_pick: the widget key of a chart in which one can select something, and what that calls.
    """
    selects: dict[str, Any] = {"key": on_pick[0], "on_select": on_pick[1]} if on_pick else {}
    st.vega_lite_chart(picture.table, dict(picture.drawing), alt=alt, **selects)


def table(rows: Sequence[Mapping[str, object]], alt: str) -> None:
    """Rows by the headings of their columns, and what they show in words."""
    import pyarrow as pa

    st.table(pa.Table.from_pylist(list(rows)), hide_index=True, alt=alt)
