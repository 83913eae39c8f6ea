"""The lesson in Streamlit's own test harness, opened at an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "streamlit_app.py"
# AppTest cannot switch between pages that are functions; the shell opens them like this.
OPEN = """
import streamlit as st

from lesson.chapters import open_chapter
from lesson.settings import network

st.session_state["network"] = network()
open_chapter({!r})
"""


def open_page(chapter: str = "home", /, **address: object) -> AppTest:
    """A chapter as a browser meets it at an address with these parameters."""
    app = AppTest.from_file(str(APP)) if chapter == "home" else AppTest.from_string(OPEN.format(chapter))
    for name, value in address.items():
        app.query_params[name] = str(value)
    app.run(timeout=60)
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds: list[Any] = [app.markdown, app.success, app.warning, app.error, app.info, app.title, app.caption]
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}
