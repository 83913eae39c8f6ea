"""The shell: page configuration, the shared controls, the way to the chapters."""

from functools import partial
from importlib import import_module

import streamlit as st

from lesson import page, prose, settings
from lesson.chapters import PARTS


def open_chapter(name: str) -> None:
    """Draw the shared controls, then the chapter."""
    st.session_state["chapter"] = name
    with st.sidebar:
        network = settings.network()
    st.title(page.text("title"))
    settings.notices()
    import_module(f"lesson.chapters.{name.replace('-', '_')}").render(network)


def chapter(name: str) -> st.Page:
    """The page of a chapter, named in the learner's language."""
    title, summary = (prose.say(page.language(), name, section) for section in ("title", "summary"))
    return st.Page(
        partial(open_chapter, name), title=title, url_path=name, help=summary, default=name == "home"
    )


st.set_page_config(page_icon="assets/icon.svg", layout="centered")
st.session_state["pages"] = pages = {name: chapter(name) for names in PARTS.values() for name in names}
st.navigation(
    {page.words()[part]: [pages[name] for name in names] for part, names in PARTS.items()}, expanded=True
).run()
