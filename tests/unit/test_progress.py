"""Progress: what was done comes back as it was, whatever else stands in a cookie does no harm."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from lesson import prose
from lesson.chapters import ORDER
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import LINES
from lesson.progress import LONGEST, TRIES, Progress, read, written

NAMES = st.from_regex(r"[a-z0-9_-]{1,30}", fullmatch=True)
DONE = st.builds(
    Progress,
    answers=st.dictionaries(
        st.tuples(NAMES, NAMES), st.from_regex(rf"[0-9]{{1,{TRIES}}}", fullmatch=True), max_size=8
    ),
    marks=st.frozensets(st.tuples(NAMES, NAMES).map(".".join), max_size=8),
    review=st.from_regex(r"[A-Za-z0-9.*()_-]{0,40}", fullmatch=True),
    language=st.sampled_from(["", "en", "ru"]),
    stopped=st.one_of(st.just(""), NAMES),
)


@given(DONE)
def test_what_was_done_comes_back(done: Progress) -> None:
    assert read(written(done)) == done


@given(st.text())
@example("1!!!!!")
@example("1!!!!a.b~!c*d.")
@example("2!tensors!en!!line.grad_w1!tensors*predict.0")
@example("1!" + "a" * 5000)
def test_whatever_stands_there_is_some_progress(text: str) -> None:
    done = read(text)
    assert read(written(done)) == done


@given(DONE, st.data())
def test_what_is_damaged_is_left_out_and_the_rest_stays(done: Progress, data: st.DataObject) -> None:
    text = written(done)
    place = data.draw(st.integers(0, max(len(text) - 1, 0)))
    kept = read(text[:place] + data.draw(st.characters()) + text[place + 1 :])
    lost = {question for question, given in done.answers.items() if kept.answers.get(question) != given}
    assert not kept.answers or len(lost) <= 2


def everything() -> Progress:
    """All questions answered wrongly and then rightly, all lines solved, all mistakes found."""
    done = Progress(review="x" * 200, language="en")
    for chapter in ORDER:
        for section in prose.questions("en", chapter):
            for option in (0, 1, 2):
                done = done.answered(chapter, section, option)
        done = done.marked(f"seen.{chapter}")
    lines, mistakes = ({f"line.{name}" for name in LINES}, {f"mistake.{each.name}" for each in COLLECTION})
    return done.marked(*lines, *mistakes)


def test_all_that_one_can_do_fits_a_cookie() -> None:
    assert len(written(everything())) <= LONGEST
    assert read(written(everything())) == everything()


def test_a_cookie_holds_it_as_it_is() -> None:
    assert re.fullmatch(r"[A-Za-z0-9!~*'()._-]+", written(everything()))


def test_the_first_answers_are_kept_and_the_same_again_is_none() -> None:
    done = Progress()
    for option in (2, 2, 0, 1, 0, 1, 0):
        done = done.answered("bias", "predict", option)
    assert done.answers == {("bias", "predict"): "20101"}
    assert done.stopped == "bias"


def test_marks_are_counted_by_their_kind() -> None:
    done = Progress().marked("line.grad_w1", "line.grad_b1", "mistake.line")
    assert (done.tally("line"), done.tally("mistake"), done.tally("seen")) == (2, 1, 0)


def test_nothing_done_is_no_text() -> None:
    assert written(Progress()) == ""
    assert read("") == Progress()
