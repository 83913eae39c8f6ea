"""Snippets that are shown and run: one function is both the text on the page and what happened.

A snippet is a function whose first parameter is named print, which collects what a reader would see.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock

# Whoever listens for warnings changes the whole process.
LISTENING = Lock()


@dataclass(frozen=True)
class Ran:
    """The code of a snippet, what it printed, and, where it ended in one, the error in torch's words."""

    code: str
    output: str
    error: str


def run(snippet: Callable[..., None], *arguments: object) -> Ran:
    """Run a snippet with what the learner chose. Its errors and warnings are results."""
    printed: list[str] = []
    error = ""

    def collect(*values: object) -> None:
        printed.append(" ".join(map(str, values)))

    with LISTENING, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            snippet(collect, *arguments)
        except (RuntimeError, ValueError, TypeError, IndexError) as raised:
            error = f"{type(raised).__name__}: {first_line(raised)}"
    printed += [f"{warning.category.__name__}: {first_line(warning.message)}" for warning in heard]
    return Ran(code_of(snippet), "\n".join(printed), error)


ran = lru_cache(maxsize=128, typed=True)(run)
"""Run a snippet once for the same arguments; for those that depend on nothing else."""


def first_line(message: object) -> str:
    """The first line of a message, without the line of torch's source that some end with."""
    return str(message).strip().splitlines()[0].partition(" (Triggered internally")[0]


@cache
def source_of(thing: type) -> str:
    """A class as it stands in its file."""
    return textwrap.dedent(inspect.getsource(thing)).rstrip()


@cache
def code_of(function: Callable[..., object]) -> str:
    """The body of a function as it stands in its file, without its head and docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    lines = source.splitlines()[body[0].lineno - 1 : body[-1].end_lineno]
    return textwrap.dedent("\n".join(lines))
