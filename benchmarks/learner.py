"""A learner without a browser: one Streamlit session over its own websocket protocol."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

SUCCESSFUL = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
WIDGETS = (
    "button",
    "button_group",
    "checkbox",
    "number_input",
    "radio",
    "selectbox",
    "slider",
    "text_area",
    "text_input",
)
PATIENCE = 120
"""Seconds for an answer."""

TEXTS = {"markdown": "body", "alert": "body", "heading": "body"}


@dataclass
class Widget:
    """What the server last said of a widget, the fragment in which it stands, and the labels of tabs."""

    kind: str
    proto: Any
    fragment: str
    labels: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key that the page gave it, or "" without."""
        key = str(self.proto.id).split("-", 2)[2]
        return "" if key == "None" else key


@dataclass
class Learner:
    """A session that opens a page, moves its controls and waits for the answers.

    server is http://host:port; query the address parameters with which the page is opened. Made with
    `async with`. A real browser's tab does the same, and draws.
    """

    server: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    page: str = ""
    widgets: dict[str, Widget] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    tabs: dict[tuple[int, ...], Widget] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        host = urlsplit(self.server).netloc
        self.socket: ClientConnection = await connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=self.server,  # type: ignore[arg-type]
            additional_headers=self.headers,
            max_size=None,
            open_timeout=60,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def open(self, chapter: str = "home") -> float:
        """Go to a chapter, as by a link in the sidebar. Returns seconds."""
        self.page = self.pages.get(chapter, "")
        message = BackMsg()
        message.rerun_script.page_name = "" if chapter == "home" or self.page else chapter
        return await self.rerun(message)

    async def move(self, widget: Widget, value: object) -> float:
        """Give a widget another value, as its wire format has it. Returns seconds until the page is done."""
        state = WidgetState(id=widget.proto.id)
        if isinstance(value, list):
            array = state.double_array_value if isinstance(value[0], float) else state.string_array_value
            array.data[:] = value
        else:
            kind = {bool: "bool_value", float: "double_value", int: "int_value", str: "string_value"}
            name = "trigger_value" if widget.kind == "button" else kind[type(value)]
            setattr(state, name, value)
        bound = getattr(widget.proto, "query_param_key", "")
        if bound:
            shown = value[0] if isinstance(value, list) else value
            self.query[bound] = f"{shown:g}" if isinstance(shown, float) else str(shown).lower()
        message = BackMsg()
        message.rerun_script.fragment_id = widget.fragment
        seconds = 0.0
        if widget.kind == "button":
            message.rerun_script.widget_states.widgets.append(state)
            seconds = await self.rerun(message)
        else:
            self.states[state.id] = state
            seconds = await self.rerun(message)
        return seconds

    async def rerun(self, message: BackMsg) -> float:
        """Send what a browser sends, and read until the script has finished."""
        request = message.rerun_script
        request.query_string = urlencode(self.query)
        request.page_script_hash = self.page
        request.widget_states.widgets.extend(self.states.values())
        if not request.fragment_id:
            self.texts.clear()
            self.tabs.clear()
        # What the answer does not draw again has left the page; Streamlit never answers its controls.
        self.widgets = {
            number: widget
            for number, widget in self.widgets.items()
            if request.fragment_id and widget.fragment != request.fragment_id
        }
        begun = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                data = await self.socket.recv()
                assert isinstance(data, bytes)
                if self.hear(ForwardMsg.FromString(data)):
                    return time.perf_counter() - begun

    def hear(self, message: ForwardMsg) -> bool:
        """Take note of a message; whether the page is done with it."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            for page in message.navigation.app_pages:
                self.pages[page.url_pathname or "home"] = page.page_script_hash
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string))
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self.see(message.delta.new_element, message.delta.fragment_id)
        elif kind == "delta":
            place = tuple(message.metadata.delta_path)
            self.see_block(message.delta.add_block, place, message.delta.fragment_id)
        return kind == "script_finished" and message.script_finished in SUCCESSFUL

    def see(self, element: Element, fragment: str) -> None:
        """An element of the page: a widget, a text, or an error."""
        kind = element.WhichOneof("type")
        if kind in WIDGETS:
            widget = Widget(kind, getattr(element, kind), fragment)
            self.widgets[widget.proto.id] = widget
        elif kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind in TEXTS:
            self.texts.append(str(getattr(getattr(element, kind), TEXTS[kind])))

    def see_block(self, block: Block, place: tuple[int, ...], fragment: str) -> None:
        """A part of the page: tabs of which only the open one is drawn are a widget."""
        kind = block.WhichOneof("type")
        if kind == "tab_container" and block.tab_container.id:
            widget = Widget("tabs", block.tab_container, fragment)
            self.widgets[widget.proto.id] = self.tabs[place] = widget
        elif kind == "tab" and place[:-1] in self.tabs:
            self.tabs[place[:-1]].labels.append(block.tab.label)

    def by_key(self, key: str) -> Widget:
        """The widget that the page knows by this key."""
        return next(widget for widget in self.widgets.values() if widget.key == key)

    def controls(self) -> Iterator[Widget]:
        """What can be moved on the page at present."""
        return (widget for widget in self.widgets.values() if not getattr(widget.proto, "disabled", False))
