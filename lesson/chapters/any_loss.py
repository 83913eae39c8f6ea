"""Any loss: a loss that the learner writes changes the first of the seven lines, and only the first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.growth import growth_chart
from lesson.charts.losses import Line, loss_chart
from lesson.controls import Real, correct_address, segments
from lesson.numeric.source import seven_lines
from lesson.page.compute import computed, side_by_side
from lesson.page.questions import ask
from lesson.page.show import code, colors, formula, fragment, matrices, picture, table, tabs
from lesson.page.words import figure, program_error, quoted, say, text

if TYPE_CHECKING:
    from lesson.numeric.config import Config
    from lesson.numeric.experiments.any_loss import Code, Curve, Failure, Judged
    from lesson.symbolic.any_loss import Derived, Kink, LossError
    from lesson.symbolic.any_loss.presets import Preset

OWN = "own"
OUTLIER = Real("outlier", 0.0, 0.0, 50.0)
TARGET_OF_FAILURE = 1.0
FIRST = 5
"""So many of the largest derivatives are summed up in words."""


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-line")
    ask("check-outlier")
    ask("check-overflow")


@fragment
def play(network: settings.Settings) -> None:
    """The loss, its derivative as the first line, the learner's predictions on both, and more in tabs."""
    from lesson.numeric.experiments.any_loss import fitted

    chosen = chosen_loss()
    outlier = chosen_outlier() if chosen.targets == "as-they-are" else 0.0
    derived = derived_or_said(chosen.text)
    if derived is None:
        return
    config = fitted(settings.config(network))
    if config.sizes != network.sizes:
        st.caption(text("fitted", sizes=" - ".join(map(str, config.sizes))))
    found = judged_or_said(config, derived, chosen.targets, outlier)
    if found is None:
        return
    the_lines(derived)
    on_the_curves(derived, found)
    tabs(
        steps=partial(the_steps, derived),
        shares=partial(the_shares, config, found, chosen.targets, outlier),
        fits=partial(the_fits, derived, chosen.targets, network.seed),
        witnesses=partial(the_witnesses, found),
        floats=partial(the_floats, derived),
        softmax=partial(the_softmax, network),
    )


def chosen_loss() -> Preset:
    """A loss that everybody knows, or the learner's own with the targets that it needs."""
    from lesson.symbolic.any_loss.presets import PRESETS, Preset
    from lesson.symbolic.any_loss.reading import MOST_CHARACTERS

    name = segments(text("choose"), [*PRESETS, OWN], "loss")
    if name != OWN:
        return PRESETS[name]
    typed = st.text_input(
        text("formula"),
        PRESETS["squares"].text,
        max_chars=MOST_CHARACTERS,
        key="formula",
        bind="query-params",
        persist_state="session",
        help=text("formula-help"),
    )
    kinds = list(dict.fromkeys(preset.targets for preset in PRESETS.values()))
    return Preset(typed or "", segments(text("targets"), kinds, "targets"))


def chosen_outlier() -> float:
    correct_address(OUTLIER)
    return OUTLIER.widget()


def derived_or_said(typed: str) -> Derived | None:
    """The loss and its derivative; None with a sentence that says why there is none."""
    from lesson.symbolic.any_loss import LossError, derive

    try:
        return derive(typed)
    except LossError as error:
        st.error(refusal(error), icon=":material/error:")
        return None


def refusal(error: LossError) -> str:
    facts = {name: quoted(fact) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    return text("at", place=error.place, sentence=text(f"refused-{error.reason}", **facts))


def written(derived: Derived) -> Code:
    """The loss as it was written, and its derivative."""
    from lesson.numeric.experiments.any_loss import Code

    return Code(derived.value, derived.derivative)


def judged_or_said(config: Config, derived: Derived, targets: str, outlier: float) -> Judged | None:
    """What the witnesses say of the loss on this network; None with a sentence where it cannot run."""
    from lesson.numeric.experiments.any_loss import judged
    from lesson.numeric.program import ProgramError

    try:
        return computed(judged, config, written(derived), targets, outlier)
    except ProgramError as error:
        st.error(program_error(error), icon=":material/error:")
        return None


def the_lines(derived: Derived) -> None:
    """The loss, its derivative, and the seven lines with that as the first."""
    sides = {r"\ell": derived.loss, r"\frac{\partial \ell}{\partial o}": derived.slope}
    for column, (lead, side) in zip(st.columns(2), sides.items(), strict=True):
        with column:
            formula(side, lead=lead)
    code("\n".join([derived.line, *seven_lines().splitlines()[1:]]))
    say("line-as-before" if derived.text == "(o - y)**2" else "line-changed")


def on_the_curves(derived: Derived, found: Judged) -> None:
    """The loss and its derivative, with the learner's predictions as dots on both."""
    across = text("residual" if derived.of_residual else "prediction")
    at = found.residual if derived.of_residual else found.out
    drawn = named_curves(derived, found, at)
    panels = {"loss": ("size", found.size), "derivative": ("slope", found.by_hand)}
    for column, (name, (field, values)) in zip(st.columns(2), panels.items(), strict=True):
        lines = {label: Line(curve.out, getattr(curve, field)) for label, curve in drawn.items()}
        with column:
            picture(loss_chart(lines, Line(at, values), (across, text(name))), text(f"{name}-alt"))
    missing = found.undefined
    say("dots" if not missing else "dots-missing", number=f"{len(at):,}", missing=f"{missing:,}")


def named_curves(derived: Derived, found: Judged, at: np.ndarray) -> dict[str, Curve]:
    """The loss for all targets, or where it depends on more than the residual for three of them."""
    from lesson.numeric.experiments.any_loss import curves

    low, high = float(min(at.min(), -2.0)), float(max(at.max(), 2.0))
    targets = (0.0,)
    if not derived.of_residual:
        targets = tuple(np.unique(np.quantile(found.y, (0, 0.5, 1), method="nearest")).tolist())
    labels = [text("any-target") if derived.of_residual else f"y = {figure(target)}" for target in targets]
    return dict(zip(labels, computed(curves, written(derived), low, high, targets), strict=True))


def the_steps(derived: Derived) -> None:
    """Each step of the derivation with its rule, and where the derivative jumps."""
    from lesson.symbolic.typeset import differentiated

    say("steps", steps=len(derived.steps))
    for step in derived.steps:
        formula(step.right, lead=differentiated(step, colors()))
        st.caption(text(f"rule-{step.rule}"))
    say("kinks" if derived.kinks else "no-kinks")
    for kink in derived.kinks:
        the_kink(derived, kink)


def the_kink(derived: Derived, kink: Kink) -> None:
    """Both sides of a kink, and what the line and autograd take there."""
    from lesson.numeric.experiments.any_loss import at_place
    from lesson.symbolic.typeset import typeset

    place = kink.place(0.0)
    if place is None or kink.left is None or kink.right is None:
        say("kink-somewhere", seam=f"${typeset(kink.seam, colors())}$")
        return
    sides = {"at": kink.at[0], "left": kink.left, "right": kink.right}
    said = {name: f"${typeset(side, colors())}$" for name, side in sides.items()}
    by_hand, autograd = computed(at_place, written(derived), place, 0.0)
    say("kink", **said, taken=figure(by_hand), autograd=figure(autograd))


def the_shares(config: Config, found: Judged, targets: str, outlier: float) -> None:
    """Which share of the gradient the largest derivatives have, beside that of squares."""
    from lesson.numeric.experiments.any_loss import Code, judged

    squares = computed(judged, config, Code(*SQUARES), targets, outlier)
    number = len(found.shares)
    few = min(FIRST, number)
    say(
        "shares",
        number=f"{number:,}",
        few=few,
        share=figure(100 * found.shares[few - 1]),
        squares=figure(100 * squares.shares[few - 1]),
    )
    if targets == "as-they-are":
        say("move-outlier")
    curves = {text("this-loss"): found.shares, text("squares"): squares.shares}
    picture(growth_chart(np.arange(number) + 1, curves, text("largest"), text("share")), text("shares-alt"))


SQUARES = ("(out - y)**2", "2*(out - y)")


def the_fits(derived: Derived, targets: str, seed: int) -> None:
    """What a network fits to data with outliers, with this loss and with squares, and how both lanes end."""
    from lesson.numeric.experiments.any_loss import EVERY, HIDDEN, RAISED, STEPS, Code, trained

    if targets != "as-they-are":
        say("fits-not-here")
        return
    asked = {text("this-loss"): (written(derived), seed), text("squares"): (Code(*SQUARES), seed)}
    found = side_by_side(trained, asked)
    this = found[text("this-loss")]
    say("fits", every=EVERY, raised=figure(RAISED), hidden=HIDDEN, steps=STEPS)
    curves = {name: Line(one.grid, one.fit) for name, one in found.items()}
    picture(loss_chart(curves, Line(this.x, this.y), (text("input"), text("output"))), text("fits-alt"))
    say("lanes-identical" if this.apart == 0 else "lanes-apart", apart=figure(this.apart))


def the_witnesses(found: Judged) -> None:
    """By hand, autograd and finite differences at the first observations, and the verdicts."""
    say("witnesses")
    rows = [
        {
            text("row"): index + 1,
            text("by-hand"): f"{found.by_hand[index] + 0.0:.7g}",
            text("autograd"): f"{found.autograd[index] + 0.0:.7g}",
            text("finite"): f"{found.finite[index] + 0.0:.7g}",
        }
        for index in range(min(FIRST, len(found.out)))
    ]
    table(rows, text("witnesses-alt"))
    verdicts(found)
    if found.undefined:
        say("undefined", undefined=f"{found.undefined:,}")
    say("confirmed", confirmed=f"{found.confirmed:,}", number=f"{len(found.out):,}")


def verdicts(found: Judged) -> None:
    """What the difference between by hand and autograd is put down to, line by line."""
    from lesson.numeric.compare import Verdict

    compared = {"grad_out": found.signal} | {f"grad_{name}": c for name, c in found.parameters.items()}
    rows = [
        {
            text("line"): f"`{name}`",
            text("difference"): figure(float(comparison.largest[0])),
            text("verdict"): text(f"verdict-{Verdict(int(comparison.verdict[0])).word}")
            if np.isfinite(comparison.largest[0])
            else text("verdict-no-number"),
        }
        for name, comparison in compared.items()
    ]
    table(rows, text("verdicts-alt"))


def the_floats(derived: Derived) -> None:
    """Where a way to compute the derivative fails in float32, how rewriting mends it, and the last bit."""
    from lesson.numeric.experiments.any_loss import Code, failures, last_bits

    code_written = written(derived)
    stable = Code(derived.stable.value, derived.stable.derivative) if derived.stable else code_written
    found = computed(failures, code_written, stable, TARGET_OF_FAILURE)
    say("floats", target=figure(TARGET_OF_FAILURE))
    if found:
        table([failed(failure) for failure in found], text("failures-alt"))
    else:
        say("no-failure")
    if derived.stable:
        say("rewritten")
        code(f"loss     = {stable.value}\ngrad_out = {stable.derivative}")
        say("not-mended" if any(failure.way.endswith("-stable") for failure in found) else "mended")
    say("last-bit")
    rows = [
        {
            text("inverse"): f"`inv = {bits.inverse}`",
            text("its-derivative"): f"`{bits.derivative}`",
            text("differ"): f"{bits.differ:,} / {bits.entries:,}",
        }
        for bits in computed(last_bits)
    ]
    table(rows, text("last-bit-alt"))
    say("last-bit-why")


def failed(failure: Failure) -> dict[str, str]:
    return {
        text("way"): text(f"way-{failure.way}"),
        text("prediction"): figure(failure.out),
        text("gives"): f"{failure.found:.6g}",
        text("true"): f"{failure.true:.6g}",
    }


def the_softmax(network: settings.Settings) -> None:
    """Softmax with cross-entropy, proved entry by entry, and the shift that keeps it from overflowing."""
    from lesson.numeric.experiments.any_loss import shifted_softmax_signal, softmax, softmax_signal
    from lesson.numeric.snippet import code_of
    from lesson.symbolic.proof import LARGEST
    from lesson.symbolic.softmax import prove

    rows, outputs = (min(max(size, 2), LARGEST) for size in (network.batch, network.outputs))
    proof = prove(rows, outputs)
    say("softmax", outputs=outputs)
    code(code_of(softmax_signal))
    mark = st.success if proof.proved == proof.entries else st.error
    mark(text("softmax-proof", proved=proof.proved, entries=proof.entries), icon=":material/verified:")
    found = computed(softmax, rows, outputs, network.seed)
    matrices({text("softmax-signal"): found.signal})
    say("softmax-fails", shift=figure(found.naive_fails or np.inf), apart=figure(found.naive_apart))
    code(code_of(shifted_softmax_signal))
    say("softmax-shifted" if found.shifted_fails is None else "softmax-shifted-fails")
