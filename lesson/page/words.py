"""What a page says: its sections, its questions, and numbers and names in the middle of a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from lesson import prose

if TYPE_CHECKING:
    from lesson.numeric.program import ProgramError


def language() -> str:
    """What asked_language() gave when the page was drawn; an address takes long to read a hundred times."""
    return str(st.session_state["language"])


def asked_language() -> str:
    """The language of the address parameter `lang`, if there is such a folder, else English."""
    asked = st.query_params.get("lang", "en")
    return asked if asked in prose.languages() else "en"


def words() -> Mapping[str, str]:
    """The labels of widgets and charts."""
    return prose.sections(language(), "words")


def phrase(section: str, **values: object) -> str:
    """A sentence that pages share."""
    return prose.say(language(), "words", section, **values)


def chapter() -> str:
    """The name of the chapter on the screen; the shell keeps it, as fragments rerun without it."""
    return str(st.session_state["chapter"])


def text(section: str, **values: object) -> str:
    """A section of this chapter."""
    return prose.say(language(), chapter(), section, **values)


LINK = re.compile(r"\[([^\]]+)\]\(([a-z-]+)\)")
"""A link in prose to a chapter, by its name."""


def say(section: str, **values: object) -> None:
    """Print a section of this chapter; links to chapters stand below it, and lose nothing."""
    said = text(section, **values)
    st.markdown(LINK.sub(r"\1", said))
    for label, name in LINK.findall(said):
        lead_to(name, label[0].upper() + label[1:], ":material/arrow_forward:")


def lead_to(name: str, label: str, icon: str, **address: str) -> None:
    """A link to another chapter, with these address parameters beside those that all pages keep."""
    pages = st.session_state["pages"]
    st.page_link(pages[name], label=label, icon=icon, query_params=kept_in_address() | address or None)


def go_to(name: str) -> NoReturn:
    """Open another chapter. The network's controls put themselves into its address."""
    kept = {name: value for name, value in kept_in_address().items() if name not in NETWORK}
    st.switch_page(st.session_state["pages"][name], query_params=kept)


NETWORK = ("batch", "inputs", "hidden", "outputs", "bias", "activation", "slope", "seed")
KEPT = (*NETWORK, "lang", "view", "program")
"""The address parameters of every page."""


def kept_in_address() -> dict[str, str]:
    """What a link to another chapter takes along: the learner's network, language, view and program."""
    address = st.query_params.to_dict()
    return {name: address[name] for name in KEPT if name in address}


def keep_in_address(key: str, name: str, default: str) -> None:
    """Let the address say what was chosen, by a name that no translation changes; nothing for the default."""
    if name != default:
        st.query_params[key] = name
    elif key in st.query_params:
        del st.query_params[key]


def figure(value: float) -> str:
    """A number for the eye: three digits, plain where that is short, exact zero as 0."""
    if value == 0 or not math.isfinite(value):
        # Minus zero is zero.
        return f"{value + 0.0:.0f}"
    return f"{value:,.4g}" if 1e-3 <= abs(value) < 1e6 else f"{value:.1e}"


def quoted(text: str) -> str:
    """What somebody typed, shortened, as inline code that can break nothing."""
    shown = "".join(c if c.isprintable() else " " for c in text).replace("`", "'")
    return f"`{shown[:40]}{'…' if len(shown) > 40 else ''}`"


def sides(shape: Sequence[int]) -> str:
    """A shape in words: 64 × 2."""
    return " × ".join(map(str, shape)) or words()["a-number"]


def program_error(error: ProgramError) -> str:
    """What is wrong with a learner's program, and where, as a sentence."""
    facts = {
        name: sides(fact) if isinstance(fact, tuple) else quoted(str(fact))
        for name, fact in error.facts.items()
    }
    sentence = phrase(f"error-{error.reason}", **facts)
    return phrase("at", line=error.line, column=error.column, sentence=sentence)
