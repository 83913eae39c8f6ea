"""Which line of a program plays which role: by what it is called, by what it is, and by who uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from torch import Tensor

from lesson.numeric.experiments.your_turn.networks import FORWARD, ROLES, SIGNALS
from lesson.numeric.experiments.your_turn.passes import Pass
from lesson.numeric.program import Program, ProgramError, parse
from lesson.numeric.program.names import GRADIENTS, meaning
from lesson.numeric.source import LINES, line_of

FORWARD_LINES = {
    "h": "h = x @ w1 + b1",
    "a": "a = torch.where(h > 0, h, slope * h)",
    "out": "out = a @ w2 + b2",
}
Cast = Mapping[str, int]
"""The index of a line in its program, by role."""


def text_of(role: str, bias: bool) -> str:
    """The lesson's own line for a role."""
    text = FORWARD_LINES[role] if role in FORWARD else line_of(role)
    return text if bias else text.partition(" + b")[0]


parsed = lru_cache(maxsize=128)(parse)


def needs(role: str) -> frozenset[str]:
    """The roles whose values the lesson's line for this one uses."""
    return parsed(text_of(role, True)).lines[0].uses & frozenset(ROLES)


class Chain:
    """A cast on one network: what each role's value is there, and what it should be, given those above it."""

    def __init__(self, tried: Pass, cast: Cast) -> None:
        self.tried, self.network, self.cast = tried, tried.network, cast
        self.expectations: dict[str, Tensor | None] = {}

    def value(self, role: str) -> Tensor | None:
        """What the learner's program works with; None where that follows from nothing."""
        right = self.network.right[role]
        if role not in self.cast:
            return right if role in FORWARD else self.expected(role)
        made = self.tried.versions[self.cast[role]].value
        fitted = self.network.fitted(made, role)
        return right if fitted is None else fitted

    def expected(self, role: str) -> Tensor | None:
        """What the lesson's line makes of the learner's values above it."""
        if role not in self.expectations:
            self.expectations[role] = self.made_by(text_of(role, self.network.bias), role)
        return self.expectations[role]

    def made_by(self, text: str, role: str) -> Tensor | None:
        """What a line, instead of the role's own, makes of the learner's values, None where it cannot run."""
        program = parsed(text)
        used = frozenset[str]().union(*(line.uses for line in program.lines))
        values = {name: self.value(name) for name in used & self.network.right.keys() - {role}}
        run = program.start(*self.network.task)
        run.names.update({name: None if value is None else value.clone() for name, value in values.items()})
        try:
            for line in program.lines:
                line.act(run)
        except ProgramError:
            return None
        value = run.names[role]
        return value if isinstance(value, Tensor) else None


class Casting:
    """Finds the cast of a program that was run on several networks; cast has the roles cast so far.

    guessing: whether a wrong line is put in the role that its name or its use suggests.
    """

    def __init__(self, program: Program, passes: list[Pass], guessing: bool = True) -> None:
        self.program, self.passes, self.guessing = program, passes, guessing
        self.cast: dict[str, int] = {}
        self.known: dict[tuple[tuple[str, int], ...], list[Chain]] = {}
        self.roles = [role for role in ROLES if role in passes[0].network.right]
        for role in GRADIENTS:
            if role in self.roles and (indices := self.indices(role)):
                self.cast[role] = indices[-1]
        for role in (*FORWARD, *SIGNALS):
            self.find(role)
        if guessing:
            for role in reversed(SIGNALS):
                self.find_by_use(role)
        for role in (*SIGNALS, *GRADIENTS):
            if role in self.roles:
                self.find_by_value(role)

    def indices(self, role: str) -> list[int]:
        """Where the lines stand whose name says that they play a role: of one name the last."""
        last: dict[str, int] = {}
        for index, line in enumerate(self.program.lines):
            # What a mask is laid on was the signal in front of the gate.
            if meaning(line.target) == role and not (line.masked and role == "grad_a"):
                last[line.target] = index
        return sorted(last.values())

    def find(self, role: str) -> None:
        """Cast a role by value, else by name where that is no other role's value."""
        self.find_by_value(role)
        if role in self.cast or not self.guessing:
            return
        later = self.roles[self.roles.index(role) + 1 :]
        named = [index for index in self.indices(role) if index not in self.cast.values()]
        named = [index for index in named if not any(self.plays(index, other) for other in later)]
        if named and role == "h" and self.is_relu(named[-1]):
            # Some call h what has passed the activation, and here it was another activation.
            role = "a"
        if named:
            self.cast[role] = named[-1]

    def find_by_value(self, role: str) -> None:
        """Cast a role with a line that gives what is expected, those first whose name says so."""
        if role in self.cast:
            return
        named = self.indices(role)
        free = [index for index in self.current(role) if index not in self.cast.values()]
        ordered = [index for index in reversed(named) if index in free]
        for index in (*ordered, *(index for index in free if index not in named)):
            if self.plays(index, role):
                self.cast[role] = index
                return

    def current(self, role: str) -> Iterator[int]:
        """The indices of all lines but those whose name, that of this role, is given another value below."""
        lines = self.program.lines
        for index, line in enumerate(lines):
            if role in FORWARD and meaning(line.target) in LINES:
                # Half of a gradient, or the like, is no forward pass.
                continue
            below = [
                other for other in lines[index + 1 :] if other.target == line.target and not other.masked
            ]
            if not (below and meaning(line.target) == role):
                yield index

    def plays(self, index: int, role: str) -> bool:
        """Whether a line gives, on every network, what is expected in a role."""
        return all(
            (expected := chain.expected(role)) is not None
            and chain.network.fits(chain.tried.versions[index].value, role, expected)
            for chain in self.chains
        )

    def is_relu(self, index: int) -> bool:
        """Whether a line gives, on every network, what a ReLU makes of the pre-activation."""
        return all(
            chain.network.fits(chain.tried.versions[index].value, "a", chain.network.right["h"].clamp(min=0))
            for chain in self.chains
        )

    @property
    def chains(self) -> list[Chain]:
        """The cast so far on every network, the smallest first."""
        cast = tuple(self.cast.items())
        if cast not in self.known:
            by_size = sorted(self.passes, key=lambda tried: tried.network.largest)
            self.known = {cast: [Chain(tried, dict(cast)) for tried in by_size]}
        return self.known[cast]

    def find_by_use(self, role: str) -> None:
        """Cast a role with a line out of which another's wrong value follows exactly."""
        if role in self.cast:
            return
        users = [user for user in self.roles if role in needs(user) and self.wrong(user)]
        for index in range(len(self.program.lines)):
            if index not in self.cast.values() and any(self.leads_to(index, role, user) for user in users):
                self.cast[role] = index
                return

    def wrong(self, role: str) -> bool:
        return role in self.cast and not all(
            tried.network.fits(tried.versions[self.cast[role]].value, role) for tried in self.passes
        )

    def leads_to(self, index: int, role: str, user: str) -> bool:
        shaped = all(t.network.fitted(t.versions[index].value, role) is not None for t in self.passes)
        if not (shaped and index in self.passes[0].versions[self.cast[user]].out_of):
            return False
        chains = (Chain(tried, {**self.cast, role: index}) for tried in self.passes)
        return all(
            (expected := chain.expected(user)) is not None
            and chain.network.fits(chain.tried.versions[self.cast[user]].value, user, expected)
            for chain in chains
        )
