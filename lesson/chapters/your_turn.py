"""Your turn: the learner's own backward pass, corrected line by line as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.numeric.compare import Verdict
from lesson.numeric.source import line_of
from lesson.page.compute import computed
from lesson.page.show import code, fragment, matrix
from lesson.page.words import ask, figure, lead_to, program_error, say, sides, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.your_turn import Answer, Corrected

STRENGTHS = ("hint", "stronger", "strongest", "solution")


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    say("given")
    if not network.bias:
        say("given-no-bias")
    exercise(network)
    say("explain")
    ask("check-square")
    ask("check-order")


def exercise(network: settings.Settings) -> None:
    """What the learner writes, what became of each line, and where to go on."""
    from lesson.numeric.experiments.your_turn import LARGEST, correct

    written = settings.program_editor(text("editor"), text("editor-help"), text("placeholder"))
    config = settings.config(network)
    corrected = computed(correct, written, config)
    if corrected.error:
        st.error(program_error(corrected.error), icon=":material/error:")
    the_lines(corrected)
    if any(size > most for size, most in zip(config.sizes, LARGEST, strict=True)):
        say("cut", sizes="-".join(str(min(pair)) for pair in zip(config.sizes, LARGEST, strict=True)))
    if any(answer.at_kink for answer in corrected.answers.values()):
        st.info(text("at-kink"), icon=":material/info:")
    if corrected.next:
        the_next(corrected.next)
    elif corrected.solved:
        on_to_training()


def the_lines(corrected: Corrected) -> None:
    """One row for each of the lines."""
    rows = [f"{mark(answer)} {row(answer, corrected.solved)}" for answer in corrected.answers.values()]
    with st.container(border=True):
        st.markdown("  \n".join(rows))


def mark(answer: Answer) -> str:
    if answer.right:
        return ":material/check_circle:"
    return ":material/cancel:" if answer.judged else ":material/radio_button_unchecked:"


def row(answer: Answer, solved: bool) -> str:
    """What became of a line, in words."""
    judged, name = answer.judged, answer.name
    if answer.alias:
        return text("row-alias", name=name, line=answer.line, alias=answer.alias)
    if judged is None and answer.line:
        return text("row-not-reached", name=name, line=answer.line)
    if judged is None:
        return text("row-spared" if solved else "row-missing", name=name, needed=sides(answer.needed))
    shape = sides(judged.shape)
    if answer.elsewhere:
        return text("row-elsewhere", name=name, sizes="-".join(map(str, answer.elsewhere)))
    if judged.difference is None:
        return text("row-shape", name=name, shape=shape, needed=sides(answer.needed))
    if judged.verdict > Verdict.ROUNDING:
        row, column = judged.cell
        largest = figure(judged.largest)
        return text("row-different", name=name, shape=shape, largest=largest, row=row, column=column)
    return text(f"row-{judged.verdict.word}", name=name, shape=shape)


def the_next(answer: Answer) -> None:
    """The line to work on: what is asked, where the numbers differ, and hints on request."""
    say("next", name=answer.name)
    say(f"task-{answer.name}")
    judged = answer.judged
    if judged and judged.difference is not None and judged.verdict > Verdict.ROUNDING:
        matrix(text("difference", name=answer.name), judged.difference, first=judged.around)
    hints(answer)


@fragment
def hints(answer: Answer) -> None:
    """As many hints as were asked for, each stronger than the one before, and the solution last."""
    key = f"hints {answer.name}"
    taken = st.session_state.get(key, 0)
    for strength in range(1, min(taken, 3) + 1):
        st.info(hint(answer, strength), icon=":material/lightbulb:")
    if taken < len(STRENGTHS):
        st.button(
            text(STRENGTHS[taken]),
            key="hint",
            icon=":material/lightbulb:",
            on_click=st.session_state.__setitem__,
            args=(key, taken + 1),
        )
    else:
        code(line_of(answer.name))


def hint(answer: Answer, strength: int) -> str:
    """The first hint is about the learner's own mistake, where that is a known one."""
    if strength == 1 and answer.mistake:
        return text(f"mistake-{answer.mistake}")
    if strength == 1 and answer.factor != 1:
        return text("mistake-constant", factor=figure(answer.factor))
    return text(f"hint-{answer.name}-{strength}")


def on_to_training() -> None:
    st.success(text("solved"), icon=":material/verified:")
    lead_to("train", text("to-train"), ":material/science:", **{settings.BACKWARD.key: "yours"})
