"""Where an entry lies, and how much may be asked for."""

from __future__ import annotations

import pytest
import torch

from lesson.numeric.config import QUICK_WORK, Config, Entry, Lane
from lesson.numeric.data import Normal
from lesson.numeric.flat import flatten
from lesson.numeric.from_config import start_of
from lesson.numeric.source import seven_lines
from lesson.numeric.training import priced


@pytest.mark.parametrize("entry", [("w1", 2, 1), ("b1", 0, 1), ("w2", 1, 0), ("b2", 0, 0)])
def test_a_place_in_the_flat_vector_is_the_entry(entry: tuple[str, int, int]) -> None:
    start = start_of(Config(), torch.float64)
    assert flatten(start)[Config().index(Entry(*entry))] == getattr(start, entry[0])[entry[1:]]


@pytest.mark.parametrize("bias", [True, False])
def test_the_entries_fill_the_flat_vector(bias: bool) -> None:
    config = Config(Normal(5, 4, 3), hidden=2, bias=bias)
    places = [place for columns in config.slices.values() for place in range(columns.start, columns.stop)]
    assert places == list(range(config.parameters))
    assert config.parameters == (4 * 2 + 2 + 2 * 3 + 3 if bias else 4 * 2 + 2 * 3)


def test_what_starts_by_itself_is_quick_or_a_single_step() -> None:
    wide = Config(Normal(1024, 128, 16), hidden=512, steps=20_000)
    steps, each = wide.quick().steps, wide.work_per_step
    assert steps * each <= QUICK_WORK < (steps + 1) * each
    assert Config(Normal(8192, 256, 32), hidden=1024).quick().steps == 1
    assert Config().quick() == Config()


@pytest.mark.parametrize(
    "dearer",
    [
        Config(by_hand=Lane("float64"), autograd=Lane("float64")),
        Config(autograd=Lane("float64")),
        Config(optimizer="adam"),
        priced(Config(program=seven_lines())),
        Config(Normal(65)),
        Config(hidden=3),
    ],
    ids=["double", "mixed", "optimizer", "program", "rows", "units"],
)
def test_what_takes_longer_counts_as_more_work(dearer: Config) -> None:
    assert dearer.work_per_step > Config().work_per_step
    assert dearer.affordable_steps <= Config().affordable_steps
