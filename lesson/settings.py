"""What the learner can change: the values, the widgets that change them, the address that keeps them.

A control knows its key, which is its address parameter, its default, how a value is written in the
address, and which value is nearest to any text found there. Streamlit keeps widget and address
together; heed_address() comes before the widgets and puts right what an address got wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from lesson import page
from lesson.numeric.config import ACTIVATIONS, DTYPES, LIMITS, OPTIMIZERS, Config, Lane
from lesson.numeric.data import Normal, Source
from lesson.numeric.program.whitelist import MOST_CHARACTERS


def number(raw: str, default: float) -> float:
    """The number that a text means, the default where it means none."""
    try:
        value = float(raw)
    except ValueError:
        return default
    return default if math.isnan(value) else value


def label(key: str) -> str:
    return page.words()[key]


def hint(key: str) -> str | None:
    return page.words().get(f"{key}-help")


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


Control = Whole | Real | Step | Choice | Switch


def heed_address(*controls: Control) -> None:
    """Before the controls are first drawn: write what is nearest over what the address cannot mean.

    Where that changes the meaning a notice is left, which notices() shows.
    """
    corrected = {}
    for control in controls:
        seen = f"heeded {control.key}"
        if control.key not in st.query_params or seen in st.session_state:
            continue
        st.session_state[seen] = True
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


def notices() -> None:
    """Say what was corrected in the address, until the learner has taken note."""
    found: Iterable[tuple[str, str, str]] = st.session_state.get("notices", [])
    if not found:
        return
    sentences = [
        page.words()["notice"].format(parameter=f"`{key}`", asked=page.quoted(raw), given=f"`{written}`")
        for key, raw, written in found
    ]
    with st.container(border=True):
        st.warning("\n\n".join(sentences), icon=":material/edit_location_alt:")
        st.button(
            page.words()["notice-ok"], key="notice-ok", on_click=st.session_state.pop, args=("notices",)
        )


@dataclass(frozen=True)
class Settings:
    """The network and the seed, shared by all chapters."""

    batch: int = 64
    inputs: int = 3
    hidden: int = 2
    outputs: int = 1
    bias: bool = True
    activation: str = "relu"
    slope: float = 0.01
    seed: int = 0


BATCH, INPUTS, HIDDEN, OUTPUTS, SEED = (
    Whole(key, getattr(Settings(), key)) for key in ("batch", "inputs", "hidden", "outputs", "seed")
)
BIAS = Switch("bias", Settings.bias)
ACTIVATION = Choice("activation", ACTIVATIONS)
SLOPE = Real("slope", Settings.slope)


def network() -> Settings:
    """The shared controls, and what they say."""
    heed_address(BATCH, INPUTS, HIDDEN, OUTPUTS, BIAS, ACTIVATION, SLOPE, SEED)
    st.subheader(label("network"))
    left, right = st.columns(2)
    with left:
        inputs, outputs = INPUTS.widget(), OUTPUTS.widget()
    with right:
        hidden, batch = HIDDEN.widget(), BATCH.widget()
    bias, activation = BIAS.widget(), ACTIVATION.widget()
    slope = SLOPE.widget() if activation == "leaky_relu" else SLOPE.default
    return Settings(batch, inputs, hidden, outputs, bias, activation, slope, SEED.widget())


def program() -> str:
    """The backward pass that the learner wrote."""
    asked = st.query_params.get("program", "")[:MOST_CHARACTERS]
    return str(st.session_state.setdefault("program", asked) or "")


def keep_program() -> None:
    """What the learner wrote stays in the session and in the address, whatever page is open."""
    if program() != st.query_params.get("program", ""):
        st.query_params["program"] = program()


def kept_in_address() -> dict[str, str] | None:
    """What a link to another chapter takes along beside what the shell's own controls put there."""
    return {"program": program()} if program() else None


def program_editor(label: str, hint: str, placeholder: str) -> str:
    """The field in which the learner writes a backward pass."""
    st.text_area(
        label,
        key="program",
        height=250,
        max_chars=MOST_CHARACTERS,
        help=hint,
        placeholder=placeholder,
        persist_state="session",
    )
    return program()


@dataclass(frozen=True)
class Lab:
    """What the laboratory adds: the data, how long and how fast, and in which precision and where."""

    data: str = "normal"
    zeros: float = 0.8
    steps: int = 1001
    learning_rate: float = 1e-4
    optimizer: str = "sgd"
    program: str = ""
    by_hand: Lane = field(default_factory=Lane)
    autograd: Lane = field(default_factory=Lane)


DATA = Choice("data", ("normal", "sine", "cars", "sparse", "csv"))
ZEROS = Real("zeros", Lab.zeros)
STEPS = Whole("steps", Lab.steps)
OPTIMIZER = Choice("optimizer", OPTIMIZERS)
BACKWARD = Choice("backward", ("lesson", "yours"))
LEARNING_RATE = Step(
    "learning_rate",
    Lab.learning_rate,
    (*(float(f"{digit}e{power}") for power in range(-7, 0) for digit in (1, 2, 5)), 1.0),
)


def lane(name: str, devices: tuple[str, ...]) -> Lane:
    """The controls of one lane."""
    dtype, device = Choice(f"{name}_dtype", DTYPES), Choice(f"{name}_device", devices)
    heed_address(dtype, device)
    # Where there is one device there is nothing to choose.
    return Lane(dtype.widget(), device.widget() if len(devices) > 1 else devices[0])


def config(settings: Settings, source: Source | None = None, lab: Lab | None = None) -> Config:
    """The training that the controls describe; without a source or a lab, the notebook's."""
    lab = lab or Lab()
    return Config(
        source or Normal(settings.batch, settings.inputs, settings.outputs, settings.seed),
        hidden=settings.hidden,
        bias=settings.bias,
        activation=settings.activation,
        slope=settings.slope,
        seed=settings.seed,
        steps=lab.steps,
        learning_rate=lab.learning_rate,
        optimizer=lab.optimizer,
        program=lab.program,
        by_hand=lab.by_hand,
        autograd=lab.autograd,
    )
