"""Home: the seven lines, two trainings that do not drift apart, and the way through the chapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.chapters import PARTS
from lesson.charts.lanes import followed_losses
from lesson.numeric.config import Config
from lesson.numeric.source import seven_lines
from lesson.page.compute import computed
from lesson.page.show import code, picture
from lesson.page.words import figure, go_to, kept_in_address, language, say, text, words
from lesson.prose import say as prose

if TYPE_CHECKING:
    from lesson.numeric.training.overview import Overview

FIRST = "tensors"


def render(network: settings.Settings) -> None:
    say("puzzle")
    lines, trainings = st.columns(2)
    with lines:
        say("lines")
        code(seven_lines())
        start()
    with trainings:
        outcome = both_trainings(settings.config(network).quick())
    explained(outcome)
    the_way()


def start() -> None:
    """The one button: to the first chapter."""
    if st.button(text("start"), type="primary", key="start", icon=":material/arrow_forward:"):
        go_to(FIRST)


def both_trainings(config: Config) -> Overview:
    """Train twice, and draw both losses."""
    from lesson.numeric.training.overview import overview

    with st.skeleton(height=380):
        training = computed(overview, config)
    if training.steps:
        steps = f"{training.steps:,}"
        st.metric(text("largest", steps=steps), figure(training.largest_drift))
        picture(followed_losses(training.losses, words()), text("losses-alt", steps=steps))
    return training


def explained(training: Overview) -> None:
    if not training.steps:
        say("blew-up-at-once")
        return
    if training.blew_up:
        say("blew-up", step=f"{training.steps:,}")
    say("answer" if training.largest_drift == 0 else "not-zero")


def the_way() -> None:
    """A link to each chapter, and below it, as a link is one line however narrow the screen, what it is."""
    say("way")
    for names in PARTS.values():
        for name in names:
            if name != "home":
                title, summary = (prose(language(), name, section) for section in ("title", "summary"))
                with st.container(gap=None):
                    st.page_link(
                        st.session_state["pages"][name],
                        label=f"**{title}**",
                        query_params=kept_in_address() or None,
                    )
                    st.markdown(summary)
