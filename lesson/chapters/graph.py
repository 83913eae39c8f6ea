"""Graph: what a forward pass leaves behind, and how its if and its loop change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lesson import settings
from lesson.charts.graph import graph_chart
from lesson.controls import segments
from lesson.page.compute import computed
from lesson.page.questions import ask
from lesson.page.show import code, fragment, picture, table
from lesson.page.words import say, text, words

if TYPE_CHECKING:
    from lesson.numeric.experiments.graph import Graph


def render(network: settings.Settings) -> None:
    say("question")
    ask("predict")
    play(network)
    say("explain")
    ask("check-built")
    ask("check-kept")


@fragment
def play(network: settings.Settings) -> None:
    """A forward pass of the learner's choice, its code, and both graphs that it left."""
    from lesson.numeric.experiments.graph import FORWARDS, SHOWN, graphs
    from lesson.numeric.snippet import code_of

    say("forward-pass")
    way = segments(text("way"), list(FORWARDS), "way")
    times = st.slider(text("times"), 0, 4, 2, key="times", persist_state="session") if way == "loop" else 1
    code(code_of(SHOWN[way]))
    recorded = computed(graphs, settings.config(network), way, times)
    activated = any(node.lines == "grad_h" for node in recorded.backward.nodes)
    note = ("if-note-ran" if activated else "if-note-skipped") if way == "if" else f"{way}-note"
    say(note, times=times, operations=recorded.backward.operations)
    both_graphs(recorded.forward, recorded.backward, "addmm" if network.bias else "matmul")
    kept(recorded.backward)
    say("kept-why")
    if activated:
        say(f"kept-{network.activation}")


def both_graphs(forward: Graph, backward: Graph, product: str) -> None:
    """What the forward pass did, and what backward() will do."""
    say("forward", product=text(product))
    picture(graph_chart(forward, words()), text("forward-alt"))
    say("backward", operations=backward.operations, weights=backward.weights)
    picture(graph_chart(backward, words()), text("backward-alt"))
    st.caption(text("zoom"))


def kept(graph: Graph) -> None:
    """Which tensors each operation keeps for the way back."""
    say("kept")
    rows = [
        {text("column-node"): node.name, words()["kept"]: node.kept or text("nothing")}
        for node in graph.nodes
        if node.kind != "weights"
    ]
    table(rows, text("kept-alt"))
