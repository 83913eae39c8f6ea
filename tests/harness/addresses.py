"""Where every chapter is found."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from lesson import prose
from lesson.chapters import PARTS


def addresses(network: Mapping[str, int]) -> dict[str, str]:
    """Path and parameters of each chapter, or of each of its tabs, by name."""
    found = {}
    for chapter in (name for names in PARTS.values() for name in names):
        tabs = [
            name.removeprefix("tab-") for name in prose.sections("en", chapter) if name.startswith("tab-")
        ]
        views = {f"{chapter}, {tab}": {"tab": tab} for tab in tabs} or {chapter: {}}
        for name, view in views.items():
            found[name] = f"{'' if chapter == 'home' else chapter}?{urlencode({**network, **view})}"
    return found
