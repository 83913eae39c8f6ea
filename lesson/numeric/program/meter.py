"""What a run costs while it goes on, and the limits at which it is stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from weakref import ref

from torch import Tensor

from lesson.numeric.program.cost import Cost
from lesson.numeric.program.whitelist import ProgramError

MIB = 2**20
MILLION = 10**6


class Limits(NamedTuple):
    """work: in multiplications of a large float32 product. bytes: of what is alive at once."""

    work: float
    bytes: float


class Meter:
    """Adds up what the operations of a run cost, each before it is done.

    own: the network's tensors, which are there anyway. copied: bytes of those that were made for this run.
    exact: whether somebody asks for peak_bytes, the most that is alive at once. Else results are only
    counted as if all stayed alive, up to where that would be too much.
    """

    def __init__(
        self, limits: Limits, own: Iterable[Tensor], copied: int = 0, *, exact: bool = False
    ) -> None:
        self.limits = limits
        self.own = list(own)
        self.copied = copied
        self.work = 0
        self.work_of_line: defaultdict[int, int] = defaultdict(int)
        self.bytes = copied
        self.peak_bytes = copied if exact else limits.bytes
        self.results: list[tuple[ref[Tensor], int]] = []

    def charge(self, line: int, cost: Cost) -> None:
        """Add what an operation will cost. Raises ProgramError where it is too much."""
        self.work += cost.work
        self.work_of_line[line] += cost.work
        if self.work > self.limits.work:
            raise self.too_much_work()
        self.bytes += cost.bytes
        if self.bytes > self.peak_bytes:
            self.count_alive(line, cost.bytes)

    def hold(self, line: int, value: object) -> None:
        """Count a result as long as somebody keeps it."""
        if isinstance(value, Tensor):
            self.results.append((ref(value), line))

    def count_alive(self, line: int, new: int) -> None:
        """Count exactly. new: bytes to come in this line."""
        alive = {address(tensor): (0, 0) for tensor in self.own}
        kept = [(tensor, line) for result, line in self.results if (tensor := result()) is not None]
        self.results = [(ref(tensor), line) for tensor, line in kept]
        for tensor, line_of in kept:
            # Several results may share memory.
            alive.setdefault(address(tensor), (tensor.untyped_storage().nbytes(), line_of))
        self.bytes = self.copied + new + sum(size for size, _ in alive.values())
        self.peak_bytes = max(self.peak_bytes, self.bytes)
        if self.bytes > self.limits.bytes:
            _, largest = max([(new, line), *alive.values()])
            facts = {"needed": -(-self.bytes // MIB), "limit": int(self.limits.bytes // MIB)}
            raise ProgramError(largest, 1, "too-much-memory", **facts)

    @property
    def dearest_line(self) -> int:
        """The line that does most of the work, 0 where none does any."""
        return max(self.work_of_line, key=self.work_of_line.__getitem__, default=0)

    def too_much_work(self) -> ProgramError:
        facts = {"needed": self.work // MILLION, "limit": int(self.limits.work // MILLION)}
        return ProgramError(self.dearest_line, 1, "too-much-work", **facts)


def address(tensor: Tensor) -> int:
    """Where the numbers are: the same for all that share them."""
    return tensor.untyped_storage().data_ptr()
