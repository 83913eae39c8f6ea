"""What is asked for unless one says more, where an entry lies, and how much may be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from lesson.numeric.config import (
    ACTIVATIONS,
    DEVICES,
    DTYPES,
    LANES,
    LIMITS,
    OPTIMIZERS,
    PARAMETERS,
    QUICK_WORK,
    Config,
    Entry,
    Lane,
    entries,
    possible_dtypes,
)
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


def test_who_asks_for_nothing_gets_the_notebooks_training() -> None:
    config = Config()
    assert config.sizes == (64, 3, 2, 1)
    assert (config.steps, config.learning_rate, config.seed) == (1001, 1e-4, 0)
    assert (config.activation, config.slope, config.bias) == ("relu", 0.01, True)
    assert (config.optimizer, config.program, config.program_work) == ("sgd", "", 0)
    assert config.by_hand == config.autograd == Lane("float32", "cpu")


def test_choices_stand_in_the_order_in_which_the_lesson_tells_them() -> None:
    assert LANES == ("by_hand", "autograd")
    assert PARAMETERS == ("w1", "b1", "w2", "b2")
    assert ACTIVATIONS == ("relu", "leaky_relu")
    assert OPTIMIZERS == ("sgd", "momentum", "adam")
    assert (DTYPES, DEVICES) == (("float32", "float64"), ("cpu", "cuda"))


def test_the_smallest_training_has_one_of_each_and_the_largest_fits_a_class() -> None:
    """The largest are those whose prices were measured."""
    assert {name: least for name, (least, _) in LIMITS.items()} == {
        "batch": 1, "inputs": 1, "hidden": 1, "outputs": 1, "steps": 1, "seed": 0
    }  # fmt: skip
    assert {name: most for name, (_, most) in LIMITS.items()} == {
        "batch": 8192, "inputs": 256, "hidden": 1024, "outputs": 32, "steps": 20_000, "seed": 9999
    }  # fmt: skip


def test_each_lane_computes_as_it_was_told() -> None:
    config = Config(by_hand=Lane("float64"), autograd=Lane("float32", "cuda"))
    assert config.lane("by_hand") == Lane("float64", "cpu")
    assert config.lane("autograd") == Lane("float32", "cuda")


def test_entries_are_named_as_on_the_page_from_one_and_cut_to_the_first_units() -> None:
    found = entries(inputs=1, hidden=3, outputs=1, bias=True, most=2)
    expected = ["w1[1,1]", "w1[1,2]", "b1[1,1]", "b1[1,2]", "w2[1,1]", "w2[2,1]", "b2[1,1]"]
    assert list(found) == expected
    assert found["w2[2,1]"] == Entry("w2", row=1, column=0)
    assert found["b1[1,2]"] == Entry("b1", row=0, column=1)
    assert list(entries(3, 1, 3, bias=False, most=1)) == ["w1[1,1]", "w2[1,1]"]


LANE = 7 * 5 * (3 * (3 + 2) + 80) + 100 * (3 * 5 + 5 + 5 * 2 + 2)
"""What a lane costs for 7 rows, 3 inputs, 5 units and 2 outputs: three products and 80 more for each
pre-activation, and 100 for each of the 32 entries."""


@pytest.mark.parametrize(
    ("changes", "lanes", "programs"),
    [
        ({}, 2, 1),
        ({"by_hand": Lane("float64"), "autograd": Lane("float64")}, 4, 1),
        # Lanes that drift apart need a referee, who costs four lanes and runs the program once more.
        ({"by_hand": Lane("float64")}, 3 + 4, 2),
        ({"autograd": Lane("float64")}, 3 + 4, 2),
        ({"autograd": Lane(device="cuda")}, 2 + 4, 2),
        ({"optimizer": "adam"}, 2 + 4, 2),
    ],
    ids=["plain", "double", "64-32", "32-64", "devices", "optimizer"],
)
def test_the_work_of_a_step_is_the_lanes_their_overhead_and_the_program(
    changes: dict[str, Lane | str], lanes: int, programs: int
) -> None:
    small = replace(Config(Normal(7, 3, 2), hidden=5), **changes)  # type: ignore[arg-type]
    assert small.work_per_step == lanes * LANE + 2 * 10**6
    assert replace(small, program_work=1000).work_per_step == small.work_per_step + programs * 1000


def test_as_many_steps_are_affordable_as_fit_into_the_limit() -> None:
    step = Config().work_per_step
    assert Config().affordable_steps == 10**12 // step > 1
    assert Config(steps=20_000).quick().steps == 5 * 10**9 // step > 1
    assert isinstance(Config(steps=20_000).quick().steps, int)
    dear = Config(program_work=10**13)
    assert dear.affordable_steps == dear.quick().steps == 1


@pytest.mark.parametrize(
    ("batch", "hidden", "dtypes"), [(2048, 1024, DTYPES), (2049, 1024, DTYPES[:1]), (8192, 257, DTYPES[:1])]
)
def test_float64_is_possible_up_to_two_million_pre_activations(
    batch: int, hidden: int, dtypes: tuple[str, ...]
) -> None:
    assert possible_dtypes(batch, hidden) == dtypes
