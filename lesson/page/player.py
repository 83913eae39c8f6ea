"""A film: a picture that moves through its steps in the browser, by slider, by arrow keys, or played."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from lesson.page.show import picture
from lesson.page.words import keep_in_address, words

if TYPE_CHECKING:
    from lesson.charts.picture import Picture

HERE = Path(__file__).parent
HTML, CSS, JS = ((HERE / f"player.{kind}").read_text() for kind in ("html", "css", "js"))
PLAYER = st.components.v2.component("player", html=HTML, css=CSS, js=JS)


def film(drawn: Picture, alt: str, last: int, first: int = 0) -> None:
    """Draw a picture whose parameter `shown` is a step, with a player below it for the steps 0 to last.

    first: the step at which it stands before it is moved; afterwards the address has its step.
    """
    key = "step"
    with st.container(key=f"{key}-picture"):
        picture(drawn, alt)
    said = {name: words()[name] for name in ("play", "pause")} | {"label": words()["at-step"]}
    at = position(key, last, first)
    moved = PLAYER(
        key=key,
        data={"chart": f"{key}-picture", "last": last, "at": at, **said},
        default={"at": at},
        on_at_change=lambda: None,
    )
    keep_in_address(key, str(min(moved.at, last)), str(first))


def position(key: str, last: int, first: int) -> int:
    """The step at which the player was left, at first that in the address."""
    if key in st.session_state:
        return min(int(st.session_state[key].at), last)
    asked = st.query_params.get(key, "")
    return min(int(asked), last) if asked.isdecimal() and len(asked) < 9 else first
