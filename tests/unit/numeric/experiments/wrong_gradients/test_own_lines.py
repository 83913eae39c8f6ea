"""A learner's own lines before the witnesses: the wrong ones are named, what cannot testify is refused."""

from __future__ import annotations

from random import Random

import pytest

from lesson.numeric.config import Config
from lesson.numeric.experiments.wrong_gradients import witnesses
from lesson.numeric.experiments.wrong_gradients.own_lines import faults
from lesson.numeric.program import ProgramError
from lesson.numeric.program.mistakes import COLLECTION, OFTEN_WRITTEN, Mistake
from lesson.numeric.source import line_of, seven_lines
from tests.harness.fuzzing import generated
from tests.harness.programs import NOTEBOOK_AS_IT_STANDS

LEAKY = Config(activation="leaky_relu", slope=0.2)


# After another shape of grad_a, the next line cannot run.
RUNNING = [known for known in OFTEN_WRITTEN if (*known.lines, known.name) != ("grad_a", "transposed")]


@pytest.mark.parametrize("known", RUNNING, ids=lambda known: "-".join((*known.lines, known.name)))
def test_the_wrong_line_is_named(known: Mistake) -> None:
    assert faults(known.text, LEAKY) == tuple(known.lines)


def test_right_lines_have_no_fault_and_the_notebooks_have_two() -> None:
    assert faults(seven_lines(), Config()) == ()
    assert faults(NOTEBOOK_AS_IT_STANDS, Config()) == ("grad_b2", "grad_b1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        (seven_lines().replace("grad_out @ w2.T", "w2 @ grad_out.T"), "entry-by-entry"),
        (seven_lines().replace(line_of("grad_b1"), ""), "missing"),
        (seven_lines().replace(line_of("grad_b1"), "grad_b1 = 1.0"), "missing"),
        (seven_lines().replace("2 * (out", "2 * (aus"), "undefined"),
        (seven_lines() + "\nimport os", "import"),
        (seven_lines().replace("x.T @ grad_h", "x.T @ grad_out @ grad_h"), "inner-sizes"),
        (f"q = x @ x.T\n{'q=q**.3;' * 130}\n{seven_lines()}\ngrad_w2 = grad_w2 + q.sum()", "too-much-work"),
    ],
)
def test_what_cannot_testify_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ProgramError) as refused:
        faults(text, Config())
    assert refused.value.reason == reason


def test_own_lines_meet_the_same_witnesses_as_the_collection() -> None:
    known = next(known for known in COLLECTION if known.name == "no-sum")
    one, other = (
        witnesses.testify_against(known.text, Config(), False),
        witnesses.testify("no-sum", Config(), False),
    )
    assert one.noticed == other.noticed
    assert one.complaint == other.complaint


def test_the_witnesses_say_which_gradients_are_off() -> None:
    found = witnesses.testify_against(
        seven_lines().replace("grad_a * act", "3 * grad_a * act"), Config(), False
    )
    for witness in ("finite", "autograd"):
        off = {name for name, share in found.by_gradient[witness].items() if share > 0.1}
        assert off == {"grad_w1", "grad_b1"}
    assert found.by_gradient["autograd"]["grad_w2"] == 0


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_is_refused_or_testified_against(seed: int) -> None:
    text = f"{seven_lines()}\n{generated(Random(seed))}"
    try:
        if faults(text, Config()):
            assert set(witnesses.testify_against(text, Config(), False).noticed) >= {"autograd", "finite"}
    except ProgramError:
        pass
