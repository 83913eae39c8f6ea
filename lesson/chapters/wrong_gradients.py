"""Wrong gradients: eleven mistakes before four witnesses, and the notebook's mystery solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from lesson import settings
from lesson.chapters.duel import duel
from lesson.chapters.testimony import WITNESSES, answer, evidence, the_lines, title_of
from lesson.charts.lead import lead_chart
from lesson.numeric.config import Config
from lesson.numeric.data import Normal
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.training import curves
from lesson.page.compute import computed, side_by_side
from lesson.page.memory import progress, reached
from lesson.page.questions import ask
from lesson.page.show import code, fragment, over_steps, picture, table, tabs
from lesson.page.words import figure, say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.wrong_gradients.mystery import Case
    from lesson.numeric.experiments.wrong_gradients.witnesses import Testimony, Witness
    from lesson.numeric.program.mistakes import Mistake

NOBODY = "nobody"


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)


@fragment
def play(network: settings.Settings) -> None:
    tabs(
        collection=partial(collection, network),
        mystery=partial(the_mystery, network.seed),
        duel=partial(duel, network),
    )


def collection(network: settings.Settings) -> None:
    """One mistake, the learner's prediction, and then on request what the witnesses say."""
    say("collection")
    if not network.bias:
        say("no-bias")
    known = chosen_mistake()
    on_kink = st.toggle(text("on-kink"), key="on-kink", help=text("on-kink-help"), persist_state="session")
    called: set[tuple[str, bool]] = st.session_state.setdefault("called", set())
    guessed = guess(known.name, stands=bool(called & {(known.name, True), (known.name, False)}))
    st.button(
        text("testify"),
        icon=":material/gavel:",
        key="testify",
        disabled=not guessed,
        on_click=called.add,
        args=((known.name, on_kink),),
    )
    if (known.name, on_kink) in called:
        heard(network, known.name, on_kink)
    the_collection(network)
    say("explain")
    ask("check-falling")


def chosen_mistake() -> Mistake:
    """A mistake of the learner's choice, its lines, and what they do."""
    titles = {title_of(known.name): known for known in COLLECTION}
    known = titles[st.selectbox(text("mistake"), list(titles), key="mistake", persist_state="session")]
    the_lines(known)
    say(f"mistake-{known.name}")
    return known


def heard(network: settings.Settings, name: str, on_kink: bool) -> None:
    """What the witnesses say of a mistake, which is remembered."""
    from lesson.numeric.experiments.wrong_gradients.witnesses import testify

    testimony = computed(testify, name, settings.config(network), on_kink)
    note(name, testimony.noticed)
    reached(f"mistake.{name}")
    the_testimony(name, testimony)


def noticed() -> dict[str, dict[Witness, bool]]:
    """By mistake, which witnesses have noticed it since the learner came."""
    so_far: dict[str, dict[Witness, bool]] = st.session_state.setdefault("noticed", {})
    return so_far


def note(name: str, now: Mapping[Witness, bool]) -> None:
    """Remember who noticed a mistake; the first hearing says how many witnesses were predicted rightly."""
    # Where the kink is needed to see a mistake, that it was seen counts.
    before = noticed().get(name, {})
    noticed()[name] = {who: saw or before.get(who, False) for who, saw in now.items()}
    guessed = st.session_state.get(f"guess {name}") or ()
    right = sum((who in guessed) == saw for who, saw in now.items())
    st.session_state.setdefault("predicted", {}).setdefault(name, right)


def guess(name: str, stands: bool) -> bool:
    """Whether the learner has said who will notice; once the witnesses testified, that stands."""
    labels = {who: text(f"witness-{who}") for who in (*WITNESSES, NOBODY)}
    guessed = st.pills(
        text("guess"),
        list(labels),
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=f"guess {name}",
        disabled=stands,
        persist_state="session",
    )
    if not guessed:
        st.caption(text("guess-first"))
    elif NOBODY in guessed and len(guessed) > 1:
        st.caption(text("guess-either"))
    return bool(guessed) and (NOBODY not in guessed or len(guessed) == 1)


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
    guessed = st.session_state[f"guess {name}"]
    rows = [
        {
            text("column-witness"): text(f"witness-{witness}"),
            text("column-guess"): answer(witness in guessed),
            text("column-answer"): answer(saw),
            text("column-saw"): evidence(witness, testimony),
        }
        for witness, saw in testimony.noticed.items()
    ]
    table(rows, text("testimony-alt"))


def the_collection(network: settings.Settings) -> None:
    """What the learner has collected, mistakes by witnesses, and how good the guesses were."""
    found = [known.name for known in COLLECTION if f"mistake.{known.name}" in progress().marks]
    if not found:
        return
    say("found", found=len(found), all=len(COLLECTION))
    predicted: dict[str, int] = st.session_state.get("predicted", {})
    if predicted:
        say("score", right=sum(predicted.values()), all=len(WITNESSES) * len(predicted))
    call_again(network, [name for name in found if name not in noticed()])
    rows = [
        {
            text("column-mistake"): title_of(name),
            **{
                text(f"witness-{who}"): answer(noticed()[name][who]) if name in noticed() else "–"
                for who in WITNESSES
            },
        }
        for name in found
    ]
    table(rows, text("found-alt"))


def call_again(network: settings.Settings, names: Sequence[str]) -> None:
    """On request, what the witnesses say of mistakes that were found when the learner was here before."""
    from lesson.numeric.experiments.wrong_gradients.witnesses import testify

    if not names:
        return
    place, config = st.empty(), settings.config(network)
    if place.button(text("testify-again"), key="testify-again", icon=":material/gavel:"):
        place.empty()
        again = side_by_side(testify, {name: (name, config, False) for name in names})
        for name, testimony in again.items():
            noticed()[name] = testimony.noticed


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
