"""Nothing but a ProgramError comes out, and what would take too long or too much room is refused."""

from __future__ import annotations

import contextlib
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.numeric import by_hand
from lesson.numeric.network import Activation, init_params
from lesson.numeric.program import ProgramError, parse
from lesson.numeric.source import seven_lines
from tests.harness.costs import cost
from tests.harness.fuzzing import TASK, generated, untouched, walls
from tests.harness.networks import close, example
from tests.harness.programs import ABSURD


@pytest.mark.parametrize("text", ABSURD.values(), ids=ABSURD)
def test_the_absurd_is_refused_at_once(text: str) -> None:
    task = example()

    def refused() -> None:
        with pytest.raises(ProgramError):
            parse(text).gradients(*task)

    # Up to five times, when this was written.
    assert cost(refused) < 50 * cost(lambda: parse(seven_lines()).gradients(*task))


def test_a_large_network_has_room_for_its_own_gradients() -> None:
    x, y = torch.randn(8192, 64), torch.randn(8192, 4)
    task = x, y, init_params(64, 128, 4), Activation.leaky_relu(0.1)
    close(parse(seven_lines()).gradients(*task), by_hand.gradients(*task))


PROGRAMS_AT_ONCE = 20


@settings(max_examples=2_000, database=None)
@given(st.integers(0, 2**64))
def test_nothing_but_a_program_error_comes_out(seed: int) -> None:
    random = Random(seed)
    for text in [generated(random) for _ in range(PROGRAMS_AT_ONCE)]:
        with walls(), contextlib.suppress(ProgramError):
            parse(text).gradients(*TASK)
        assert untouched()


def test_the_fuzz_reaches_deep_enough() -> None:
    """A good part of what is generated passes the whitelist, and some of it runs to its end."""
    random, passed, finished = Random(1), 0, 0
    for text in [generated(random) for _ in range(2_500)]:
        with contextlib.suppress(ProgramError):
            program = parse(text)
            passed += 1
            run = program.start(*TASK)
            for line in program.lines:
                line.act(run)
            finished += 1
    assert passed > 500
    assert finished > 200
