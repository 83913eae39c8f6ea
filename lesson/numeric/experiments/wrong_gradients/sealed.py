"""A mistake as a token for a link, in which one cannot read it.

`c`, a nonce, and a digest that is keyed by it and matched against the names of the collection; or `o` and
somebody's own lines, compressed. All in characters that an address holds as they are. Free of torch.
"""

from __future__ import annotations

import re
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

from lesson.numeric.program.mistakes import COLLECTION, Mistake
from lesson.numeric.program.whitelist import MOST_CHARACTERS

LONGEST = 6000
"""Characters of a token: a program of MOST_CHARACTERS in ASCII has room, however little it repeats."""

NONCE = 6
DIGEST = 6
"""Bytes."""

TOKEN = re.compile(r"([co])([A-Za-z0-9_-]+)")


class SealError(ValueError):
    """A text that is no token, or lines that are too long for one."""


@dataclass(frozen=True)
class Opened:
    """What a token holds: lines, and the mistake of the collection that they make, if it is one."""

    text: str
    known: Mistake | None = None


def sealed(name: str) -> str:
    """A token for the mistake of this name, another one each time."""
    nonce = secrets.token_bytes(NONCE)
    return "c" + encoded(nonce + digest(name, nonce))


def drawn(lines: Collection[str]) -> str:
    """A token for one of the collection's mistakes in these lines, whichever."""
    names = [known.name for known in COLLECTION if known.lines.keys() & set(lines)]
    return sealed(secrets.choice(names))


def sealed_lines(text: str) -> str:
    """A token for lines of one's own. Raises SealError where they are too long."""
    token = "o" + encoded(zlib.compress(text.encode(), 9))
    if len(token) > LONGEST or len(text) > MOST_CHARACTERS:
        raise SealError("too long")
    return token


def opened(token: str) -> Opened:
    """What a token holds. Raises SealError for whatever is none."""
    whole = TOKEN.fullmatch(token) if len(token) <= LONGEST else None
    if not whole:
        raise SealError("no token")
    kind, letters = whole.groups()
    try:
        held = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        return Opened(unpacked(held)) if kind == "o" else of_the_collection(held)
    except (ValueError, zlib.error) as error:
        raise SealError("damaged") from error


def of_the_collection(held: bytes) -> Opened:
    nonce, found = held[:NONCE], held[NONCE:]
    for known in COLLECTION:
        if digest(known.name, nonce) == found:
            return Opened(known.text, known)
    raise SealError("no mistake")


def digest(name: str, nonce: bytes) -> bytes:
    return blake2b(name.encode(), key=nonce, digest_size=DIGEST).digest()


def unpacked(held: bytes) -> str:
    """The lines, of which no more is unpacked than a program may have."""
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(held, 4 * MOST_CHARACTERS + 1).decode()
    if not unpacking.eof or unpacking.unused_data or len(text) > MOST_CHARACTERS:
        raise SealError("too long")
    return text


def encoded(held: bytes) -> str:
    return urlsafe_b64encode(held).decode().rstrip("=")
