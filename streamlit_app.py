"""The shell: page configuration, the way to the chapters, and the controls that they share."""

from functools import partial

from lesson import start

start.begin()

import streamlit as st  # noqa: E402

from lesson import prose, settings  # noqa: E402
from lesson.chapters import PARTS, WIDE, open_chapter  # noqa: E402
from lesson.page.memory import write_down  # noqa: E402
from lesson.page.words import asked_language, kept_in_address, language, words  # noqa: E402


def chapter(name: str) -> st.Page:
    """The page of a chapter, named in the learner's language."""
    title, summary = (prose.say(language(), name, section) for section in ("title", "summary"))
    return st.Page(
        partial(open_chapter, name), title=title, url_path=name, help=summary, default=name == "home"
    )


def table_of_contents(pages: dict[str, st.Page]) -> None:
    """Links to all chapters by part. (Streamlit's own menu with headings is no valid list for axe.)"""
    kept = kept_in_address() or None
    for part, names in PARTS.items():
        st.caption(words()[part])
        for name in names:
            st.page_link(pages[name], query_params=kept)


st.session_state["language"] = asked_language()
pages = {name: chapter(name) for names in PARTS.values() for name in names}
# First of all: what reruns the script before this line would end on the home page.
current = st.navigation(list(pages.values()), position="hidden")
wide = current in [pages[name] for name in WIDE]
st.set_page_config(page_icon="assets/icon.svg", layout="wide" if wide else "centered")
st.session_state["pages"] = pages
settings.keep_program()
with st.sidebar:
    # Drawn here and not in a page, so that a switch of pages keeps the values and the address.
    st.session_state["network"] = settings.network()
    with st.container(gap="xxsmall"):
        table_of_contents(pages)
current.run()
with st.sidebar:
    write_down()
start.preload()
