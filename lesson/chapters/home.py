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
from lesson.page.memory import forget, progress
from lesson.page.questions import finished, tally
from lesson.page.show import code, picture
from lesson.page.words import figure, go_to, kept_in_address, language, say, text, words
from lesson.progress import Progress
from lesson.prose import say as prose

if TYPE_CHECKING:
    from lesson.numeric.training.overview import Overview

CHAPTERS = tuple(name for names in PARTS.values() for name in names if name != "home")


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
    """The one button: to the first chapter, or to where the learner stopped."""
    name = where_to_go_on()
    label = text("go-on", title=prose(language(), name, "title")) if progress().stopped else text("start")
    if st.button(label, key="start", icon=":material/arrow_forward:"):
        go_to(name)


def where_to_go_on() -> str:
    """The chapter of the last answer if it is not finished, else the next that is not."""
    stopped = progress().stopped
    here = CHAPTERS.index(stopped) if stopped in CHAPTERS else 0
    open_chapters = (name for name in CHAPTERS[here:] + CHAPTERS[:here] if not finished(name))
    return next(open_chapters, CHAPTERS[0])


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
    """A link to each chapter, what is done of it, and what it is; then what else was reached."""
    say("way")
    for name in CHAPTERS:
        stop(name)
    remembered()


def stop(name: str) -> None:
    """One chapter; its summary stands below it, as a link is one line however narrow the screen."""
    title, summary = (prose(language(), name, section) for section in ("title", "summary"))
    so_far, asked = tally(name)
    icon = ":material/check_circle:" if so_far == asked else ":material/radio_button_unchecked:"
    count = f" {text('done', done=so_far, asked=asked)}" if 0 < so_far < asked else ""
    with st.container(gap=None):
        st.page_link(
            st.session_state["pages"][name],
            label=f"**{title}**{count}",
            icon=icon,
            query_params=kept_in_address() or None,
        )
        st.markdown(summary)


def remembered() -> None:
    """What else was reached, where it is kept, and the button that forgets all of it."""
    so_far = progress()
    if so_far == Progress():
        say("kept-here")
        return
    say("kept", lines=so_far.tally("line"), mistakes=so_far.tally("mistake"))
    st.button(text("forget"), key="forget", icon=":material/delete:", on_click=forget)
