"""A class at one small server: real sessions that walk the chapters, move controls, type lines and train.

    python benchmarks/class.py [learners ...] [--seconds 60]

Starts a fresh server for each number of learners (by default 1, 10, 30 and 100) and drives it over its own
websocket protocol. Each learner moves a control every second or two and turns to another chapter now and
then. Prints the time from a control's change to the finished page (median, 95th percentile), that of
turning to a chapter, errors, the server's memory and its share of the processors. Goals for 30 learners on
two cores: 95th percentile 1 s, no errors, 900 MB. A soak: python benchmarks/class.py 30 --seconds 600.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.Slider_pb2 import Slider

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.learner import Learner, Widget
from lesson.chapters import PARTS
from lesson.numeric.source import seven_lines
from tests.harness.server import Server, served

TURNS = ("start", "next-chapter", "previous-chapter", "forget")
"""Buttons that lead elsewhere: where a learner is, this script knows by itself."""

CHAPTERS = [name for names in PARTS.values() for name in names]
MOVES = 5
"""So many controls are moved before the next chapter."""

CLASS_SIZES = {
    "inputs": (1, 2, 3, 4, 6),
    "outputs": (1, 2, 3),
    "hidden": (1, 2, 3, 4, 8),
    "batch": (16, 32, 64, 128),
    "steps": (100, 500, 1001, 2000),
}
LINES = seven_lines().splitlines()
RIGHT_AND_WRONG = [
    *("\n".join(LINES[:count]) for count in range(1, len(LINES) + 1)),
    seven_lines().replace("2 * ", ""),
    seven_lines().replace("w2.T", "grad_w2.T"),
    "grad_out = 2 * (out - ",
]


@dataclass
class Register:
    """What the class went through: seconds of each answer and each turn to a chapter, and errors."""

    answers: list[tuple[float, str]] = field(default_factory=list)
    turns: list[tuple[float, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def value_for(widget: Widget, learner: Learner, dice: random.Random) -> object:
    """Another value for a widget, as its wire format has it; None where a learner would leave it alone."""
    proto = widget.proto
    if widget.kind == "number_input":
        # Plus and minus are nearer than the keyboard.
        if widget.key not in CLASS_SIZES or dice.random() < 0.5:
            state = learner.states.get(proto.id)
            now = state.double_value if state else proto.default
            return float(max(proto.min, now + dice.choice((-1, 1)) * proto.step))
        return float(dice.choice(CLASS_SIZES[widget.key]))
    if widget.kind == "checkbox":
        return dice.random() < 0.5
    if widget.kind in {"radio", "selectbox"}:
        return str(dice.choice(list(proto.options)))
    if widget.kind == "slider":
        if proto.type == Slider.SELECT_SLIDER:
            return [str(dice.choice(list(proto.options)))]
        return [proto.min + proto.step * dice.randint(0, round((proto.max - proto.min) / proto.step))]
    if widget.kind == "button":
        return True
    if widget.kind == "tabs":
        return dice.choice(widget.labels)
    if widget.key == "program":
        return dice.choice(RIGHT_AND_WRONG)
    if widget.kind == "text_area":
        return "\n".join(" ".join(str(dice.randint(-9, 9)) for _ in range(3)) for _ in range(2))
    return None


async def study(number: int, server: Server, register: Register, until: float) -> None:
    """One learner, from the first page until the bell."""
    dice = random.Random(number)
    async with Learner(server.address) as learner:
        # A class does not press Enter in the same instant.
        await asyncio.sleep(dice.uniform(0, 2))
        chapter = "home"
        while True:
            register.turns.append((await learner.open(chapter), chapter))
            for _ in range(MOVES):
                await asyncio.sleep(dice.uniform(1, 2))
                if time.monotonic() > until:
                    register.errors += learner.errors
                    return
                widget = dice.choice([each for each in learner.controls() if each.key not in TURNS])
                value = value_for(widget, learner, dice)
                if value is None:
                    continue
                try:
                    seconds = await learner.move(widget, value)
                except TimeoutError:
                    register.errors.append(f"no answer: {chapter} {widget.key} = {value}")
                    return
                register.answers.append((seconds, f"{chapter} {widget.key}"))
            chapter = dice.choice(CHAPTERS)


async def lesson_with(learners: int, server: Server, seconds: float) -> Register:
    register = Register()
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(learners):
            group.create_task(study(number, server, register, until))
        while time.monotonic() < until:
            register.memory.append(server.memory())
            await asyncio.sleep(1)
    return register


def percentile(times: list[tuple[float, str]], share: float) -> float:
    seconds = [taken for taken, _ in times]
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(share * 100) - 1]


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("learners", type=int, nargs="*", default=[1, 10, 30, 100])
    arguments.add_argument("--seconds", type=float, default=60)
    asked = arguments.parse_args()
    print(
        f"{'learners':>8}{'answers':>9}{'median s':>10}{'p95 s':>8}{'chapter p95':>13}{'errors':>8}"
        f"{'start MB':>10}{'early':>8}{'end':>8}{'peak':>8}{'CPU':>7}"
    )
    for learners in asked.learners:
        with served() as server:
            start, begun, cpu = server.memory(), time.monotonic(), server.cpu()
            found = asyncio.run(lesson_with(learners, server, asked.seconds))
            share = (server.cpu() - cpu) / (time.monotonic() - begun)
            # After a fifth of the time everything is loaded; what grows after that would go on growing.
            early, end = found.memory[len(found.memory) // 5], found.memory[-1]
            median, high = percentile(found.answers, 0.5), percentile(found.answers, 0.95)
            print(
                f"{learners:8}{len(found.answers):9}{median:10.2f}{high:8.2f}"
                f"{percentile(found.turns, 0.95):13.2f}{len(found.errors):8}"
                f"{start:10.0f}{early:8.0f}{end:8.0f}{server.peak:8.0f}{share:7.0%}",
                flush=True,
            )
        for error in sorted(set(found.errors))[:5]:
            print("   ", error)
        slowest = sorted(found.answers, reverse=True)[:6]
        print("    slowest:", ", ".join(f"{what} {taken:.1f}" for taken, what in slowest), flush=True)


if __name__ == "__main__":
    main()
