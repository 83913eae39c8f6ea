"""The lesson in Streamlit's own test harness, opened at an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from lesson.page import memory

# AppTest knows no cookies.
patch.object(memory, "cookie", return_value="").start()

APP = Path(__file__).parents[2] / "streamlit_app.py"
# AppTest cannot switch between pages that are functions; the shell opens them like this.
OPEN = """
from functools import partial

import streamlit as st

from lesson.chapters import PARTS, open_chapter
from lesson.page.words import asked_language
from lesson.settings import keep_program, network

st.session_state["language"] = asked_language()
names = [name for part in PARTS.values() for name in part]
pages = {{name: st.Page(partial(open_chapter, name), title=name, url_path=name) for name in names}}
st.navigation(list(pages.values()), position="hidden")
st.session_state["pages"] = pages
st.session_state["network"] = network()
keep_program()
open_chapter({!r})
"""
NETWORKS: dict[str, dict[str, object]] = {
    "default": {},
    "smallest": {"batch": 1, "inputs": 1, "hidden": 1, "outputs": 1},
    "four": {"batch": 4, "inputs": 4, "hidden": 4, "outputs": 4},
    "largest": {"batch": 8192, "inputs": 256, "hidden": 1024, "outputs": 32},
    "no-bias": {"bias": "false"},
    "leaky": {"activation": "leaky_relu", "slope": 0.3},
}
"""Address parameters of the networks on which each chapter is opened."""
PATIENCE = 300
"""Seconds after which a page hangs, on however busy a machine."""


def open_page(chapter: str = "home", tab: str = "", /, **address: object) -> AppTest:
    """A chapter as a browser meets it at an address with these parameters, and this tab of it open."""
    app = (
        AppTest.from_file(str(APP), default_timeout=PATIENCE)
        if chapter == "home"
        else AppTest.from_string(OPEN.format(chapter), default_timeout=PATIENCE)
    )
    for name, value in address.items():
        app.query_params[name] = str(value)
    if tab:
        app.query_params["tab"] = tab
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds: list[Any] = [app.markdown, app.success, app.warning, app.error, app.info, app.title, app.caption]
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}
