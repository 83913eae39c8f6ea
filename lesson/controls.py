"""Controls: each keeps widget, value and address parameter together under one key.

A control knows its key, which is its address parameter, its default, how a value is written in the
address, and which value is nearest to any text found there. Streamlit keeps widget and address
together; correct_address() comes before the widgets and puts right what an address got wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from lesson.numeric.config import LIMITS
from lesson.page.words import quoted, words


def number(raw: str, default: float) -> float:
    """The number that a text means, the default where it means none."""
    try:
        value = float(raw)
    except ValueError:
        return default
    return default if math.isnan(value) else value


def label(key: str) -> str:
    return words()[key]


def hint(key: str) -> str | None:
    return words().get(f"{key}-help")


@dataclass(frozen=True)
class Whole:
    """A whole number within LIMITS."""

    key: str
    default: int

    def nearest(self, raw: str) -> int:
        low, high = LIMITS[self.key]
        return round(min(max(number(raw, self.default), low), high))

    def written(self, value: float) -> str:
        return str(value)

    def widget(self) -> int:
        low, high = LIMITS[self.key]
        return st.number_input(
            label(self.key), low, high, self.default, key=self.key, bind="query-params", help=hint(self.key)
        )


@dataclass(frozen=True)
class Real:
    """A number between two ends, on a slider."""

    key: str
    default: float
    low: float = 0.0
    high: float = 1.0

    def nearest(self, raw: str) -> float:
        return min(max(number(raw, self.default), self.low), self.high)

    def written(self, value: float) -> str:
        return f"{value:g}"

    def widget(self) -> float:
        return st.slider(
            label(self.key),
            self.low,
            self.high,
            self.default,
            0.01,
            key=self.key,
            bind="query-params",
            help=hint(self.key),
            persist_state="session",
        )


@dataclass(frozen=True)
class Step:
    """One number of a rising scale, for what spans many powers of ten."""

    key: str
    default: float
    scale: tuple[float, ...]

    def nearest(self, raw: str) -> float:
        value = min(max(number(raw, self.default), self.scale[0]), self.scale[-1])
        return min(self.scale, key=lambda step: abs(math.log(step / value)))

    def written(self, value: float) -> str:
        return f"{value:g}"

    def widget(self) -> float:
        return st.select_slider(
            label(self.key),
            self.scale,
            self.default,
            self.written,
            key=self.key,
            bind="query-params",
            help=hint(self.key),
        )


@dataclass(frozen=True)
class Choice:
    """One of a few names, the same in the address, in the code and on the screen."""

    key: str
    options: tuple[str, ...]

    def nearest(self, raw: str) -> str:
        return raw if raw in self.options else self.options[0]

    def written(self, value: str) -> str:
        return value

    def widget(self) -> str:
        if len(self.options) == 1:
            # There is nothing to choose.
            return self.options[0]
        return st.radio(
            label(self.key),
            self.options,
            horizontal=True,
            key=self.key,
            bind="query-params",
            help=hint(self.key),
        )


@dataclass(frozen=True)
class Switch:
    """On or off, true or false in the address."""

    key: str
    default: bool

    def nearest(self, raw: str) -> bool:
        return {"true": True, "false": False}.get(raw.lower(), self.default)

    def written(self, value: bool) -> str:
        return str(value).lower()

    def widget(self) -> bool:
        return st.toggle(
            label(self.key), self.default, key=self.key, bind="query-params", help=hint(self.key)
        )


def segments(label: str, options: Sequence[str], key: str, default: str = "") -> str:
    """One of a few names beside each other, at first that in the address, the default or else the first."""
    default = default or options[0]
    return st.segmented_control(
        label,
        options,
        default=default,
        key=key,
        required=True,
        bind="query-params",
        persist_state="session",
    )


Control = Whole | Real | Step | Choice | Switch


def correct_address(*controls: Control) -> None:
    """Before the controls are first drawn: write what is nearest over what the address cannot mean.

    Where that changes the meaning a notice is left, which show_corrections() shows.
    """
    corrected = {}
    for control in controls:
        # A widget that was drawn has the address in its hands, whatever a client sends.
        if control.key not in st.query_params or control.key in st.session_state:
            continue
        raw = st.query_params[control.key]
        value = control.nearest(raw)
        written = control.written(value)  # type: ignore[arg-type]
        if raw != written:
            corrected[control.key] = written
            if raw.lower() != written and number(raw, math.nan) != value:
                st.session_state.setdefault("notices", []).append((control.key, raw, written))
    if corrected:
        # The widgets take their first values from the address, so it is put right and read again.
        st.query_params.update(corrected)
        st.rerun()


def show_corrections() -> None:
    """Say what was corrected in the address, until the learner has taken note."""
    corrections: Iterable[tuple[str, str, str]] = st.session_state.get("notices", [])
    if not corrections:
        return
    sentences = [
        words()["notice"].format(parameter=f"`{key}`", asked=quoted(raw), given=f"`{written}`")
        for key, raw, written in corrections
    ]
    with st.container(border=True):
        st.warning("\n\n".join(sentences), icon=":material/edit_location_alt:")
        st.button(words()["notice-ok"], key="notice-ok", on_click=st.session_state.pop, args=("notices",))
