"""The any-loss chapter: each loss, the learner's own, and what is refused."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose
from lesson.numeric.source import seven_lines
from lesson.symbolic.any_loss import Reason, derive
from lesson.symbolic.any_loss.presets import PRESETS
from tests.harness.lesson_app import NETWORKS, open_page, texts

TABS = ("steps", "shares", "fits", "witnesses", "floats", "softmax")
PROSE = prose.sections("en", "any-loss")


def lines(app: AppTest) -> list[str]:
    return [str(line) for line in app.code[0].value.splitlines()]


@pytest.mark.parametrize("name", PRESETS)
def test_a_loss_changes_the_first_line_alone(name: str) -> None:
    app = open_page("any-loss", loss=name)
    assert lines(app)[0] == derive(PRESETS[name].text).line
    assert lines(app)[1:] == seven_lines().splitlines()[1:]
    assert ("the lesson's own" in texts(app)) == (name == "squares")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_tab_holds_on_every_network(tab: str, network: dict[str, object]) -> None:
    app = open_page("any-loss", tab, loss="huber", **network)
    assert not app.error
    assert ("cut down to 512 - 64 - 64 - 8" in texts(app)) == (network == NETWORKS["largest"])


def test_a_loss_of_ones_own_is_in_the_address() -> None:
    app = open_page("any-loss", loss="own", formula="(o - y)**4/4")
    assert lines(app)[0] == "grad_out = (out - y)**3"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("(o - z)**2", "Character 6: `z` is unknown"),
        ("__import__('os')", "Character 1: there is no function `__import__`"),
        ("9**9**9*o", "an exponent may be at most 10"),
        ("o <", "this cannot be read. Python says"),
        ("y", "the loss does not depend on `o`"),
    ],
)
def test_what_is_no_loss_is_said_at_its_place(typed: str, said: str) -> None:
    app = open_page("any-loss", loss="own", formula=typed)
    assert said in texts(app)
    assert len(app.error) == 1
    assert not app.code


def test_every_reason_and_every_rule_has_its_sentence() -> None:
    assert {f"refused-{reason}" for reason in get_args(Reason)} == {
        name for name in PROSE if name.startswith("refused-")
    }
    wild = (
        "sin(o) + cos(o)*sinh(o) - tanh(o)/abs(o) + sign(o)*exp(o) - log(o)",
        "sigmoid(o) + softplus(o) + cosh(o)*max(o, y)",
    )
    for text in (*wild, *(preset.text for preset in PRESETS.values())):
        assert {f"rule-{step.rule}" for step in derive(text).steps} <= PROSE.keys()


def verdicts(app: AppTest) -> set[str]:
    return set(app.table[1].value.iloc[:, 2])


def test_witnesses_are_asked_and_a_loss_of_squares_is_identical() -> None:
    assert verdicts(open_page("any-loss", "witnesses")) == {"nothing: identical to the last bit"}
    assert "rounding" in verdicts(open_page("any-loss", "witnesses", loss="log-cosh"))


def test_what_overflows_is_named_with_its_place_and_mended() -> None:
    app = open_page("any-loss", "floats", loss="log-cosh")
    ways = list(app.table[0].value.iloc[:, 0])
    assert ways == ["by hand, as derived", "autograd, of the loss as written"]
    assert set(app.table[0].value.iloc[:, 2]) == {"nan"}
    assert "Rewritten, both ways hold" in texts(app)
    assert "None fails" in texts(open_page("any-loss", "floats"))


def test_an_outlier_pulls_less_where_the_loss_is_bounded() -> None:
    calm, torn = (open_page("any-loss", "shares", loss="huber", outlier=outlier) for outlier in (0, 50))
    shares = [re.search(r"\*\*([\d.]+) %\*\* of\nthat.* ([\d.]+) %", texts(app)) for app in (calm, torn)]
    (huber, squares), (huber_torn, squares_torn) = (map(float, found.groups()) for found in shares if found)
    assert huber_torn - huber < 1 < 20 < squares_torn - squares


def test_both_trainings_are_told_and_only_for_curves() -> None:
    assert "to the last bit" in texts(open_page("any-loss", "fits", loss="absolute"))
    assert "never further apart than" in texts(open_page("any-loss", "fits", loss="log-cosh"))
    assert "Choose one that takes the targets" in texts(open_page("any-loss", "fits", loss="poisson"))


def test_an_outlier_is_for_targets_that_are_numbers() -> None:
    assert [slider.key for slider in open_page("any-loss", loss="huber").slider] == ["outlier"]
    assert not open_page("any-loss", loss="hinge").slider


def test_kinks_are_said_with_both_sides() -> None:
    said = texts(open_page("any-loss", loss="absolute"))
    assert "the derivative is $-1$ below and $1$ above. For $y = 0$ the line takes **0**" in said
    assert "as it was written, **0**" in said
    assert "as it was written, **-0.4**" in texts(open_page("any-loss", loss="pinball"))
    assert "is zero, the derivative may jump" in texts(open_page("any-loss", loss="hinge"))
    assert "The derivative jumps nowhere" in texts(open_page("any-loss"))


def test_softmax_is_proved_on_the_learners_sizes() -> None:
    assert "6 of 6 entries" in texts(open_page("any-loss", "softmax", batch=2, outputs=3))
