"""Losses as learners may type them: sensible ones, spoiled ones, and such as mean harm."""

from __future__ import annotations

from random import Random

from lesson.symbolic.any_loss.presets import PRESETS as KNOWN

PRESETS = {name: preset.text for name, preset in KNOWN.items()} | {"poisson-rate": "o - y*log(o)"}
SMOOTH = ("exp", "log", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "sigmoid", "softplus")
KINKED = ("abs", "relu", "sign")
NUMBERS = ("0", "1", "2", "3", "0.5", "0.1", "10", "1.5", "7", "0.25", "1e3", "1_0")
HOSTILE = (
    "9**9**9",
    "9**9**9**o",
    "((((((9*o)**9)**9)**9)**9)**9)**9",
    "((((o+y+1)**9)**9)**9)**9",
    "10**10*10**10*o",
    "(o*0.999999)**10",
    "o**1000000",
    "o**-1e9",
    "2**o",
    "o**o",
    "exp(exp(exp(exp(exp(exp(exp(o)))))))",
    "exp(exp(exp(exp(10))))*o",
    "__import__('os').system('true')",
    "o.__class__.__mro__",
    "().__class__.__bases__[0].__subclasses__()",
    "eval('o')",
    "exec('o')",
    "open('x')",
    "lambda: o",
    "(lambda o: o)(y)",
    "[o for o in y]",
    "{o: y}",
    "f'{o}'",
    "o if o else y",
    "o and y",
    "not o",
    "o == y",
    "o != y",
    "o is y",
    "o in y",
    "o @ y",
    "o // y",
    "o % y",
    "o << 9999999999",
    "~o",
    "o[0]",
    "o[y]",
    "*o",
    "o := y",
    "(o := y)",
    "o = y",
    "o; y",
    "o\ny",
    "import os",
    "await o",
    "yield o",
    "nan*o",
    "inf*o",
    "1e999*o",
    "-1e999",
    "1j*o",
    "True*o",
    "None",
    "...",
    "'o'",
    "b'o'",
    "٣*o",
    "o²",
    "ο - y",
    "o − y",
    "\0",
    "o\0",
    "",
    "   ",
    "(" * 100 + "o" + ")" * 99,
    "(" * 100,
    "-" * 199 + "o",
    "abs(" * 39 + "o" + ")" * 39,
    "o+" * 99 + "o",
    "o*" * 99 + "y",
    "o/" * 99 + "y",
    "o**2**2**2**2**2**2",
    "*".join(f"(o+{n})" for n in range(1, 30)),
    "*".join(f"(o-y*{n})" for n in range(1, 24)),
    "*".join(f"sin({n}*o)" for n in range(1, 20)),
    "+".join(f"o**{n}/{n}" for n in range(1, 11)) + "+" + "*".join(["(o+y)"] * 20),
    "/".join(f"(o+{n})" for n in range(1, 30)),
    "sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+sqrt(o+y))))))))))",
    "tanh(tanh(tanh(tanh(tanh(tanh(tanh(tanh(tanh(o*y)))))))))*exp(o)*sin(o)*cos(y*o)",
    "abs(abs(abs(o-1)-2)-3)-abs(abs(abs(abs(o)-1)-2)-abs(o))*abs(abs(o-y)-abs(o+y))",
    "max(max(o,y),max(o*y,max(o-y,max(o+y,max(o/y,max(y/o,max(o*o,y*y)))))))",
    "max(max(max(max(max(max(max(max(o,1),y),2*o),3*y),o*o),y*o),7),o-y)",
    "where(where(o<y,o,y)<where(y<o,o,-y),where(o<1,o,y),where(y<1,where(o<2,o,y*o),o))",
    "max(o,max(o,max(o,max(o,max(o,max(o,max(o,max(o,y))))))))",
    "log(log(log(log(log(log(o+y+1)+2)+3)+4)+5)+6)",
    "(o**0.5+y**0.3)**0.7/(o**0.1-y**0.9)**0.2*(o*y+1)**0.123456789",
    "sin(o)**9*cos(o)**9*tanh(o)**9*exp(o)**9*log(o)**9*sinh(o)**9*cosh(o)**9",
    "exp(o)/exp(y)*exp(o)/exp(y)*exp(2*o)/exp(3*y)*log(exp(o)*exp(y))*sqrt(exp(o))",
    "abs(exp(o)-exp(y))**0.5*abs(exp(o)+exp(y))**0.5",
    "sqrt(123456789*o)*sqrt(987654321*o)*sqrt(999999937*o)",
    "(999999937*o)**0.123456789",
    "(999999937*999999929*o)**0.5",
    "1/(1/(1/(1/(1/(1/(1/(1/(1/(o+1)+1)+1)+1)+1)+1)+1)+1)+y)",
    "where(o<y, o)",
    "where(o, y, o)",
    "where(1<2, o, y)",
    "Piecewise(o, y)",
    "Piecewise((o, o<1))",
    "Piecewise((o, True))",
    "Piecewise((o, o<1), (y, False))",
    "max()",
    "max(o)",
    "max(o, y, o)",
    "abs(*o)",
    "abs(o, **y)",
    "abs(x=o)",
    "log(2)*o",
    "sqrt(-1)*o",
    "log(-exp(o))",
    "sqrt(-1-o**2)",
    "o/0",
    "o/(y-y)",
    "0**0*o",
    "y",
    "1",
    "0*o",
)


SIDES = ("o", "y", "(o - y)", "y*o", "abs(o - y)", "0", "1")


def loss(random: Random, depth: int, tame: bool = False) -> str:
    """An expression of the grammar; tame: each condition is about real numbers, wherever one looks."""

    def inner() -> str:
        return loss(random, depth - 1, tame)

    def side() -> str:
        return random.choice(SIDES) if tame else inner()

    match random.randrange(12) if depth else 0:
        case 1 | 2 | 3:
            return f"({inner()} {random.choice('+-*/')} {inner()})"
        case 4:
            return f"{random.choice(SMOOTH)}({inner()})"
        case 5:
            return f"({inner()})**{random.choice(('2', '3', '0.5', '-1', '10', '(1/3)'))}"
        case 6:
            return f"-{inner()}"
        case 7:
            return f"({random.choice(('o - y', 'y - o', 'y*o', 'o'))})"
        case 8:
            return f"{random.choice(NUMBERS)}*{inner()}"
        case 9:
            return f"{random.choice(KINKED)}({inner()})"
        case 10:
            return f"{random.choice(('max', 'min'))}({inner()}, {inner()})"
        case 11:
            return f"where({side()} {random.choice(('<', '<=', '>', '>='))} {side()}, {inner()}, {inner()})"
    return random.choice(("o", "o", "y", "(o - y)", "(y*o)", random.choice(NUMBERS)))


def spoiled(random: Random, text: str) -> str:
    """A text with some characters changed, left out or put in."""
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(text) + 1)
        new = random.choice(
            (chr(random.randrange(1, 0x250)), *"()*,.<>=_9oy", "**", "__", "o.", "9" * 30, "")
        )
        text = text[:place] + new + text[place + random.randrange(3) :]
    return text


def generated(random: Random) -> str:
    """A text that may be a loss, or was one, or wants to be none."""
    match random.randrange(10):
        case 0:
            return random.choice(HOSTILE)
        case 1:
            return spoiled(random, random.choice((*HOSTILE, *PRESETS.values())))
        case 2 | 3:
            return spoiled(random, loss(random, random.randint(1, 4)))
    return loss(random, random.randint(1, 5))[:210]
