"""Files as they are published: plain, gzip or zstd."""

import gzip
import zlib
from io import BufferedReader
from pathlib import Path

import pyarrow as pa

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
DAMAGED = (OSError, EOFError, zlib.error)
"""What reading raises where a file is missing or cut short."""


def opened(path: Path) -> BufferedReader:
    """A file to be read unpacked, whatever its name.

    Raises:
        OSError: It cannot be opened; reading it raises any of ``DAMAGED``.
    """
    with path.open("rb") as plain:
        begins = plain.read(len(_ZSTD))
    if begins == _ZSTD:
        return BufferedReader(pa.input_stream(path, compression="zstd"))
    return BufferedReader(gzip.open(path, "rb")) if begins.startswith(_GZIP) else path.open("rb")
