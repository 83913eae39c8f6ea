"""Wrong gradients, what collection and duel share: a mistake's lines, and what a witness saw of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson.numeric.source import LINES
from lesson.page.words import figure, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.wrong_gradients.witnesses import Testimony, Witness
    from lesson.numeric.program.mistakes import Mistake

WITNESSES: tuple[Witness, ...] = ("shapes", "loss", "finite", "autograd")


def title_of(name: str) -> str:
    return text(f"title-{name}")


def the_lines(known: Mistake) -> None:
    """The seven lines, with what is changed in them pointed out."""
    rows = []
    for name, line in zip(LINES, known.rows, strict=True):
        mark = ":material/edit:" if name in known.lines else ":material/check:"
        rows += [f"{mark} `{part}`" for part in line.splitlines()]
    with st.container(border=True):
        st.markdown("  \n".join(rows))


def answer(noticed: bool) -> str:
    return text("notices" if noticed else "silent")


def evidence(witness: str, testimony: Testimony) -> str:
    """What a witness saw, in words."""
    if testimony.complaint:
        return text(f"saw-{witness}-misfit", said=testimony.complaint.replace("`", "'"))
    if witness == "loss":
        mistaken, right = testimony.losses["mistaken"], testimony.losses["right"]
        first, last, aim = (figure(float(loss)) for loss in (mistaken[0], mistaken[-1], right[-1]))
        return text("saw-loss", first=first, last=last, right=aim)
    if witness == "shapes":
        return text("saw-shapes")
    largest = testimony.largest[witness]
    if witness == "finite" and testimony.at_kink:
        kink = figure(100 * testimony.at_kink)
        return text("saw-finite-kink", largest=figure(100 * largest), kink=kink)
    if witness == "autograd" and testimony.first:
        return text("saw-later", largest=figure(100 * largest), step=testimony.first)
    return text("saw-nothing" if largest == 0 else f"saw-{witness}", largest=figure(100 * largest))
