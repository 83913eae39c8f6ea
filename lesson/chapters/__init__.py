"""The chapters in their order, by address; the file of a chapter has its name, with underscores."""

from __future__ import annotations

from importlib import import_module
from typing import Literal

import streamlit as st

from lesson import prose
from lesson.controls import show_corrections
from lesson.page.setup import setup_card
from lesson.page.show import worker_loss_reported
from lesson.page.words import go_to, language, phrase, text

PARTS = {
    "part-start": ("home", "one-step"),
    "part-notebook": ("tensors", "graph"),
    "part-derive": ("chain-rule", "matrix-form", "activation", "bias"),
    "part-autograd": ("autograd", "optimizers"),
    "part-laboratory": ("train",),
    "part-practise": ("your-turn", "wrong-gradients", "review"),
    "part-why": ("any-loss", "add-or-concat", "dying-relu", "bernoulli-gate"),
}

ORDER = [name for names in PARTS.values() for name in names]
"""The way through the lesson."""

WIDE = {"home"}
"""Chapters that lay their picture beside what it belongs to."""


def open_chapter(name: str) -> None:
    """Draw the title, what there is to say about the address, and the chapter."""
    st.session_state["chapter"] = name
    network = st.session_state["network"]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(text("title"), width="content")
        setup_card(network.sizes, network.bias, network.slope if network.activation == "leaky_relu" else None)
    if name != ORDER[0]:
        st.markdown(phrase("goal", goal=text("goal"), minutes=text("minutes")))
    show_corrections()
    with worker_loss_reported():
        import_module(f"lesson.chapters.{name.replace('-', '_')}").render(network)
    way_on(ORDER.index(name))


def way_on(here: int) -> None:
    """The way back, where one is, and the way on with what the next chapter will settle."""
    st.divider()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if here > 0:
            turn("previous-chapter", ORDER[here - 1], "tertiary", ":material/arrow_back:")
        st.markdown(phrase("position", number=here + 1, count=len(ORDER)), width="content")
        if here + 1 < len(ORDER):
            turn("next-chapter", ORDER[here + 1], "secondary", ":material/arrow_forward:")
    if here + 1 < len(ORDER):
        summary = prose.say(language(), ORDER[here + 1], "summary")
        st.markdown(phrase("settles", summary=summary), text_alignment="right")


def turn(key: str, name: str, kind: Literal["secondary", "tertiary"], icon: str) -> None:
    """A button to another chapter."""
    if st.button(prose.say(language(), name, "title"), key=key, type=kind, icon=icon):
        go_to(name)
