"""Wrong gradients: eleven mistakes before four witnesses, and the notebook's mystery solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lesson import settings
from lesson.charts.lead import lead_chart
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import LINES
from lesson.numeric.training import curves
from lesson.page.compute import computed, side_by_side
from lesson.page.questions import ask
from lesson.page.show import code, fragment, over_steps, picture, table, tabs
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.wrong_gradients.mystery import Case
    from lesson.numeric.experiments.wrong_gradients.witnesses import Testimony
    from lesson.numeric.program.mistakes import Mistake

WITNESSES = ("shapes", "loss", "finite", "autograd")

Noticed = dict[str, dict[str, bool]]
"""By mistake, which witnesses have noticed it."""


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)


@fragment
def play(network: settings.Settings) -> None:
    tabs(collection=partial(collection, network), mystery=partial(the_mystery, network.seed))


def collection(network: settings.Settings) -> None:
    """One mistake, the learner's prediction, and on request what the witnesses say."""
    say("collection")
    if not network.bias:
        say("no-bias")
    known = chosen_mistake()
    on_kink = st.toggle(text("on-kink"), key="on-kink", help=text("on-kink-help"), persist_state="session")
    guess(known.name)
    called = st.session_state.setdefault("called", set())
    if st.button(text("testify"), icon=":material/gavel:", key="testify"):
        called.add((known.name, on_kink))
    noticed: Noticed = st.session_state.setdefault("noticed", {})
    if (known.name, on_kink) in called:
        heard(network, known.name, on_kink, noticed)
    the_collection(noticed)
    say("explain")
    ask("check-falling")


def chosen_mistake() -> Mistake:
    """A mistake of the learner's choice, its lines, and what they do."""
    titles = {title_of(known.name): known for known in COLLECTION}
    known = titles[st.selectbox(text("mistake"), list(titles), key="mistake", persist_state="session")]
    the_lines(known)
    say(f"mistake-{known.name}")
    return known


def heard(network: settings.Settings, name: str, on_kink: bool, noticed: Noticed) -> None:
    """What the witnesses say of a mistake, which is remembered."""
    from lesson.numeric.experiments.wrong_gradients.witnesses import testify

    testimony = computed(testify, name, settings.config(network), on_kink)
    # Where the kink is needed to see a mistake, that it was seen counts.
    before = noticed.get(name, {})
    noticed[name] = {who: saw or before.get(who, False) for who, saw in testimony.noticed.items()}
    the_testimony(name, testimony)


def title_of(name: str) -> str:
    return text(f"title-{name}")


def the_lines(known: Mistake) -> None:
    """The seven lines, with what is changed in them pointed out."""
    rows = []
    for name, line in zip(LINES, known.rows, strict=True):
        mark = ":material/edit:" if name in known.lines else ":material/check:"
        rows += [f"{mark} `{part}`" for part in line.splitlines()]
    with st.container(border=True):
        st.markdown("  \n".join(rows))


def guess(name: str) -> None:
    st.pills(
        text("guess"),
        WITNESSES,
        selection_mode="multi",
        format_func=lambda witness: text(f"witness-{witness}"),
        key=f"guess {name}",
        persist_state="session",
    )


def the_testimony(name: str, testimony: Testimony) -> None:
    """Each witness's answer beside the learner's guess, both losses, and why."""
    beside_the_guess(name, testimony)
    steps, shown = curves.together(dict(testimony.losses))
    named = {text(f"lines-{which}"): values for which, values in shown.items()}
    over_steps(steps, named, words()["loss"], text("losses-alt"), log=True)
    if not any(testimony.noticed.values()):
        say("nobody")
    say(f"why-{name}")


def beside_the_guess(name: str, testimony: Testimony) -> None:
    guessed = st.session_state.get(f"guess {name}")
    rows = [
        {
            text("column-witness"): text(f"witness-{witness}"),
            text("column-guess"): text("notices" if witness in guessed else "silent") if guessed else "–",
            text("column-answer"): text("notices" if saw else "silent"),
            text("column-saw"): evidence(witness, testimony),
        }
        for witness, saw in testimony.noticed.items()
    ]
    table(rows, text("testimony-alt"))


def evidence(witness: str, testimony: Testimony) -> str:
    """What a witness saw, in words."""
    if testimony.complaint:
        return text(f"saw-{witness}-misfit", said=testimony.complaint.replace("`", "'"))
    if witness == "loss":
        mistaken, right = testimony.losses["mistaken"], testimony.losses["right"]
        first, last, aim = (figure(float(loss)) for loss in (mistaken[0], mistaken[-1], right[-1]))
        return text("saw-loss", first=first, last=last, right=aim)
    if witness == "shapes":
        return text("saw-shapes")
    largest = testimony.largest[witness]
    if witness == "finite" and testimony.at_kink:
        kink = figure(100 * testimony.at_kink)
        return text("saw-finite-kink", largest=figure(100 * largest), kink=kink)
    if witness == "autograd" and testimony.first:
        return text("saw-later", largest=figure(100 * largest), step=testimony.first)
    return text("saw-nothing" if largest == 0 else f"saw-{witness}", largest=figure(100 * largest))


def the_collection(noticed: Noticed) -> None:
    """What the learner has collected so far: mistakes by witnesses."""
    if not noticed:
        return
    say("found", found=len(noticed), all=len(COLLECTION))
    rows = [
        {
            text("column-mistake"): title_of(name),
            **{text(f"witness-{w}"): text("notices" if noticed[name][w] else "silent") for w in WITNESSES},
        }
        for name in (known.name for known in COLLECTION)
        if name in noticed
    ]
    table(rows, text("found-alt"))


def the_mystery(seed: int) -> None:
    """The notebook's two trainings, its three suspects, the culprit, and the mended run."""
    from lesson.numeric.experiments.wrong_gradients import mystery
    from lesson.numeric.snippet import code_of

    say("mystery")
    with st.expander(text("loops")):
        code(code_of(mystery.by_hand))
        code(code_of(mystery.by_autograd))
    case = mystery.case(side_by_side(mystery.run, {name: (seed, name) for name in mystery.RUNS}))
    say("drift", seed=seed, gap=figure(case.gaps["float32"]))
    losses_over_steps({"by_hand": case.by_hand, "autograd": case.autograd}, words()["loss"], log=True)
    the_suspects(case, seed)
    losses_over_steps(case.apart, words()["loss-difference"], log=False)
    whose_loss_is_lower(seed)
    say("got-away")
    ask("check-b2")


def the_suspects(case: Case, seed: int) -> None:
    """The dtype, autograd and the sum, and what speaks for or against each."""
    from lesson.numeric.training.overview import overview

    training = computed(overview, replace(Config(seed=seed), source=Normal(64, 3, 1, seed)))
    say("suspect-arithmetic", gap=figure(case.gaps["float32"]), double=figure(case.gaps["float64"]))
    say("suspect-autograd", steps=f"{training.recorded:,}", largest=figure(training.largest_local))
    say("suspect-sum", gap=figure(case.gaps["mended"]))


def losses_over_steps(named: Mapping[str, np.ndarray], title: str, log: bool) -> None:
    steps, shown = curves.together({text(f"curve-{name}"): values for name, values in named.items()})
    over_steps(steps, shown, title, text("mystery-alt"), log)


@fragment
def whose_loss_is_lower(seed: int) -> None:
    """Many seeds at once, on request: sometimes one, sometimes the other."""
    from lesson.numeric.experiments.wrong_gradients.mystery import final_leads

    say("ahead")
    if st.button(text("ahead-button"), icon=":material/casino:", key="ahead"):
        st.session_state["ahead-asked"] = seed
    if st.session_state.get("ahead-asked") == seed:
        differences = computed(final_leads, seed)
        picture(lead_chart(seed, differences, words()), text("ahead-alt"))
        say("ahead-result", by_hand=int((differences < 0).sum()), all=len(differences))
