"""Any loss: a text gives a derivative that two witnesses confirm, or a reason why it is none."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from random import Random
from re import findall
from typing import get_args

import pytest
import torch
from torch import Tensor

from lesson.numeric.experiments.any_loss import by_autograd, by_differences, evaluated
from lesson.numeric.program import parse
from lesson.numeric.source import seven_lines
from lesson.symbolic.any_loss import Derived, LossError, derive, refusal
from tests.harness.fuzzing import walls
from tests.harness.losses import HOSTILE, PRESETS, generated, loss
from tests.harness.networks import example


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """SymPy imports some of itself at its first need."""
    for text in PRESETS.values():
        derive(text)
    # A collection of all that SymPy and torch have made would count as somebody's time.
    gc.freeze()


def outcome(text: str) -> str:
    """The derivative of a text, or why it has none."""
    try:
        return derive(text).derivative
    except LossError as error:
        return error.reason if 1 <= error.place <= len(text) + 1 else "a place that is not there"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_means_harm_is_refused_or_derived_and_nothing_else(text: str) -> None:
    with walls():
        assert outcome(text) != "a place that is not there"


def test_whatever_is_typed_is_derived_soon_or_refused() -> None:
    random = Random(24)
    longest = 0.0
    with walls():
        for _ in range(2000):
            text = generated(random)
            began = time.thread_time()
            assert outcome(text) != "a place that is not there", text
            longest = max(longest, time.thread_time() - began)
    assert longest < 0.3


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("(o - y)**2", "2*(out - y)"),
        ("(out - y)**2", "2*(out - y)"),
        ("abs(o - y)", "torch.sign(out - y)"),
        (PRESETS["huber"], "torch.where(torch.abs(out - y) <= 1, out - y, torch.sign(out - y))"),
        (
            "Piecewise(((o - y)**2/2, abs(o - y) <= 1), (abs(o - y) - 0.5, True))",
            "torch.where(torch.abs(out - y) <= 1, out - y, torch.sign(out - y))",
        ),
        ("(o - y)**2 if o < y else 0", "torch.where(out < y, 2*(out - y), 0)"),
        (PRESETS["log-cosh"], "torch.sinh(out - y)/torch.cosh(out - y)"),
        (PRESETS["pinball"], "torch.where(y - out > 0, -0.9, torch.full_like(out, 0.1))"),
        (PRESETS["hinge"], "torch.where(1 - out*y > 0, -y, 0)"),
        (PRESETS["logistic"], "-y/(1 + torch.exp(out*y))"),
        (PRESETS["poisson"], "torch.exp(out) - y"),
        (PRESETS["poisson-rate"], "1 - y/out"),
        (PRESETS["cross-entropy"], "torch.sigmoid(out) - y"),
        ("1/o", "-1/out**2"),
        ("o", "torch.full_like(out, 1)"),
        ("  o*y", "y"),
    ],
)
def test_a_derivative_is_written_as_people_write_it(text: str, derivative: str) -> None:
    assert derive(text).derivative == derivative


@pytest.mark.parametrize(
    ("text", "value", "derivative"),
    [
        (
            PRESETS["log-cosh"],
            "torch.abs(out - y) + torch.nn.functional.softplus(-2*torch.abs(out - y)) - 0.6931471805599453",
            "torch.tanh(out - y)",
        ),
        (PRESETS["logistic"], "torch.nn.functional.softplus(-out*y)", "-y*torch.sigmoid(-out*y)"),
        ("log(1 + exp(o))", "torch.nn.functional.softplus(out)", "torch.sigmoid(out)"),
    ],
)
def test_what_overflows_is_rewritten(text: str, value: str, derivative: str) -> None:
    stable = derive(text).stable
    assert stable
    assert (stable.value, stable.derivative) == (value, derivative)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", 1, "empty"),
        ("o - z", 5, "unknown-name"),
        ("  o - z", 7, "unknown-name"),
        ("(o - y", 1, "no-python"),
        ("(o - y)^2", 1, "caret"),
        ("o*" + "1" * 300, 201, "too-long"),
        ("2*(o - y)**99", 3, "too-large-exponent"),
        ("2**o", 1, "exponent"),
        ("1e999*o", 1, "too-large-number"),
        ("999999*999999*o", 1, "too-large-number"),
        ("o + 0.999999**3", 5, "too-large-number"),
        ("log(2)*o", 1, "numbers-alone"),
        ("y**2", 1, "no-prediction"),
        ("o/(y - y)", 1, "divided-by-zero"),
        ("o + sqrt(-o**2)", 5, "not-real"),
        ("where(o, 1, 2)", 7, "needs-condition"),
        ("o < y", 1, "no-condition"),
        ("where(0 < o < y, o, y)", 7, "one-comparison"),
        ("max(o)", 1, "number-of-arguments"),
        ("max(o, y, key=o)", 1, "arguments"),
        ("__import__('os')", 1, "unknown-function"),
        ("o.real", 1, "not-here"),
        ("Piecewise((o, o < 1))", 1, "pieces"),
        ("True*o", 1, "no-number"),
    ],
)
def test_a_refusal_has_its_place_and_its_reason(text: str, place: int, reason: str) -> None:
    with pytest.raises(LossError) as refused:
        derive(text)
    assert (refused.value.place, refused.value.reason) == (place, reason)


def test_every_reason_is_given_somewhere() -> None:
    folder = Path(refusal.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    given = set(findall(r"(?:refuse\(\w+|LossError\(.*?), \"([a-z-]+)\"", source))
    assert given == set(get_args(refusal.Reason))


def places(count: int = 40) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(24)
    out, y = torch.randn(2, count, 1, dtype=torch.float64, generator=generator)
    return out.abs() + 0.1, y


def random_losses(count: int) -> list[Derived]:
    random, found = Random(2424), list[Derived]()
    while len(found) < count:
        try:
            found.append(derive(loss(random, random.randint(1, 4), tame=True)))
        except LossError:
            continue
    return found


def judged(derived: Derived, derivative: str) -> tuple[int, int]:
    """At how many places a derivative is not autograd's, of those at which finite differences confirm it."""
    out, y = places()
    found = evaluated(derivative, out, y)
    autograd, quotient = by_autograd(derived.value, out, y), by_differences(derived.value, out, y)
    # Beside a kink, and where rounding is magnified, the quotient itself is no witness.
    sure = torch.isfinite(found) & ((autograd - quotient).abs() <= 1e-4 * (1 + autograd.abs()))
    wrong = (found - autograd).abs() > 1e-7 * (1 + autograd.abs())
    return int((wrong & sure).sum()), int(sure.sum())


def test_the_derivatives_of_random_losses_are_autograds() -> None:
    confirmed = 0
    for derived in random_losses(500):
        rewritten = [derived.stable.derivative] if derived.stable else []
        for derivative in (derived.derivative, *rewritten):
            wrong, sure = judged(derived, derivative)
            assert wrong == 0, derived.text
            confirmed += sure
    assert confirmed > 500 * 40 / 2


def test_a_planted_wrong_derivative_is_found() -> None:
    for derived in map(derive, PRESETS.values()):
        assert judged(derived, derived.derivative)[0] == 0
        assert judged(derived, f"{derived.derivative} + 1e-6")[0] > 20
    assert judged(derive("(o - y)**2"), "out - y")[0] == 40


def test_the_rewritten_loss_is_the_loss() -> None:
    out, y = places()
    rewritten = 0
    for derived in (*random_losses(500), *map(derive, PRESETS.values())):
        if derived.stable is None:
            continue
        rewritten += 1
        one, two = (evaluated(code, out, y) for code in (derived.value, derived.stable.value))
        sure = torch.isfinite(one) & torch.isfinite(two)
        assert torch.allclose(one[sure], two[sure], rtol=1e-7, atol=1e-7), derived.text
    assert rewritten > 5


def test_what_cannot_overflow_is_left_as_it_is() -> None:
    assert derive("(o - y)**2").stable is None
    assert derive(PRESETS["huber"]).stable is None


@pytest.mark.parametrize("name", PRESETS)
def test_six_lines_stand_as_they_were(name: str) -> None:
    lines = seven_lines().splitlines()
    program = "\n".join([derive(PRESETS[name]).line, *lines[1:]])
    found = parse(program).gradients(*example())
    expected = parse(seven_lines()).gradients(*example())
    assert (name == "squares") == all(
        torch.equal(one, two)
        for one, two in zip(found, expected, strict=True)
        if one is not None and two is not None
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(o - y)**2", []),
        (PRESETS["huber"], []),
        (PRESETS["log-cosh"], []),
        ("abs(o - y)", [("o - y", "y", "-1", "0", "1")]),
        (PRESETS["pinball"], [("-o + y", "y", "-9/10", "1/10", "1/10")]),
        ("relu(o - y)", [("o - y", "y", "0", "0", "1")]),
        ("where(abs(o - y) < 1, 0, o)", [("Abs(o - y) - 1", "y + 1", "0", "1", "1")]),
        (PRESETS["hinge"], [("-o*y + 1", None, None, None, None)]),
    ],
)
def test_kinks_are_found_with_both_sides_and_what_is_taken(
    text: str, found: list[tuple[str | None, ...]]
) -> None:
    kinks = derive(text).kinks
    told = [(str(k.seam), k.at[0] if k.at else None, k.left, k.taken, k.right) for k in kinks]
    assert [tuple(part if part is None else str(part) for part in kink) for kink in told] == found


def test_each_step_names_its_rule() -> None:
    steps = derive("3*log(cosh(o - y)) + y*o").steps
    assert [step.rule for step in steps] == ["sum", "cosh", "log", "factor", "factor", "sum"]
    assert all(step.holds() for step in derive("(o - y)**3*(o + 1)").steps)
