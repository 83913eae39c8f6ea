"""What the learner can change, as values, and the controls that change them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lesson import prose
from lesson.controls import Choice, Real, Step, Switch, Whole, correct_address, label
from lesson.numeric.config import ACTIVATIONS, MOST_DOUBLES, OPTIMIZERS, Config, Lane, possible_dtypes
from lesson.numeric.data import Normal, Source, Sparse
from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.page.words import language


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

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        return self.batch, self.inputs, self.hidden, self.outputs


BATCH, INPUTS, HIDDEN, OUTPUTS, SEED = (
    Whole(key, getattr(Settings(), key)) for key in ("batch", "inputs", "hidden", "outputs", "seed")
)
BIAS = Switch("bias", Settings.bias)
ACTIVATION = Choice("activation", ACTIVATIONS)
SLOPE = Real("slope", Settings.slope)


def network() -> Settings:
    """The shared controls, and what they say."""
    correct_address(BATCH, INPUTS, HIDDEN, OUTPUTS, BIAS, ACTIVATION, SLOPE, SEED)
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


DATA = Choice("data", ("normal", "sine", "cars", "sparse", "csv"))
ZEROS = Real("zeros", Sparse.zeros)
STEPS = Whole("steps", Config.steps)
OPTIMIZER = Choice("optimizer", OPTIMIZERS)
BACKWARD = Choice("backward", ("lesson", "yours"))
LEARNING_RATE = Step(
    "learning_rate",
    Config.learning_rate,
    (*(float(f"{digit}e{power}") for power in range(-7, 0) for digit in (1, 2, 5)), 1.0),
)


def lane(name: str, devices: tuple[str, ...]) -> Lane:
    """The controls of one lane of the network on the screen."""
    network: Settings = st.session_state["network"]
    dtypes = possible_dtypes(network.batch, network.hidden)
    dtype, device = Choice(f"{name}_dtype", dtypes), Choice(f"{name}_device", devices)
    correct_address(dtype, device)
    if len(dtypes) == 1:
        say_only_dtype(name, network)
    return Lane(dtype.widget(), device.widget())


def say_only_dtype(name: str, network: Settings) -> None:
    """Why there is no choice of a precision."""
    facts = {"now": f"{network.batch * network.hidden:,}", "most": f"{MOST_DOUBLES:,}"}
    said = prose.say(language(), "words", "float64-too-large", lane=label(f"{name}_dtype"), **facts)
    st.caption(said)


def config(settings: Settings, source: Source | None = None) -> Config:
    """The training of this network from this seed; without a source on normal data, as in the notebook."""
    return Config(
        source or Normal(settings.batch, settings.inputs, settings.outputs, settings.seed),
        hidden=settings.hidden,
        bias=settings.bias,
        activation=settings.activation,
        slope=settings.slope,
        seed=settings.seed,
    )
