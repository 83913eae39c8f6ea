"""A flood of absurd addresses and programs: the server answers as before and holds no more memory.

    python benchmarks/flood.py [requests]

Half of the requests open a chapter in a new session at an address that means nothing, half type a generated
program into the open session of a learner. Prints the memory after a first tenth and at the end, the
longest answer, the errors that a page showed, and whether an ordinary visit is still answered rightly.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.learner import Learner
from lesson.chapters import PARTS
from tests.harness.fuzzing import generated
from tests.harness.programs import ABSURD, ESCAPES
from tests.harness.server import Server, served

CHAPTERS = [name for names in PARTS.values() for name in names]
AT_ONCE = 4
PARAMETERS = (
    *(
        "batch",
        "inputs",
        "hidden",
        "outputs",
        "bias",
        "activation",
        "slope",
        "seed",
        "steps",
        "learning_rate",
    ),
    *(
        "data",
        "zeros",
        "optimizer",
        "backward",
        "program",
        "lang",
        "rate",
        "entry",
        "matrix-a",
        "gates",
        "units",
    ),
    *("temperature", "pace", "scale", "start_bias", "leak", "by_hand_dtype", "autograd_device", "<script>"),
)
VALUES = (
    *("", "-1", "0", "1e9", "-1e309", "nan", "inf", "1.5", "99999999999999999999", "true", "[1,2]", "None"),
    *("../../etc/passwd", "<img src=x onerror=alert(1)>", "'; drop table x; --", "%00", "\u202e", "w1[9,9]"),
    *("9" * 4000, "(" * 4000, "😀" * 500, "__import__('os').system('true')", "{{7*7}}", "leaky_relu"),
)


def absurd_address(dice: random.Random) -> dict[str, str]:
    return {dice.choice(PARAMETERS): dice.choice(VALUES) for _ in range(dice.randint(1, 8))}


def absurd_program(dice: random.Random) -> str:
    if dice.random() < 0.1:
        return dice.choice([*ESCAPES, *ABSURD.values()])[:4000]
    return generated(dice)


async def flood(server: Server, dice: random.Random, requests: int, errors: list[str]) -> float:
    """So many requests, one after the other. Returns the seconds of the longest answer."""
    longest = 0.0
    async with Learner(server.address) as typist:
        await typist.open()
        await typist.open("your-turn")
        for _ in range(requests // 2):
            longest = max(longest, await typist.move(typist.by_key("program"), absurd_program(dice)))
            async with Learner(server.address, query=absurd_address(dice)) as visitor:
                longest = max(longest, await visitor.open(dice.choice(CHAPTERS)))
                errors += visitor.errors
        errors += typist.errors
    return longest


async def floods(server: Server, requests: int, errors: list[str]) -> float:
    dice = [random.Random(number) for number in range(AT_ONCE)]
    return max(await asyncio.gather(*(flood(server, one, requests // AT_ONCE, errors) for one in dice)))


async def ordinary_visit(server: Server) -> float:
    """Seconds for the first page, which must show that the difference is zero."""
    async with Learner(server.address) as learner:
        seconds = await learner.open()
        assert any("exactly zero" in text or "bit" in text for text in learner.texts), learner.texts
        return seconds


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    errors: list[str] = []
    with served() as server:
        asyncio.run(ordinary_visit(server))
        asyncio.run(floods(server, requests // 10, errors))
        early, begun = server.memory(), time.perf_counter()
        longest = asyncio.run(floods(server, requests - requests // 10, errors))
        seconds = time.perf_counter() - begun
        visit = asyncio.run(ordinary_visit(server))
        print(f"{requests:,} absurd requests, {requests * 0.9 / seconds:.1f} a second")
        print(f"memory after a tenth {early:.0f} MB, at the end {server.memory():.0f} MB")
        print(f"the longest answer {longest:.1f} s, an ordinary visit afterwards {visit:.2f} s")
        print(f"errors shown: {len(errors)}", *sorted(set(errors))[:5], sep="\n    ")


if __name__ == "__main__":
    main()
