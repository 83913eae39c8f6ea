"""All parameters as one vector: what a history records, and what one update line moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, Self, TypeVar

from torch import Tensor, cat, empty, stack

from lesson.numeric.network import Params


class Parameters(Protocol):
    """The tensors of a network, some of them None."""

    def __iter__(self) -> Iterator[Tensor | None]: ...

    def map(self, change: Callable[[Tensor], Tensor]) -> Self: ...


Shaped = TypeVar("Shaped", bound=Parameters)


def flatten(params: Iterable[Tensor | None]) -> Tensor:
    """w1, b1, w2, b2, those that there are, row by row, in one vector (n,)."""
    return cat([p.flatten() for p in params if p is not None])


def unflatten(vector: Tensor, like: Shaped) -> Shaped:
    """Views into the vector (n,) with the shapes of other parameters: no copy."""
    parts = iter(vector.split([p.numel() for p in like if p is not None]))
    return like.map(lambda p: next(parts).view(p.shape))


def stacked(networks: Sequence[Shaped]) -> Shaped:
    """Many networks as one, with a dimension more in front of each tensor."""
    tensors = iter([stack(same) for same in zip(*networks, strict=True) if same[0] is not None])
    return networks[0].map(lambda _: next(tensors))


def aligned(vector: Tensor, like: Params) -> Tensor:
    """A copy of the vector in which w2 begins on a boundary of 64 bytes, as a tensor of its own would.

    A dot product may add in another order where an operand begins elsewhere, and for a single hidden
    unit and observation autograd multiplies the same two rows the other way round than the lines do.
    """
    before = sum(p.numel() for p in like[:2] if p is not None)
    room = empty(len(vector) + 16, dtype=vector.dtype, device=vector.device)
    return room[-before % 16 :][: len(vector)].copy_(vector)
