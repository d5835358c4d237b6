"""Digests: of a stream, link by link, and of content.

A stored event is three lines: the fact, the circumstances (wall time, latency, cost) and a seal. The link of
an event is the digest of the link before it, its topic and its fact, so a stream's last link stands for the
whole stream and leaves the circumstances out: two runs that differ in nothing but time have equal links. The
seal covers link and circumstances, so that any changed byte is found, and found at its place.
"""

from binascii import hexlify
from hashlib import blake2b
from typing import NamedTuple

_SEAL_BYTES = 8


class Head(NamedTuple):
    """Where a stream ends: the number of its events, and the link of the last one."""

    position: int
    link: bytes

    @property
    def digest(self) -> str:
        """The stream's digest, hexadecimal."""
        return self.link.hex()


def content_digest(body: bytes) -> str:
    """Name of a content, by which the content store finds it."""
    return blake2b(body, digest_size=32).hexdigest()


def stream_head(stream: str) -> Head:
    """Head of a stream that holds nothing yet; it carries the name, so an event cannot move between streams."""
    return Head(0, blake2b(stream.encode(), digest_size=32, person=b"stream").digest())


def next_link(link: bytes, topic: str, fact: bytes) -> bytes:
    """Link of the event that follows ``link``."""
    digest = blake2b(link, digest_size=32)
    digest.update(topic.encode() + b"\n" + fact)
    return digest.digest()


def pack(link: bytes, fact: bytes, circumstances: bytes) -> bytes:
    """A stored event's bytes; ``link`` is its own."""
    return b"%b\n%b\n%b" % (fact, circumstances, _seal(link, circumstances))


def unpack(state: bytes) -> tuple[bytes, bytes, bytes]:
    """Fact, circumstances, seal.

    Raises:
        ValueError: There are not three lines.
    """
    fact, circumstances, seal = state.split(b"\n")
    return fact, circumstances, seal


def seal_holds(link: bytes, circumstances: bytes, seal: bytes) -> bool:
    """Whether a stored event is as it was recorded."""
    return _seal(link, circumstances) == seal


def streams_digest(heads: dict[str, str]) -> str:
    """One digest over many streams, given name -> stream digest; the order of writing does not matter."""
    lines = "".join(f"{stream} {digest}\n" for stream, digest in sorted(heads.items()))
    return blake2b(lines.encode(), digest_size=32).hexdigest()


def _seal(link: bytes, circumstances: bytes) -> bytes:
    if circumstances:
        link = blake2b(b"%b%b" % (link, circumstances), digest_size=_SEAL_BYTES).digest()
    return hexlify(link[:_SEAL_BYTES])
