"""Home: the seven lines, two trainings that do not drift apart, and the way through the chapters."""

from __future__ import annotations

import streamlit as st

from lesson import settings
from lesson.chapters import PARTS
from lesson.charts.lanes import loss_chart
from lesson.numeric.config import Config
from lesson.numeric.source import seven_lines
from lesson.page.compute import computed
from lesson.page.show import code, picture
from lesson.page.words import figure, kept_in_address, language, say, text, words
from lesson.prose import say as prose


def render(network: settings.Settings) -> None:
    say("hook")
    code(seven_lines())
    say("puzzle")
    both_trainings(settings.config(network).quick())
    the_way()


def both_trainings(config: Config) -> None:
    from lesson.numeric.training.overview import overview

    with st.skeleton(height=420):
        training = computed(overview, config)
    if not training.steps:
        say("blew-up-at-once")
        return
    st.metric(text("largest", steps=f"{training.steps:,}"), figure(training.largest_drift))
    picture(loss_chart(training.losses, words()), text("losses-alt", steps=f"{training.steps:,}"))
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
