"""Links in prose keep what the learner chose, and open where the page is."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from lesson import prose
from lesson.chapters import PARTS
from lesson.page.words import LINK
from tests.harness.lesson_app import open_page

CHAPTERS = [name for names in PARTS.values() for name in names]


@pytest.mark.parametrize("chapter", ["optimizers", "tensors", "home"])
def test_a_link_in_prose_takes_everything_along(chapter: str) -> None:
    kept = {"hidden": "4", "seed": "7", "lang": "en", "program": "grad_out = 2 * (out - y)"}
    app = open_page(chapter, **kept, tab="updates")
    links = [link.proto for link in app.main.get("page_link")]
    assert links
    for link in links:
        query = {name: values[0] for name, values in parse_qs(link.query_string).items()}
        assert query == kept


def test_every_link_in_prose_leads_to_a_chapter() -> None:
    count = 0
    for chapter in CHAPTERS:
        for section in prose.sections("en", chapter).values():
            for _, name in LINK.findall(section):
                assert name in CHAPTERS
                count += 1
            assert "](" not in LINK.sub("", section).replace("](http", "")
    assert count > 5
