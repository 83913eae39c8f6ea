"""A flood of absurd or dear requests: the server answers as before and holds no more memory.

    python benchmarks/flood.py [requests]
    python benchmarks/flood.py dear [links]

Half of the absurd requests open a chapter in a new session at an address that means nothing, half type a
generated program into the open session of a learner. Prints the memory after a first tenth and at the end,
the longest answer, the errors that a page showed, and whether an ordinary visit is still answered rightly.

Dear links are trainings that ask for much: large networks, many steps, lines on ever more numbers. While they
are opened, four at a time, two ordinary learners go from chapter to chapter. Prints the 95th percentile of
their answers (goal: 1 s), all memory at its peak (goal: 900 MB), and that of the largest worker.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.learner import Learner
from lesson.chapters import PARTS
from tests.harness.fuzzing import dear_link, generated
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


async def open_dear(server: Server, dice: random.Random, links: int, errors: list[str]) -> None:
    """So many dear links, one after the other; each learner looks for two seconds at most, and leaves."""
    for _ in range(links):
        async with Learner(server.address, query=dear_link(dice)) as visitor:
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await visitor.open("train")
            errors += visitor.errors


async def go_on(server: Server, number: int, answers: list[float], errors: list[str]) -> None:
    """An ordinary learner, from chapter to chapter, with a network of their own in each."""
    dice = random.Random(number)
    async with Learner(server.address) as learner:
        while True:
            answers.append(await learner.open(dice.choice(CHAPTERS)))
            await asyncio.sleep(0.5)
            answers.append(await learner.move(learner.by_key("seed"), float(dice.randrange(10_000))))
            errors += learner.errors
            await asyncio.sleep(0.5)


async def flood_of_dear(server: Server, links: int, errors: list[str]) -> tuple[list[float], float]:
    """The seconds of every answer to an ordinary learner meanwhile, and MB of the largest worker."""
    answers: list[float] = []
    largest = 0.0
    ordinary = [asyncio.create_task(go_on(server, number, answers, errors)) for number in range(2)]
    dice = [random.Random(number) for number in range(AT_ONCE)]
    flooding = asyncio.gather(*(open_dear(server, one, links // AT_ONCE, []) for one in dice))
    while not flooding.done():
        server.memory()
        largest = max(largest, server.largest_worker())
        await asyncio.wait([flooding], timeout=1)
    for task in ordinary:
        # One that failed says so here.
        if task.done():
            task.result()
        task.cancel()
    return answers, largest


def dear(links: int) -> None:
    errors: list[str] = []
    with served() as server:
        asyncio.run(ordinary_visit(server))
        begun = time.perf_counter()
        answers, largest = asyncio.run(flood_of_dear(server, links, errors))
        seconds = time.perf_counter() - begun
        high = statistics.quantiles(answers, n=100, method="inclusive")[94]
        visit = asyncio.run(ordinary_visit(server))
        print(f"{links:,} dear links, {links / seconds:.1f} a second")
        print(f"{len(answers)} ordinary answers, 95th percentile {high:.2f} s, longest {max(answers):.1f} s")
        print(f"memory at its peak {server.peak:.0f} MB, the largest worker {largest:.0f} MB")
        print(f"an ordinary visit afterwards {visit:.2f} s")
        print(f"errors shown: {len(errors)}", *sorted(set(errors))[:5], sep="\n    ")


async def ordinary_visit(server: Server) -> float:
    """Seconds for the first page, which must show that the difference is zero."""
    async with Learner(server.address) as learner:
        seconds = await learner.open()
        assert any("exactly zero" in text or "bit" in text for text in learner.texts), learner.texts
        return seconds


def absurd(requests: int) -> None:
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


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    if "dear" in sys.argv:
        dear(*numbers or [5_000])
    else:
        absurd(*numbers or [10_000])


if __name__ == "__main__":
    main()
