"""Review: questions that return, those of the chapters and some that are computed anew each time."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from lesson import prose, schedule, settings
from lesson.page.compute import computed
from lesson.page.show import fragment, matrices, snippet
from lesson.page.words import LETTERS, language, lead_to, say, text
from lesson.schedule import Question, State

if TYPE_CHECKING:
    from lesson.numeric.experiments.review.question import Generated


class Opened(NamedTuple):
    """The question on the screen, with what its numbers and the order of its options are drawn by, and the
    answer that counts, "" until there is one."""

    question: Question
    seed: int
    said: str = ""


def render(network: settings.Settings) -> None:  # noqa: ARG001
    say("question")
    play()


@fragment
def play() -> None:
    """One question, how it went, and what to read again."""
    opened = on_screen()
    with st.container(border=True):
        (ask_computed if opened.question.computed else ask_again)(opened)
    if opened.said:
        st.button(
            text("next"),
            key="next-question",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=open_next,
        )
    how_it_went(kept())


def kept() -> State:
    """What returns when, as far as this browser has come."""
    return schedule.read(st.session_state.get("review", ""))


def keep(state: State) -> None:
    st.session_state["review"] = schedule.written(state)


def on_screen() -> Opened:
    if "review-opened" not in st.session_state:
        open_next()
    opened: Opened = st.session_state["review-opened"]
    return opened


def open_next() -> None:
    """Open what is to come next, with nothing typed or chosen."""
    state = kept()
    st.session_state["review-opened"] = Opened(schedule.next_question(state), state.now)
    st.session_state["review-answer"], st.session_state["review-choice"] = "", None


def settle(opened: Opened, said: str, right: bool) -> None:
    """Let an answer count."""
    keep(schedule.answered(kept(), opened.question, right))
    st.session_state["review-opened"] = opened._replace(said=said)


def ask_again(opened: Opened) -> None:
    """A question of a chapter, its options in another order each time."""
    chapter, section = opened.question
    st.caption(text("from", chapter=title_of(chapter)))
    question = prose.question(language(), chapter, section)
    options = {option.text: option for option in shuffled(question.options, opened.seed)}
    right = next(option for option in question.options if option.right)
    st.markdown(question.text)
    choose(opened, {name: name for name in options}, right.text)
    if opened.said:
        said = options[opened.said]
        marked(said.right, said.reason)
        if not said.right:
            say("right-is", answer=f"{right.text}  \n{right.reason}")


def shuffled(options: tuple[prose.Option, ...], seed: int) -> list[prose.Option]:
    """So that it is not the letter that is remembered."""
    return Random(seed).sample(options, len(options))


def choose(opened: Opened, options: dict[str, str], right: str) -> None:
    """Options by name; the first that is chosen counts."""

    def chosen() -> None:
        said = st.session_state["review-choice"]
        settle(opened, said, said == right)

    letters = dict(zip(options, LETTERS, strict=False))
    st.markdown("  \n".join(f"**{letters[name]}** {option}" for name, option in options.items()))
    st.radio(
        text("your-choice"),
        list(options),
        format_func=letters.__getitem__,
        index=None,
        horizontal=True,
        key="review-choice",
        on_change=chosen,
        disabled=bool(opened.said),
        persist_state="session",
    )


def ask_computed(opened: Opened) -> None:
    """A question whose numbers were drawn for this time, and what ran for its answer."""
    from lesson.numeric.experiments.review.kinds import generated

    chapter, kind = opened.question
    asked = computed(generated, kind, opened.seed)
    st.caption(text("from-computed", chapter=title_of(chapter)))
    say(f"ask-{kind}", **asked.facts)
    if asked.given:
        matrices(dict(asked.given))
    options = {option: text(f"option-{option}") for option in asked.options}
    if options:
        choose(opened, options, asked.right)
    else:
        type_in(opened, asked)
    if opened.said:
        mark, why = asked.judge(opened.said)
        marked(mark == "right", text(f"mark-{why or mark}", right=options.get(asked.right, asked.right)))
        say("working")
        snippet(asked.working)


def type_in(opened: Opened, asked: Generated) -> None:
    """A field for a number or a shape; the first that can be read counts."""

    def typed() -> None:
        said = st.session_state["review-answer"]
        mark = asked.judge(said).mark
        if mark != "unreadable":
            settle(opened, said, mark == "right")

    with st.form("review-form", border=False):
        said = st.text_input(
            text("your-shape" if asked.asks_shape else "your-number"),
            key="review-answer",
            disabled=bool(opened.said),
            persist_state="session",
        )
        st.form_submit_button(
            text("answer-button"), key="review-typed", on_click=typed, disabled=bool(opened.said)
        )
    mark, why = asked.judge(said)
    if said and mark == "unreadable":
        st.warning(text(why), icon=":material/edit:")


def marked(right: bool, why: str) -> None:
    mark = st.success if right else st.info
    mark(why, icon=":material/check:" if right else ":material/lightbulb:")


def how_it_went(state: State) -> None:
    """How many were right, and a link to each chapter of those that were not."""
    right, seen = schedule.score(state)
    if seen:
        say("score", all=len(schedule.QUESTIONS), seen=seen, right=right)
    chapters = schedule.to_reread(state)
    if chapters:
        say("reread")
    for chapter in chapters:
        lead_to(chapter, title_of(chapter), ":material/menu_book:")


def title_of(chapter: str) -> str:
    return prose.say(language(), chapter, "title")
