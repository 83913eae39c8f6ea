"""Snippets are what ran."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch

from lesson.numeric.snippet import run


def divide(print: Callable[..., None], by: int) -> None:
    """Not part of what is shown."""
    warnings.warn("careful", UserWarning, stacklevel=1)
    print("before")
    print(torch.ones(2) // by, 1)
    torch.ones(2).view(3)


def test_a_snippet_is_its_code_its_output_and_its_error() -> None:
    ran = run(divide, 1)
    assert ran.code.startswith("warnings.warn")
    assert ran.code.endswith("torch.ones(2).view(3)")
    assert ran.output == "before\ntensor([1., 1.]) 1\nUserWarning: careful"
    assert ran.error == "RuntimeError: shape '[3]' is invalid for input of size 2"


def test_a_warning_is_heard_also_where_warnings_are_silenced() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert run(divide, 1).output.endswith("UserWarning: careful")
