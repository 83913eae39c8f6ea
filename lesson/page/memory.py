"""What a learner did stays in the browser: one small cookie, read at first and written after each change."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lesson import prose
from lesson.progress import Progress, read, written

COOKIE = "seven-lines"

WRITER = st.components.v2.component(
    "memory",
    js="""export default ({ data }) => {
        const age = data.text ? 365 * 24 * 60 * 60 : 0;
        document.cookie = `${data.name}=${data.text};path=/;max-age=${age};SameSite=Lax`;
    }""",
)


def cookie() -> str:
    """What the browser sent when it came."""
    return st.context.cookies.get(COOKIE, "")


def progress() -> Progress:
    """What the learner did so far."""
    if "progress" not in st.session_state:
        st.session_state["progress"] = known(read(cookie()))
    kept: Progress = st.session_state["progress"]
    return kept


def known(told: Progress) -> Progress:
    """Without answers to questions that the lesson has not, or no longer."""
    answers = {
        (chapter, section): given
        for (chapter, section), given in told.answers.items()
        if section in prose.questions("en", chapter)
        and max(map(int, given)) < len(prose.question("en", chapter, section).options)
    }
    return Progress(answers, told.marks, told.review, told.language, told.stopped)


def remember(change: Callable[[Progress], Progress]) -> None:
    """Change what the learner did; write_down() tells the browser."""
    st.session_state["progress"] = change(progress())


def reached(*marks: str) -> None:
    """Remember marks. Where one is new, the whole page is drawn again, so that all of it knows."""
    if not progress().marks.issuperset(marks):
        remember(lambda so_far: so_far.marked(*marks))
        st.rerun()


def forget() -> None:
    """Forget all that the learner did, in the browser too, and what the questions on the pages hold."""
    for chapter, section in progress().answers:
        st.session_state.pop(f"{chapter}-{section}", None)
    for held in ("review-opened", "called", "noticed", "predicted"):
        st.session_state.pop(held, None)
    st.session_state["progress"] = Progress()


def write_down() -> None:
    """Let the browser keep what the learner did so far."""
    WRITER(key="memory", data={"name": COOKIE, "text": written(progress())})
