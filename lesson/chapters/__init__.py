"""The chapters in their order, by address; the file of a chapter has its name, with underscores."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lesson import page, settings

PARTS = {
    "part-start": ("home",),
    "part-notebook": ("tensors", "graph"),
    "part-derive": ("chain-rule", "matrix-form", "activation", "bias"),
    "part-autograd": ("autograd", "optimizers"),
    "part-laboratory": ("train",),
    "part-practise": ("your-turn", "wrong-gradients"),
    "part-why": ("add-or-concat", "dying-relu", "bernoulli-gate"),
}


def open_chapter(name: str) -> None:
    """Draw the title, what there is to say about the address, and the chapter."""
    st.session_state["chapter"] = name
    st.title(page.text("title"))
    settings.notices()
    with page.losses_said():
        import_module(f"lesson.chapters.{name.replace('-', '_')}").render(st.session_state["network"])
