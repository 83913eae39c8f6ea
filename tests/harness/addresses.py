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
            (name, label) for name, label in prose.sections("en", chapter).items() if name.startswith("tab-")
        ]
        views = {f"{chapter}, {name[4:]}": {f"{chapter}-tab": label} for name, label in tabs} or {chapter: {}}
        for name, view in views.items():
            found[name] = f"{'' if chapter == 'home' else chapter}?{urlencode({**network, **view})}"
    return found
