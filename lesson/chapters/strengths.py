"""Your turn, how much is given: a learner puts the lines in order, completes them, or writes all."""

from __future__ import annotations

import streamlit as st

from lesson import settings
from lesson.numeric.program import scaffold
from lesson.numeric.source import line_of
from lesson.page.words import keep_in_address, say, text

STRENGTHS = ("order", "blanks", "lines", "all")
"""From much help to none."""

WRITTEN = ("lines", "all")
"""Those in which the learner writes whole right sides."""

LONGEST_PART = 120
"""Characters of a blank or of the right side of a line."""


def chosen_strength() -> str:
    """How much is given, as the learner chooses; at first what the address says."""
    if "strength" not in st.session_state:
        asked = st.query_params.get("strength")
        st.session_state["strength"] = asked if asked in STRENGTHS else "all"
    labels = {strength: text(f"strength-{strength}") for strength in STRENGTHS}
    st.segmented_control(
        text("strength"),
        STRENGTHS,
        format_func=labels.__getitem__,
        key="strength",
        required=True,
        persist_state="session",
    )
    chosen: str = st.session_state["strength"]
    keep_in_address("strength", chosen, "all")
    return chosen


def written_at(strength: str, network: settings.Settings) -> str:
    """The program as far as the learner has it at this strength; each keeps what was written in it."""
    say(f"how-{strength}")
    names = scaffold.wanted(network.bias)
    if strength == "order":
        return put_in_order(network.seed, network.bias)
    if strength == "blanks":
        written = scaffold.filled({name: blanks(name) for name in names})
    elif strength == "lines":
        written = scaffold.completed({name: right_side(name) for name in names})
    else:
        written = settings.program_editor(text("editor"), text("editor-help"), text("placeholder"))
    # Leaving the field is what has the lines checked.
    st.button(text("check"), key="check", icon=":material/fact_check:")
    return written


def put_in_order(seed: int, bias: bool) -> str:
    """Lines to be pressed one after the other, with mistakes among them."""
    key = f"order {seed}" if bias else f"order {seed} no-bias"
    lines: list[str] = st.pills(
        text("lines"),
        scaffold.shuffled(seed, bias),
        selection_mode="multi",
        format_func="`{}`".format,
        key=key,
        persist_state="session",
    )
    st.button(
        text("take-back"),
        key="take-back",
        icon=":material/undo:",
        disabled=not lines,
        on_click=st.session_state.__setitem__,
        args=(key, []),
    )
    return "\n".join(lines)


def blanks(name: str) -> tuple[str, str]:
    """What the learner wrote in the two blanks of a line."""
    before, between, after = scaffold.pieces(line_of(name))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        given(before)
        first = part(text("blank-first", name=name), f"blank-first {name}", width=130)
        given(between)
        second = part(text("blank-second", name=name), f"blank-second {name}", width=200)
        given(after)
    return first, second


def right_side(name: str) -> str:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        given(f"{name} =")
        return part(text("right-side", name=name), f"right-side {name}")


def given(piece: str) -> None:
    if piece:
        st.markdown(f"`{piece.strip()}`", width="content")


def part(label: str, key: str, width: int | None = None) -> str:
    """A field for a part of a line."""
    return st.text_input(
        label,
        max_chars=LONGEST_PART,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
        width=width or "stretch",
    )
