"""Review: questions that return, those of the chapters and some that are computed anew each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from lesson import prose, schedule, settings
from lesson.page.compute import computed
from lesson.page.memory import progress, remember
from lesson.page.questions import LETTERS
from lesson.page.show import code, matrices
from lesson.page.words import language, lead_to, quoted, say, text
from lesson.schedule import Question, State

if TYPE_CHECKING:
    from lesson.numeric.experiments.review.question import Generated
    from lesson.numeric.snippet import Ran


class Opened(NamedTuple):
    """The question on the screen, with what its numbers and the order of its options are drawn by, and the
    answer that counts, "" until there is one."""

    question: Question
    seed: int
    said: str = ""


def render(network: settings.Settings) -> None:  # noqa: ARG001
    say("question")
    opened = on_screen()
    if opened.question.computed:
        computed_question(opened)
    else:
        chapter_question(opened)
    how_it_went(kept())


def kept() -> State:
    """What returns when, as far as the learner's browser remembers."""
    return schedule.read(progress().review)


def keep(state: State) -> None:
    review = schedule.written(state)
    remember(lambda so_far: replace(so_far, review=review))


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


def chapter_question(opened: Opened) -> None:
    """A question of a chapter, its options in another order each time."""
    chapter, section = opened.question
    question = prose.question(language(), chapter, section)
    options = {option.text: option for option in shuffled(question.options, opened.seed)}
    right = next(option for option in question.options if option.right)
    with st.container(border=True):
        say("from", chapter=title_of(chapter))
        st.markdown(question.text)
        choose(opened, {name: name for name in options}, right.text)
        if opened.said:
            said = options[opened.said]
            marked(said.right, said.reason)
            if not said.right:
                say("right-is", letter=LETTERS[list(options).index(right.text)], reason=right.reason)
    if opened.said:
        next_button()


def shuffled(options: tuple[prose.Option, ...], seed: int) -> list[prose.Option]:
    """So that it is not the letter that is remembered."""
    return Random(seed).sample(options, len(options))


def computed_question(opened: Opened) -> None:
    """A question whose numbers were drawn for this time, and what ran for its answer."""
    from lesson.numeric.experiments.review.kinds import generated

    chapter, kind = opened.question
    asked = computed(generated, kind, opened.seed)
    options = {option: text(f"option-{option}") for option in asked.options}
    with st.container(border=True):
        say("from-computed", chapter=title_of(chapter))
        say(f"ask-{kind}", **asked.facts)
        if asked.given:
            matrices(dict(asked.given))
        if options:
            choose(opened, options, asked.right)
        else:
            type_in(opened, asked)
        if opened.said:
            verdict_on(opened.said, asked, options.get(asked.right, asked.right))
    if opened.said:
        next_button()
        what_ran(asked.working)


def verdict_on(said: str, asked: Generated, right: str) -> None:
    """Right or wrong, by which mistake where one is known to give that, and how one gets there."""
    mark, why = asked.judge(said)
    line = asked.line_behind(said)
    how = text("mark-line", right=right, line=line) if line else text(f"mark-{why or mark}", right=right)
    marked(mark == "right", f"{how} {text(f'why-{asked.kind}')}")


def what_ran(working: Ran) -> None:
    say("working")
    code(working.code)
    say("gave")
    code(working.output)


def next_button() -> None:
    # Not a primary one: on those Streamlit writes white, which the dark theme's blue is too light for.
    st.button(text("next"), key="next-question", icon=":material/arrow_forward:", on_click=open_next)


def choose(opened: Opened, options: Mapping[str, str], right: str) -> None:
    """Options by name; the first that is chosen counts."""

    def chosen() -> None:
        said = st.session_state["review-choice"]
        settle(opened, said, said == right)

    letters = dict(zip(options, LETTERS, strict=False))
    st.markdown("  \n".join(f"**{letters[name]}** {option}" for name, option in options.items()))
    if opened.said:
        say("you-said", said=letters[opened.said])
        return
    st.radio(
        text("your-choice"),
        list(options),
        format_func=letters.__getitem__,
        index=None,
        horizontal=True,
        key="review-choice",
        on_change=chosen,
    )


def type_in(opened: Opened, asked: Generated) -> None:
    """A field for a number or a shape; the first that can be read counts."""

    def typed() -> None:
        said = st.session_state["review-answer"]
        mark = asked.judge(said).mark
        if mark != "unreadable":
            settle(opened, said, mark == "right")

    if opened.said:
        say("you-said", said=quoted(opened.said))
        return
    with st.form("review-form", border=False):
        said = st.text_input(
            text("your-shape" if asked.asks_shape else "your-number"), key="review-answer", autocomplete="off"
        )
        st.form_submit_button(text("answer-button"), key="review-typed", on_click=typed)
    if said:
        # What could be read has been settled.
        st.warning(text(asked.judge(said).why), icon=":material/edit:")


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
