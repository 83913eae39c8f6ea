"""Your turn: the learner's own backward pass, corrected line by line as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.chapters.strengths import STRENGTHS, WRITTEN, chosen_strength, written_at
from lesson.numeric.compare import Verdict
from lesson.numeric.source import line_of
from lesson.page.compute import computed
from lesson.page.memory import reached
from lesson.page.questions import ask
from lesson.page.show import code, fragment, matrix
from lesson.page.words import figure, lead_to, program_error, say, sides, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.your_turn import Answer, Corrected
    from lesson.numeric.program import ProgramError

MARKS = {
    **dict.fromkeys(("right", "makes-up", "spared"), ":material/check_circle:"),
    **dict.fromkeys(("wrong", "elsewhere", "fails", "renamed"), ":material/cancel:"),
    **dict.fromkeys(("missing", "waits"), ":material/radio_button_unchecked:"),
}
MOST_ERRORS = 3
LARGEST_DENOMINATOR = 64
HINTS = ("hint", "stronger", "strongest", "solution")


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

    strength = chosen_strength()
    written = written_at(strength, network)
    config = settings.config(network)
    corrected = computed(correct, written, config)
    the_errors(written, corrected.errors[:MOST_ERRORS])
    for answer in corrected.forward:
        the_forward_line(answer)
    the_lines(corrected)
    if any(size > most for size, most in zip(config.sizes, LARGEST, strict=True)):
        say("cut", sizes="-".join(str(min(pair)) for pair in zip(config.sizes, LARGEST, strict=True)))
    if any(answer.at_kink for answer in corrected.answers.values()):
        st.info(text("at-kink"), icon=":material/info:")
    the_way_on(corrected, strength)
    if strength in WRITTEN:
        solved = [name for name, answer in corrected.answers.items() if answer.state == "right"]
        reached(*(f"line.{name}" for name in solved))


def the_errors(written: str, errors: Sequence[ProgramError]) -> None:
    """What the learner wrote, numbered and marked where it is wrong, and each error in words."""
    if written.strip():
        # Not wrapped, so that a mark stays below its column.
        st.code(numbered(written, errors), language=None)
    for error in errors:
        st.error(program_error(error), icon=":material/error:")


def the_way_on(corrected: Corrected, strength: str) -> None:
    if corrected.next:
        the_next(corrected.next)
    elif corrected.solved and strength != STRENGTHS[-1]:
        with_less_help(STRENGTHS[STRENGTHS.index(strength) + 1])
    elif corrected.solved:
        on_to_training()
    elif corrected.errors:
        say("all-but")


def numbered(written: str, errors: Sequence[ProgramError]) -> str:
    """The learner's lines with their numbers, a mark below what is wrong, and the sizes that do not fit.

    Streamlit's own numbers leave out the empty lines at the top.
    """
    lines = written.splitlines()
    width = len(str(len(lines))) + 2
    rows = []
    for number, line in enumerate(lines, 1):
        rows.append(f"{number:<{width}}{line}".rstrip())
        for error in errors:
            if error.line == number:
                mark = " " * (width + error.column - 1) + "^"
                rows.append(f"{mark} {error.facts.get('sizes', '')}".rstrip())
    return "\n".join(rows)


def the_forward_line(answer: Answer) -> None:
    """A line of the learner's own forward pass that does not compute what the network does."""
    told = text(answer.mistake or "forward-different", line=answer.line, name=answer.written)
    st.warning(told, icon=":material/warning:")


def the_lines(corrected: Corrected) -> None:
    """A row for each of the lines: whether it is right, given what stands above it, and its value so far."""
    heads = [text(f"column-{name}") for name in ("wanted", "line", "value")]
    rows = [
        (f"`{answer.name}`", f"{MARKS[answer.state]} {state(answer)}", value(answer))
        for answer in corrected.answers.values()
    ]
    table = [heads, ["---"] * len(heads), *rows]
    st.markdown("\n".join(f"| {' | '.join(cells)} |" for cells in table))


def state(answer: Answer) -> str:
    """What became of a line, given what stands above it, in words."""
    told = text(f"state-{kind_of(answer)}", **facts(answer))
    if not answer.line:
        return told
    called = "" if answer.written == answer.name else "-called"
    return f"{text(f'where{called}', line=answer.line, name=answer.written)} {told}"


def kind_of(answer: Answer) -> str:
    """The section that tells what became of a line."""
    judged = answer.judged
    if answer.state == "wrong" and judged and judged.difference is None:
        return "wrong-shape"
    if answer.state == "wrong" and answer.factor != 1:
        return "wrong-factor"
    if answer.state == "elsewhere" and answer.failure and "sizes" in answer.failure.facts:
        return "elsewhere-fails"
    if answer.state == "right" and judged and judged.verdict > Verdict.ROUNDING:
        return "right-given"
    return answer.state


def facts(answer: Answer) -> dict[str, object]:
    return {
        "name": answer.name,
        "needed": sides(answer.needed),
        "shape": sides(answer.judged.shape) if answer.judged else "",
        "factor": fraction(answer.factor),
        "sizes": "-".join(map(str, answer.elsewhere)),
        "above": answer.waits_for,
        "filled": answer.failure.facts.get("sizes", "") if answer.failure else "",
    }


def value(answer: Answer) -> str:
    """What the value of a line is so far, beside autograd's."""
    judged = answer.judged
    if judged is None:
        return text("value-waits", above=answer.waits_for) if answer.waits_for else "—"
    shape = sides(judged.shape)
    if judged.difference is None:
        return text("value-shape", shape=shape)
    if judged.elsewhere:
        return text("value-elsewhere", shape=shape, sizes="-".join(map(str, judged.elsewhere)))
    if judged.factor != 1:
        return text("value-factor", shape=shape, factor=fraction(judged.factor))
    if judged.verdict > Verdict.ROUNDING:
        row, column = judged.cell
        return text("value-different", shape=shape, largest=figure(judged.largest), row=row, column=column)
    return text(f"value-{judged.verdict.word}", shape=shape)


def fraction(number: float) -> str:
    """A factor as people write it: 1/2, 3, or three digits."""
    nearest = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    return str(nearest) if abs(nearest - number) < 1e-9 * abs(number) else figure(number)


def the_next(answer: Answer) -> None:
    """The line to work on: what is asked, where the numbers differ, and hints on request."""
    say("next", name=answer.name)
    judged = answer.judged
    if answer.state == "renamed":
        say("rename", name=answer.name, written=answer.written)
        return
    say(f"task-{answer.name}")
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
    if taken < len(HINTS):
        st.button(
            text(HINTS[taken]),
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
        return text("mistake-constant", factor=fraction(answer.factor))
    return text(f"hint-{answer.name}-{strength}")


def with_less_help(strength: str) -> None:
    """The way to the next strength, in which less is given."""
    st.success(text("solved-with-help"), icon=":material/verified:")
    st.button(
        text(f"strength-{strength}"),
        key="less-help",
        icon=":material/arrow_forward:",
        on_click=st.session_state.__setitem__,
        args=("strength", strength),
    )


def on_to_training() -> None:
    st.success(text("solved"), icon=":material/verified:")
    lead_to("train", text("to-train"), ":material/science:", **{settings.BACKWARD.key: "yours"})
