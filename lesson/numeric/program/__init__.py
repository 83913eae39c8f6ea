"""A backward pass as text: what may stand in it, what it computes, and the mistakes that people make in it.

whitelist    every syntax node, name and call that is allowed; free of torch
interpreter  what is allowed, evaluated
program      the lines of a program, run on a network
mistakes     known mistakes, as programs; free of torch
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lesson.numeric.program.whitelist import ProgramError

if TYPE_CHECKING:
    from lesson.numeric.program.program import Program, RecordedProgram, gradient_names, parse

__all__ = ["Program", "ProgramError", "RecordedProgram", "gradient_names", "parse"]


def __getattr__(name: str) -> object:
    """What evaluates loads torch, for which whoever asks for the whitelist alone does not wait."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lesson.numeric.program import program

    return getattr(program, name)
