"""The chapters in their order, by address; the file of a chapter has its name, with underscores."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lesson.controls import show_corrections
from lesson.page.setup import setup_card
from lesson.page.show import worker_loss_reported
from lesson.page.words import text

PARTS = {
    "part-start": ("home",),
    "part-notebook": ("tensors", "graph"),
    "part-derive": ("chain-rule", "matrix-form", "activation", "bias"),
    "part-autograd": ("autograd", "optimizers"),
    "part-laboratory": ("train",),
    "part-practise": ("your-turn", "wrong-gradients"),
    "part-why": ("any-loss", "add-or-concat", "dying-relu", "bernoulli-gate"),
}

WIDE = {"home"}
"""Chapters that lay their picture beside what it belongs to."""


def open_chapter(name: str) -> None:
    """Draw the title, what there is to say about the address, and the chapter."""
    st.session_state["chapter"] = name
    network = st.session_state["network"]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(text("title"), width="content")
        setup_card(network.sizes, network.bias, network.slope if network.activation == "leaky_relu" else None)
    show_corrections()
    with worker_loss_reported():
        import_module(f"lesson.chapters.{name.replace('-', '_')}").render(network)
