"""Questions: a prediction is kept, and judged after the experiment; a check is marked at once."""

from __future__ import annotations

import streamlit as st

from lesson import prose, schedule
from lesson.page import memory
from lesson.page.words import chapter, language, phrase, words
from lesson.prose import Question

LETTERS = "ABCDEFGH"


def ask(section: str) -> None:
    """A question of this chapter, and what was answered; `predict` is a prediction, all others are checks."""
    question = prose.question(language(), chapter(), section)
    options = "  \n".join(
        f"**{letter}** {option.text}" for letter, option in zip(LETTERS, question.options, strict=False)
    )
    with st.container(border=True):
        st.markdown(f"{question.text}\n\n{options}")
        given = memory.progress().answers.get((chapter(), section), "")
        choose(question, section, given)
        if given and section == "predict":
            prediction(question, int(given[0]))
        elif given:
            marked(question, given)


def choose(question: Question, section: str, given: str) -> None:
    """The options as letters; a prediction that was made stands."""
    key = f"{chapter()}-{section}"
    if given and key not in st.session_state:
        st.session_state[key] = int(given[-1])
    # Streamlit writes the options of a choice smaller than the text.
    st.radio(
        question.text,
        range(len(question.options)),
        format_func=LETTERS.__getitem__,
        index=None,
        horizontal=True,
        label_visibility="collapsed",
        key=key,
        disabled=bool(given) and section == "predict",
        on_change=keep_answer,
        args=(chapter(), section),
        persist_state="session",
    )


def keep_answer(chapter: str, section: str) -> None:
    """Remember what was chosen, and where the experiment stood then."""
    option = st.session_state[f"{chapter}-{section}"]
    memory.remember(lambda so_far: so_far.answered(chapter, section, option))
    st.session_state[f"{chapter}-predicted-at"] = dict(st.query_params)


def prediction(question: Question, option: int) -> None:
    """What was predicted; once the experiment was touched, or on request, what happens and why."""
    seen = f"seen.{chapter()}"
    if seen in memory.progress().marks or touched():
        memory.remember(lambda so_far: so_far.marked(seen))
        judged(question, option)
        return
    st.markdown(phrase("predicted", letter=LETTERS[option]))
    st.button(
        words()["what-happens"],
        key=f"{chapter()}-what-happens",
        on_click=memory.remember,
        args=(lambda so_far: so_far.marked(seen),),
    )


def touched() -> bool:
    """Whether the learner has changed anything on the page or in the network since the prediction: all that
    one can choose is in the address."""
    at: object = st.session_state.get(f"{chapter()}-predicted-at")
    return at is not None and at != dict(st.query_params)


def judged(question: Question, option: int) -> None:
    right = next(number for number, each in enumerate(question.options) if each.right)
    if option == right:
        said, mark = phrase("predicted-right", letter=LETTERS[option]), st.success
    else:
        reason = question.options[option].reason
        said, mark = (
            phrase("predicted-otherwise", letter=LETTERS[option], reason=reason, right=LETTERS[right]),
            st.info,
        )
    mark(f"{said} {question.options[right].reason}", icon=":material/lightbulb:")


def marked(question: Question, given: str) -> None:
    """The last answer marked, with its reason and the number of the try."""
    option = question.options[int(given[-1])]
    mark = st.success if option.right else st.info
    mark(option.reason, icon=":material/check:" if option.right else ":material/lightbulb:")
    if len(given) > 1:
        st.caption(phrase("try", number=len(given)))


def tally(chapter: str) -> tuple[int, int]:
    """How many questions of a chapter are done, and how many there are: a prediction is done when it was
    made, a check when it was answered rightly. Review has those of all others, and its own."""
    if chapter == "review":
        right, _ = schedule.score(schedule.read(memory.progress().review))
        return right, len(schedule.QUESTIONS)
    sections = prose.questions("en", chapter)
    return sum(done(chapter, section) for section in sections), len(sections)


def done(chapter: str, section: str) -> bool:
    given = memory.progress().answers.get((chapter, section), "")
    if not given or section == "predict":
        return bool(given)
    return prose.question("en", chapter, section).options[int(given[-1])].right


def finished(chapter: str) -> bool:
    """Whether all questions of a chapter are done."""
    so_far, asked = tally(chapter)
    return so_far == asked
