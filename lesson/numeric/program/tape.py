"""A run of a program, written down, to be repeated on other numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from torch import Tensor


class Operation(NamedTuple):
    """function applied to the values in some slots gives that of the slot result; over: the slots that
    nothing uses afterwards."""

    function: Callable[..., Any]
    arguments: list[int]
    keywords: dict[str, Any]
    result: int
    over: tuple[int, ...] = ()


class Tape:
    """The operations of one run, to be repeated on tensors of the same shapes.

    What fitted once fits again, so that repeating asks no questions and costs next to nothing. A tape keeps
    no tensor: it knows those of its run by their identity, and each that is made takes over that of
    whichever is gone.
    """

    def __init__(self, given: Iterable[Tensor]) -> None:
        self.slots: list[Any] = []
        self.slot_of: dict[int, int] = {}
        self.operations: list[Operation] = []
        self.repeatable = True
        for tensor in given:
            self.keep(tensor)
        self.inputs = len(self.slots)

    def keep(self, value: Any) -> int:  # noqa: ANN401
        """Give a value a slot of its own, and tell which."""
        number = len(self.slots)
        if isinstance(value, Tensor):
            self.slot_of[id(value)] = number
            value = None
        self.slots.append(value)
        return number

    def slot(self, value: Any) -> int:  # noqa: ANN401
        """The slot of a value, which gets a new one if it has none."""
        slot = self.slot_of.get(id(value)) if isinstance(value, Tensor) else None
        return self.keep(value) if slot is None else slot

    def record(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        result: Any,  # noqa: ANN401
    ) -> None:
        """Write down what was done. Where the numbers decide about sizes, nothing can be repeated."""
        if not self.repeatable:
            return
        by_numbers = function is operator.getitem or function is Tensor.item
        if by_numbers or any(isinstance(value, Tensor) for value in keywords.values()):
            self.repeatable = False
        elif isinstance(result, Tensor) or function is operator.setitem:
            slots = [self.slot(argument) for argument in arguments]
            self.operations.append(Operation(function, slots, keywords, self.keep(result)))

    def sealed(self, wanted: Iterable[int]) -> Tape:
        """The same, which lets go of a result as soon as nothing needs it; wanted: the slots to tell."""
        later, operations = set(wanted), []
        for operation in reversed(self.operations):
            slots = {operation.result, *operation.arguments}
            # What is given belongs to others, and numbers take no room.
            over = (slot for slot in slots - later if slot >= self.inputs and self.slots[slot] is None)
            operations.append(operation._replace(over=tuple(over)))
            later |= slots
        self.operations = operations[::-1]
        return self

    def repeat(self, given: Sequence[Tensor], wanted: Iterable[int]) -> list[Tensor]:
        """The tensors in the wanted slots, for other tensors given of the same shapes and dtypes."""
        slots = self.slots.copy()
        slots[: self.inputs] = given
        for function, arguments, keywords, result, over in self.operations:
            slots[result] = function(*[slots[slot] for slot in arguments], **keywords)
            for slot in over:
                slots[slot] = None
        return [slots[slot] for slot in wanted]
