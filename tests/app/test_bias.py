"""Bias: its line follows from that of the weights, and a mistake in it may hide."""

from __future__ import annotations

import re

import pytest
import torch

from lesson import prose
from lesson.numeric.experiments.matrix_form import at_start
from lesson.page.words import figure
from lesson.settings import Settings, config
from lesson.symbolic.chain import weight
from tests.harness.lesson_app import NETWORKS, asked, open_page, texts
from tests.harness.proofs import open_proved


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_chapter_proves_its_lines_and_lights_them(network: dict[str, object]) -> None:
    app = open_proved("bias", network, "b1", "b2")
    assert texts(app).count("Checked just now: both sides are equal.") == 3


def test_the_bias_page_says_when_a_mistake_hides() -> None:
    assert "move the bias of every unit by\nthe same amount" in texts(open_page("bias"))
    assert "The wrong sum can hide\nbehind a size" in texts(open_page("bias", hidden=1))
    assert "has no bias at present" in texts(open_page("bias", bias="false"))


@pytest.mark.parametrize(("hidden", "outputs"), [(1, 1), (1, 3), (2, 1), (7, 7)])
def test_a_sum_over_everything_is_one_number_and_a_sum_over_the_batch_one_for_each(
    hidden: int, outputs: int
) -> None:
    network = Settings(hidden=hidden, outputs=outputs)
    app = open_page("bias", hidden=hidden, outputs=outputs)
    start = at_start(config(network))
    said = [figure(float(torch.from_numpy(start[name]).sum())) for name in ("grad_h", "grad_out")]
    assert [found for found in said if f"**{found}**" in texts(app)] == said


def test_the_page_keeps_the_puzzle_for_later() -> None:
    for section, text in prose.sections("en", "bias").items():
        assert not re.search("puzzle|notebook|home page|student", text), section


def test_a_bias_is_written_in_one_way() -> None:
    """A single index wherever one of its entries stands, as in the chapter on the chain rule."""
    formulas = " ".join(formula.value for formula in open_page("bias").latex)
    entries = set(re.findall(r"b\^\{\(1\)\}_\{\d+\}", formulas))
    assert entries == {weight("b1", 0, unit).name for unit in (0, 1)}


def test_a_cell_of_either_sum_can_be_chosen_and_is_in_the_address() -> None:
    app = open_page("bias", cell="grad_h.sum()[1,1]")
    assert app.code[0].value.startswith("grad_h.sum()[1,1] = grad_h[1,1] + grad_h[1,2] + … + grad_h[64,2]\n")
    app.selectbox(key="bias-tensor").set_value("grad_h.sum(0)").run()
    app.number_input(key="bias-column").set_value(2).run()
    assert asked(app, "cell") == "grad_h.sum(0)[1,2]"
    assert app.code[0].value.startswith("grad_h.sum(0)[1,2] = grad_h[1,2] + grad_h[2,2] + … + grad_h[64,2]\n")
