"""Wrong gradients, the duel: one plants a mistake and sends a link, the other finds it with few witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from lesson import settings
from lesson.chapters.testimony import WITNESSES, answer, evidence, the_lines, title_of
from lesson.numeric.experiments.wrong_gradients import sealed
from lesson.numeric.experiments.wrong_gradients.sealed import Opened, SealError
from lesson.numeric.program import ProgramError, scaffold
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import seven_lines
from lesson.page.compute import computed
from lesson.page.show import code, table
from lesson.page.words import figure, kept_in_address, lead_to, program_error, say, text

if TYPE_CHECKING:
    from lesson.numeric.experiments.wrong_gradients.witnesses import Testimony, Witness


@dataclass
class Duel:
    """How far the learner is: which witnesses were called, on the kink or not, and which line was accused."""

    token: str
    called: list[tuple[Witness, bool]] = field(default_factory=list)
    accused: str = ""


def duel(network: settings.Settings) -> None:
    """A mistake to find, where the address has one, else one to plant."""
    if not network.bias:
        say("no-bias")
    token = st.query_params.get("duel", "")
    if token:
        challenge(token, network)
    else:
        plant(network)


def plant(network: settings.Settings) -> None:
    """A mistake of the learner's choice, and the link to send; or one that nobody chose, to find oneself."""
    say("duel")
    names = {title_of(known.name): known.name for known in COLLECTION} | {text("own-lines"): ""}
    name = names[st.selectbox(text("plant"), list(names), key="plant", persist_state="session")]
    own = "" if name else settings.program()
    if not name and not sendable(own, network):
        return
    with st.container(horizontal=True):
        st.button(
            text("make-link"),
            key="make-link",
            icon=":material/link:",
            on_click=seal,
            args=(name, own),
        )
        st.button(text("draw"), key="draw", icon=":material/casino:", on_click=draw, args=(network.bias,))
    planted, token = st.session_state.get("sealed", ("", ""))
    if token and planted == (name or own):
        say("send")
        st.code(link(token), language=None, wrap_lines=True)


def sendable(own: str, network: settings.Settings) -> bool:
    """Whether a learner's own lines can stand before the witnesses, with a mistake in them; else why not."""
    from lesson.numeric.experiments.wrong_gradients.own_lines import faults

    if not own.strip():
        st.info(text("own-lines-none"))
        lead_to("your-turn", text("to-your-turn"), ":material/edit:")
        return False
    code(own)
    try:
        sealed.sealed_lines(own)
        at_fault = computed(faults, own, settings.config(network))
    except ProgramError as error:
        st.error(program_error(error), icon=":material/error:")
        return False
    except SealError:
        st.error(text("own-lines-too-long"), icon=":material/error:")
        return False
    if not at_fault:
        st.info(text("own-lines-right"))
    return bool(at_fault)


def seal(name: str, own: str) -> None:
    token = sealed.sealed(name) if name else sealed.sealed_lines(own)
    st.session_state["sealed"] = (name or own, token)


def draw(bias: bool) -> None:
    st.query_params["duel"] = sealed.drawn(scaffold.wanted(bias))


def link(token: str) -> str:
    """The address to send: with the network, and without what the learner wrote."""
    kept = {name: value for name, value in kept_in_address().items() if name != "program"}
    return f"{st.context.url or ''}?{urlencode({**kept, 'tab': 'duel', 'duel': token})}"


def challenge(token: str, network: settings.Settings) -> None:
    """The witnesses to call, the line to accuse, and then the verdict."""
    try:
        held = sealed.opened(token)
        at_fault = wrong_lines(held, network)
        if at_fault:
            the_case(played(token), held, at_fault, network)
        else:
            st.info(text("duel-nothing"))
    except SealError:
        st.error(text("duel-damaged"), icon=":material/error:")
    except ProgramError:
        st.error(text("duel-cannot-run"), icon=":material/error:")
    st.button(text("leave"), key="leave", icon=":material/add:", on_click=leave)


def leave() -> None:
    del st.query_params["duel"]


def wrong_lines(held: Opened, network: settings.Settings) -> Sequence[str]:
    """The names of those of the seven lines that are wrong."""
    from lesson.numeric.experiments.wrong_gradients.own_lines import faults

    if held.known:
        return [name for name in held.known.lines if name in scaffold.wanted(network.bias)]
    return computed(faults, held.text, settings.config(network))


def played(token: str) -> Duel:
    """The duel of this token as far as it was played; another token begins anew."""
    so_far: Duel | None = st.session_state.get("duel")
    if so_far is None or so_far.token != token:
        so_far = st.session_state["duel"] = Duel(token)
        st.session_state.pop("suspect", None)
    return so_far


def the_case(so_far: Duel, held: Opened, at_fault: Sequence[str], network: settings.Settings) -> None:
    say("case")
    code(seven_lines())
    call_witnesses(so_far)
    if so_far.called:
        heard_so_far(so_far, held, network)
    accuse(so_far, network.bias)
    if so_far.accused:
        verdict(so_far, held, at_fault)


def call_witnesses(so_far: Duel) -> None:
    """A button for each witness, who testifies once off the kink and once on it."""
    on_kink = st.toggle(text("on-kink"), key="on-kink", help=text("on-kink-help"), persist_state="session")
    with st.container(horizontal=True):
        for witness in WITNESSES:
            st.button(
                text(f"witness-{witness}"),
                key=f"call-{witness}",
                icon=":material/gavel:",
                disabled=bool(so_far.accused) or (witness, on_kink) in so_far.called,
                on_click=so_far.called.append,
                args=((witness, on_kink),),
            )
    st.markdown(text("called", count=len(so_far.called)))


def heard_so_far(so_far: Duel, held: Opened, network: settings.Settings) -> None:
    """What the witnesses said who were called, in their order."""
    from lesson.numeric.experiments.wrong_gradients.witnesses import testify_against

    rows = []
    for witness, on_kink in so_far.called:
        testimony = computed(testify_against, held.text, settings.config(network), on_kink)
        called = text(f"witness-{witness}")
        rows.append(
            {
                text("column-witness"): text("called-on-kink", witness=called) if on_kink else called,
                text("column-answer"): answer(testimony.noticed[witness]),
                text("column-saw"): evidence_by_gradient(witness, testimony),
            }
        )
    table(rows, text("called-alt"))


def evidence_by_gradient(witness: str, testimony: Testimony) -> str:
    """What a witness saw; who compares gradients says it of each."""
    said = evidence(witness, testimony)
    shares = testimony.by_gradient.get(witness, {})
    if not any(shares.values()):
        return said
    each = ", ".join(f"`{name}`\u00a0{figure(100 * share)}\u00a0%" for name, share in shares.items())
    return text("saw-each", said=said, each=each)


def accuse(so_far: Duel, bias: bool) -> None:
    """The lines to choose from, and the button that makes the choice final."""
    suspect = st.radio(
        text("suspect"),
        scaffold.wanted(bias),
        format_func="`{}`".format,
        index=None,
        horizontal=True,
        key="suspect",
        disabled=bool(so_far.accused),
    )
    if not suspect:
        st.caption(text("accuse-first"))
    st.button(
        text("accuse"),
        key="accuse",
        disabled=not suspect or bool(so_far.accused),
        on_click=setattr,
        args=(so_far, "accused", suspect),
    )


def verdict(so_far: Duel, held: Opened, at_fault: Sequence[str]) -> None:
    """Whether it was that line, after how many witnesses, and what the lines are."""
    count, names = len(so_far.called), ", ".join(f"`{name}`" for name in at_fault)
    facts = {"line": so_far.accused, "lines": names, "count": count}
    if so_far.accused in at_fault:
        st.success(text("verdict-right", **facts), icon=":material/verified:")
    else:
        st.error(text("verdict-wrong", **facts), icon=":material/gavel:")
    if held.known:
        the_lines(held.known)
        say(f"mistake-{held.known.name}")
        say(f"why-{held.known.name}")
    else:
        code(held.text)
